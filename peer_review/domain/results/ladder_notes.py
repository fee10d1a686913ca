"""Notes that say which classes of a subject were counted together or destroyed, because too few had voted in them.

What they say stands in the public bulletin too, cell by cell. How many voted they never say.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Q
from django.utils.translation import gettext as _

from peer_review.domain.results.shown_classes import shown_classes
from peer_review.enums import CellKind
from peer_review.models import Bulletin, Cell, Result, Round, SheetEntry
from peer_review.protocol.bulletin import Fate
from peer_review.protocol.frozen_scheme import FrozenScheme


@dataclass(frozen=True, slots=True)
class Ladder:
    """How the ladder of one subject ended. shared and joined: what classes counted together are called, because they
    share a paper or because too few voted; destroyed and closed: the names of classes of which nothing is kept, or
    which took no ballots after the draw; words_destroyed: of comments.
    """

    shared: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    destroyed: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    words_destroyed: bool = False

    @property
    def mark(self) -> str:
        """What a list says beside the subject: where its figures weigh classes in another way than the scheme."""
        marks = []
        if together := self.shared + self.joined:
            marks.append(_("counted together: %(classes)s") % {"classes": _("; ").join(together)})
        if missing := self.destroyed + self.closed:
            marks.append(_("too few, not counted: %(classes)s") % {"classes": _(", ").join(missing)})
        return _("; ").join(marks)

    def sentences(self, floor: int) -> tuple[str, ...]:
        """Return what the subject's page says of it, sentence by sentence."""
        said = [
            _(
                "%(classes)s vote on one paper, because fewer than %(floor)s may vote in one of these classes at "
                "computers. Nobody can tell their ballots apart, and their weights are added."
            )
            % {"floor": floor, "classes": classes}
            for classes in self.shared
        ]
        said += [
            _(
                "Counted together, because too few ballots came in from one of them: %(classes)s. Their weights are "
                "added."
            )
            % {"classes": classes}
            for classes in self.joined
        ]
        if self.destroyed:
            words = _(
                "Too few ballots came in from %(classes)s, also together with any class that could be joined. Whatever "
                "was cast there was destroyed unread; whether there was anything, nobody is told."
            )
            said.append(words % {"classes": _(", ").join(self.destroyed)})
        said += [
            _("Fewer than %(floor)s drew the papers of “%(classes)s”, so these took no ballots.")
            % {"floor": floor, "classes": classes}
            for classes in self.closed
        ]
        return tuple(said)


def read_ladders(round: Round, results: Sequence[Result]) -> dict[int, Ladder]:
    """Return how the ladders of these subjects ended, by the subject's id. Three queries, and one more at the first
    reading of a round by this process."""
    scheme = round.frozen_scheme
    missing = _missing(round, [result.subject_id for result in results])
    ladders = {}
    for result in results:
        cells = missing.get(result.subject_id or 0, [])
        together = {key for keys in result.joined.values() for key in keys}
        # A group of one shared paper alone was together before anybody voted; others the count has joined.
        shared = {
            cell.voter_class for cell in cells if cell.class_keys == tuple(result.joined.get(cell.voter_class, ()))
        }
        few = [cell for cell in cells if not cell.shared_by or cell.voter_class not in together]
        marks = [cell for cell in few if cell.kind != CellKind.COMMENT]
        ladders[result.subject_id or 0] = Ladder(
            shared=_joined(scheme, result.joined, shared),
            joined=_joined(scheme, result.joined, result.joined.keys() - shared),
            destroyed=_named(scheme, [key for cell in marks if not cell.closed for key in cell.class_keys]),
            closed=_named(scheme, [key for cell in marks if cell.closed for key in cell.class_keys]),
            words_destroyed=any(cell.kind == CellKind.COMMENT and not cell.closed for cell in few),
        )
    return ladders


def ladder_note(marks: Iterable[str]) -> str:
    """Return what the marks of a list's subjects mean; empty where none is marked."""
    if not any(marks):
        return ""
    return _(
        "Where classes were counted together, or one was too few, the score weighs the classes in another way than the "
        "scheme. Such subjects are marked; compare them with the others with that in mind."
    )


def _missing(round: Round, subjects: Sequence[int | None]) -> dict[int, list[Cell]]:
    """Return the cells about each subject of which the bulletin says that they were too few, and those that classes
    share, whatever it says of them."""
    bulletin = Bulletin.objects.filter(round=round).values_list("pk", "signature").first()
    few = _few_cells(*bulletin) if bulletin is not None else frozenset()
    found: dict[int, list[Cell]] = defaultdict(list)
    listed: dict[int, list[int]] = defaultdict(list)
    entries = SheetEntry.objects.filter(sheet__round=round, subject__in=subjects)
    for sheet, subject in entries.values_list("sheet_id", "subject_id"):
        listed[sheet].append(subject)
    about = Q(subject__in=subjects) | Q(sheet__in=list(listed))
    for cell in Cell.objects.filter(about, round=round).order_by("key"):
        if cell.key in few or cell.shared_by:
            for subject in listed[cell.sheet_id] if cell.sheet_id else [cell.subject_id or 0]:
                found[subject].append(cell)
    return found


@lru_cache(maxsize=8)
def _few_cells(bulletin: int, signature: str) -> frozenset[str]:
    """Return the keys of the cells of which a bulletin says that they were too few.

    Reading all that a bulletin says takes a quarter of a second of 30,000 cells, too long for every page of results. It
    can be kept because a bulletin never changes; another one of the same number would have another signature.
    """
    outcome = Bulletin.objects.only("outcome", "head").get(pk=bulletin, signature=signature).read_outcome()
    return frozenset(row["cell"] for row in outcome["cells"] if row["fate"] == Fate.FEW)


def _joined(scheme: FrozenScheme, joined: Mapping[str, Sequence[str]], firsts: Container[str]) -> tuple[str, ...]:
    """Return the names of those groups of classes whose first class is one of these."""
    return tuple(line.label for line in shown_classes(scheme, joined) if line.key in joined and line.key in firsts)


def _named(scheme: FrozenScheme, classes: Sequence[str]) -> tuple[str, ...]:
    """Return the names of these classes, in the scheme's order."""
    return tuple(label for key, label in scheme.class_labels.items() if key in classes)
