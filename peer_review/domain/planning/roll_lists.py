"""Lists of a roll that an organiser pages through: members, subjects, the voters of one subject, candidates."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from django.core.cache import cache
from django.db.models import Count
from django.utils.module_loading import import_string

from peer_review.conf import conf
from peer_review.domain.planning.plan_state import is_being_written
from peer_review.enums import CellKind, RoundState
from peer_review.models import Assignment, RollMember, Round, SheetEntry, Subject
from peer_review.providers.roll import Person

#: How many candidates a search returns, and for how many seconds they can be added without another search.
CANDIDATES = 20
CANDIDATES_KEPT = 600


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One person on the roll and how many papers they hold."""

    member: RollMember
    papers: int


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """One subject and its possible voters by class; None where the class is not asked."""

    subject: Subject
    counts: list[tuple[str, int | None]]


@dataclass(frozen=True, slots=True)
class VoterRow:
    """One member and the class in which they evaluate a subject; empty for not at all."""

    member: RollMember
    voter_class: str


def is_editable(round: Round) -> bool:
    """Return whether the roll can be changed by hand now."""
    return round.state == RoundState.DRAFT and not is_being_written(round)


def is_outdated(round: Round) -> bool:
    """Return whether the plan, the seed or an exclusion was changed after the roll was written."""
    return round.state == RoundState.DRAFT and bool(round.plan) and not round.plan.get("state")


def member_rows(round: Round, members: Iterable[RollMember]) -> list[MemberRow]:
    """Return these members with the number of their papers. One query."""
    members = list(members)
    assignments = Assignment.objects.filter(cell__round=round, evaluator__in=[member.user_id for member in members])
    papers = dict(
        assignments.order_by().values("evaluator_id").annotate(papers=Count("pk")).values_list("evaluator_id", "papers")
    )
    return [MemberRow(member, papers.get(member.user_id, 0)) for member in members]


def subject_rows(round: Round, subjects: Iterable[Subject]) -> list[SubjectRow]:
    """Return these subjects with the number of their possible voters in each class. Four queries."""
    subjects = list(subjects)
    counts = _voters_by_class(round, subjects)
    classes = list(round.scheme.voter_classes.all())
    return [
        SubjectRow(subject, [(voters.label, counts.get((subject.pk, voters.key))) for voters in classes])
        for subject in subjects
    ]


def voter_rows(subject: Subject, members: Iterable[RollMember]) -> list[VoterRow]:
    """Return these members with the class in which each evaluates the subject. One query."""
    members = list(members)
    assignments = Assignment.objects.about(subject).filter(evaluator__in=[member.user_id for member in members])
    classes = dict(assignments.values_list("evaluator_id", "cell__voter_class"))
    return [VoterRow(member, classes.get(member.user_id, "")) for member in members]


def evaluators_by_class(round: Round, subjects: Iterable[Subject]) -> Mapping[int, list[tuple[str, list[str]]]]:
    """Return the names of those who evaluate each subject (primary key), by the label of the voter class. Four queries.

    Classes in the order of the scheme, names in that of the roll.
    """
    wanted = [subject.pk for subject in subjects]
    names = dict(round.members.order_by("section_key", "rank_order", "name", "pk").values_list("user_id", "name"))
    place = {user: at for at, user in enumerate(names)}
    papers = Assignment.objects.exclude(cell__kind=CellKind.COMMENT).order_by()
    own = papers.filter(cell__subject__in=wanted).values_list("cell__subject", "cell__voter_class", "evaluator_id")
    listed = papers.filter(cell__round=round, cell__sheet__entries__subject__in=wanted)
    on_sheets = listed.values_list("cell__sheet__entries__subject", "cell__voter_class", "evaluator_id")
    users: dict[int, dict[str, list[int]]] = {pk: defaultdict(list) for pk in wanted}
    for pk, voter_class, user in [*own, *on_sheets]:
        if pk in users and user in place:
            users[pk][voter_class].append(user)
    labels = dict(round.scheme.voter_classes.values_list("key", "label"))
    return {
        pk: [
            (labels[key], [names[user] for user in sorted(classes[key], key=place.__getitem__)])
            for key in labels
            if key in classes
        ]
        for pk, classes in users.items()
    }


def find_candidates(round: Round, name: str) -> list[Person]:
    """Return people of the organisation whose name holds this text and who are not on the roll; at most CANDIDATES.

    Reads conf.ROLL_SOURCE as far as needed, and keeps whom it returns for `candidate`.
    """
    member_ids = set(round.members.values_list("user_id", flat=True))
    people = import_string(conf.ROLL_SOURCE)(round)
    matching = (person for person in people if name in person.name and person.user_id not in member_ids)
    candidates = list(islice(matching, CANDIDATES))
    cache.set_many({_candidate_key(round, person.user_id): person for person in candidates}, CANDIDATES_KEPT)
    return candidates


def candidate(round: Round, user_id: int) -> Person | None:
    """Return the person of the organisation with this user id; None for a stranger.

    Whom a search has just returned is at hand; only for others conf.ROLL_SOURCE is read again.
    """
    person: Person | None = cache.get(_candidate_key(round, user_id))
    if person is None:
        people = import_string(conf.ROLL_SOURCE)(round)
        person = next((person for person in people if person.user_id == user_id), None)
    return person


def _candidate_key(round: Round, user_id: int) -> str:
    return f"peer_review:candidate:{round.pk}:{user_id}"


def _voters_by_class(round: Round, subjects: list[Subject]) -> Mapping[tuple[int | None, str], int]:
    """Return how many may evaluate each subject in each class, on papers of its own or on whole sheets."""
    papers = round.cells.exclude(kind=CellKind.COMMENT)
    own = papers.filter(subject__in=subjects).with_eligible()
    counts: Counter[tuple[int | None, str]] = Counter(
        {(paper.subject_id, paper.voter_class): paper.eligible for paper in own}
    )
    entries = SheetEntry.objects.filter(sheet__round=round, subject__in=subjects)
    listed = list(entries.values_list("sheet_id", "subject_id"))
    on_sheets: dict[int | None, list[tuple[str, int]]] = defaultdict(list)
    for paper in papers.filter(sheet__in={sheet for sheet, _subject in listed}).with_eligible():
        on_sheets[paper.sheet_id].append((paper.voter_class, paper.eligible))
    for sheet, subject in listed:
        for voter_class, eligible in on_sheets[sheet]:
            counts[subject, voter_class] += eligible
    return counts
