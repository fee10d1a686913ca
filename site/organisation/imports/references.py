"""References to sections and ranks in cells."""

from typing import Generic, TypeVar

from django.utils.translation import gettext as _

from organisation.imports.cells import CellError
from organisation.imports.model import PlannedRank, PlannedSection

Planned = TypeVar("Planned", bound=PlannedSection | PlannedRank)


class References(Generic[Planned]):
    """Sections or ranks by code, by name where only one has it, or by their path A/B."""

    def __init__(self, by_code: dict[str, Planned]) -> None:
        self.by_code = by_code
        self.by_pk: dict[int, Planned] = {item.pk: item for item in by_code.values() if item.pk}
        self.answers: dict[str, Planned] = {}
        self.by_name: dict[str, list[Planned]] = {}
        for item in by_code.values():
            self.by_name.setdefault(item.name, []).append(item)
            parent: PlannedSection | None = getattr(item, "parent", None)
            path = item.name
            for _step in range(len(by_code)):  # no longer than the tree, even where it still holds a cycle
                if parent is None:
                    break
                path = f"{parent.name}/{path}"
                self.by_name.setdefault(path, []).append(item)
                parent = parent.parent

    def find(self, reference: str) -> Planned:
        """Return what a cell means.

        Raises: CellError.
        """
        if (answer := self.answers.get(reference)) is not None:
            return answer
        item = self.by_code.get(reference)
        if item is None:
            candidates = self.by_name.get(reference, [])
            if not candidates:
                raise CellError(_("“%(value)s” is not known.") % {"value": reference})
            if len(candidates) > 1:
                raise CellError(_("“%(value)s” can mean more than one. Give its code.") % {"value": reference})
            item = candidates[0]
        self.answers[reference] = item
        return item
