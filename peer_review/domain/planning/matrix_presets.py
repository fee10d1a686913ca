"""Presets of the matrix: fill it upwards, across or downwards."""

from collections.abc import Iterable, Sequence

from peer_review.domain.planning.eligibility import HEADS, Group, class_for
from peer_review.domain.planning.plan import ANY, Reach

#: (evaluators' group, subjects' group) → (voter class, reach)
Cells = dict[tuple[str, str], tuple[str, str]]
DIRECTIONS = ("up", "across", "down")


def fill_matrix(
    directions: Iterable[str],
    columns: Sequence[tuple[str, object]],
    groups: Sequence[Group],
    classes: Sequence[str],
    reach: str,
) -> Cells:
    """Return the cells in these directions, seen from the evaluators; groups are listed from the top down.

    up: lower ranks evaluate higher ones. Sections have no rank: of them every direction fills everything.
    """
    order = {group.key: at for at, group in enumerate(groups)}
    wanted = set(directions)
    cells: Cells = {}
    for group in groups:
        for key, _label in columns:
            if key == ANY:
                cells[group.key, key] = (_class(group, groups, "", classes), Reach.OTHER)
                continue
            step = order[group.key] - order[key]
            direction = "up" if step > 0 else "across" if step == 0 else "down"
            if direction in wanted:
                cells[group.key, key] = (_class(group, groups, direction, classes), str(reach))
    return cells


def _class(group: Group, groups: Sequence[Group], direction: str, classes: Sequence[str]) -> str:
    """Return the voter class of a direction, else that of the evaluators' rank, else the scheme's first."""
    by_direction = {"up": "subordinates", "across": "peers", "down": "superiors"}.get(direction, "")
    capacity = "section_heads" if group.key == HEADS else "leaders" if group is groups[0] and groups[1:] else "staff"
    return class_for(by_direction, classes) or class_for(capacity, classes) or classes[0]
