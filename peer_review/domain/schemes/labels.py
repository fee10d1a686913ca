"""Names of bands and audiences, as pages and papers show them."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from peer_review.domain.schemes.grades import grade_names
from peer_review.enums import Audience


def bands_of(form: Mapping[str, Any]) -> list[tuple[int, str]]:
    """Return the lowest points of each grade and its name, best first."""
    return list(zip([*form["bands"], 0], grade_names(form).values(), strict=True))


def bands_in_ranges(form: Mapping[str, Any]) -> str:
    """Return which points are which grade, as a list in words: "Excellent 90–100, competent 70–89 …"."""
    highest = 100
    ranges = []
    for lowest, name in bands_of(form):
        ranges.append(_("%(grade)s %(low)s–%(high)s") % {"grade": name, "low": lowest, "high": highest})
        highest = lowest - 1
    return _(", ").join(ranges)


def audience_names(form: dict[str, Any]) -> str:
    """Return who sees published results, as a list in words."""
    visibility = form.get("visibility", {})
    return _(", ").join(str(audience.label) for audience in Audience if visibility.get(audience.value))
