"""Checks of whole sheets (docs/rounds.md#whole-sheets): one list for everybody, and nobody on it receives it."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from django.db.models import F
from django.utils.translation import gettext as _

from peer_review.enums import CellKind
from peer_review.exceptions.base import OpeningRefusal
from peer_review.exceptions.preflight import SheetListsDiffer, SheetNamesReceiver
from peer_review.models import Assignment, Round

#: How many names a sentence lists.
NAMED = 5


def sheet_refusals(round: Round) -> Iterator[OpeningRefusal]:
    """Yield a refusal for each fault of a draft's whole sheets, with the names of those concerned. Two queries."""
    papers = Assignment.objects.filter(cell__round=round, cell__kind=CellKind.SHEET)
    listed = papers.filter(cell__sheet__entries__subject__member__user_id=F("evaluator_id"))
    if receivers := set(listed.values_list("evaluator_id", flat=True)):
        yield SheetNamesReceiver(names=_names(round, receivers))
    lists: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for voter_class, person, sheet in papers.values_list("cell__voter_class", "evaluator_id", "cell__sheet_id"):
        lists[voter_class][person].add(sheet)
    labels = dict(round.scheme.voter_classes.values_list("key", "label")) if lists else {}
    for voter_class, people in lists.items():
        sets = Counter(frozenset(sheets) for sheets in people.values())
        usual, _many = sets.most_common(1)[0]
        if others := {person for person, sheets in people.items() if sheets != usual}:
            yield SheetListsDiffer(voters=labels.get(voter_class, voter_class), names=_names(round, others))


def _names(round: Round, people: set[int]) -> str:
    """Return at most five names and how many more there are."""
    names = list(round.members.filter(user__in=people).order_by("name", "pk").values_list("name", flat=True)[:NAMED])
    said = _(", ").join(names)
    more = len(people) - len(names)
    return _("%(names)s and %(n)s more") % {"names": said, "n": more} if more > 0 else said
