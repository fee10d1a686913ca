"""Frozen schemes without a database: as JSON, as a round keeps them, and as the code reads them."""

from typing import Any

from peer_review.protocol.frozen_scheme import FrozenScheme


def frozen_form(**changes: Any) -> dict[str, Any]:
    """Return the JSON of a scheme of two criteria and one voter class that shows its results to nobody."""
    criterion = {"description": "", "anchors": [], "comment_below": None, "comment_above": None, "classes": ["peers"]}
    return {
        "v": 2,
        "scheme": {"name": "Annual", "version": 1},
        "scale": "points",
        "min": 0,
        "max": 100,
        "criteria": [
            {"key": "quality", "label": "Quality", "weight": "60", **criterion},
            {"key": "spirit", "label": "Spirit", "weight": "40", **criterion},
        ],
        "classes": [{"key": "peers", "label": "Peers", "weight": "100"}],
        "floor": 3,
        "trim": True,
        "grade_set": "officials",
        "bands": [90, 70, 60],
        "paper": "subject",
        "sheet_rules": [],
        "comments": False,
        "comment_limit": 300,
        "self_evaluation": False,
        "min_return": 0,
        "excellent_quota": 20,
        "quota_approval": "",
        "visibility": dict.fromkeys(["subject", "section_head", "leadership", "staff"], False),
        **changes,
    }


def frozen_scheme(**changes: Any) -> FrozenScheme:
    """Return the scheme of frozen_form, with these changes of its JSON."""
    return FrozenScheme.from_json(frozen_form(**changes))
