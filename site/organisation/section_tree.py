"""The tree of sections as {id: id of the parent}."""

from collections.abc import Iterable, Mapping


def descendants(parents: Mapping[int, int | None], tops: Iterable[int]) -> set[int]:
    """Return the ids of some sections and of everything below them."""
    children: dict[int | None, list[int]] = {}
    for section_id, parent_id in parents.items():
        children.setdefault(parent_id, []).append(section_id)
    below: set[int] = set()
    waiting = list(tops)
    while waiting:
        section_id = waiting.pop()
        if section_id not in below:
            below.add(section_id)
            waiting.extend(children.get(section_id, []))
    return below
