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
from peer_review.domain.schemes.labels import class_label
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
    """One subject and its possible voters by class; None where the class is not asked.

    shared: the names of classes that vote on one paper since opening; they are counted under the first of them.
    """

    subject: Subject
    counts: list[tuple[str, int | None]]
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VoterRow:
    """One member and the class in which they evaluate a subject; empty for not at all. label: its name, or those of all
    classes that share the paper."""

    member: RollMember
    voter_class: str
    label: str = ""


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
    counts, shared = _voters_by_class(round, subjects)
    labels = dict(round.scheme.voter_classes.values_list("key", "label"))
    return [
        SubjectRow(
            subject,
            [(label, counts.get((subject.pk, key))) for key, label in labels.items()],
            tuple(class_label(labels, classes) for classes in sorted(shared[subject.pk])),
        )
        for subject in subjects
    ]


def voter_rows(subject: Subject, members: Iterable[RollMember]) -> list[VoterRow]:
    """Return these members with the class in which each evaluates the subject. Two queries, and one for its round."""
    members = list(members)
    assignments = Assignment.objects.about(subject).filter(evaluator__in=[member.user_id for member in members])
    papers = assignments.values_list("evaluator_id", "cell__voter_class", "cell__shared_by")
    classes = {user: (voters, tuple(shared_by) or (voters,)) for user, voters, shared_by in papers}
    labels = dict(subject.round.scheme.voter_classes.values_list("key", "label"))
    rows = []
    for member in members:
        voters, together = classes.get(member.user_id, ("", ()))
        rows.append(VoterRow(member, voters, class_label(labels, together) if together else ""))
    return rows


def evaluators_by_class(round: Round, subjects: Iterable[Subject]) -> Mapping[int, list[tuple[str, list[str]]]]:
    """Return the names of those who evaluate each subject (primary key), by the label of the voter class. Four queries.

    Classes in the order of the scheme, names in that of the roll.
    """
    wanted = [subject.pk for subject in subjects]
    names = dict(round.members.order_by("section_key", "rank_order", "name", "pk").values_list("user_id", "name"))
    place = {user: at for at, user in enumerate(names)}
    papers = Assignment.objects.exclude(cell__kind=CellKind.COMMENT).order_by()
    of_paper = ("cell__voter_class", "cell__shared_by", "evaluator_id")
    own = papers.filter(cell__subject__in=wanted).values_list("cell__subject", *of_paper)
    listed = papers.filter(cell__round=round, cell__sheet__entries__subject__in=wanted)
    on_sheets = listed.values_list("cell__sheet__entries__subject", *of_paper)
    users: dict[int, dict[str, list[int]]] = {pk: defaultdict(list) for pk in wanted}
    # Under the first of the classes that share a paper.
    together: dict[tuple[int, str], list[str]] = {}
    for pk, voter_class, shared_by, user in [*own, *on_sheets]:
        if pk in users and user in place:
            users[pk][voter_class].append(user)
            together[pk, voter_class] = shared_by or [voter_class]
    labels = dict(round.scheme.voter_classes.values_list("key", "label"))
    return {
        pk: [
            (
                class_label(labels, together[pk, key]),
                [names[user] for user in sorted(classes[key], key=place.__getitem__)],
            )
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


def _voters_by_class(
    round: Round, subjects: list[Subject]
) -> tuple[Mapping[tuple[int | None, str], int], Mapping[int | None, set[tuple[str, ...]]]]:
    """Return how many may evaluate each subject in each class, on papers of its own or on whole sheets; and which
    classes share a paper about each."""
    shared: defaultdict[int | None, set[tuple[str, ...]]] = defaultdict(set)
    papers = round.cells.exclude(kind=CellKind.COMMENT)
    own = papers.filter(subject__in=subjects).with_eligible()
    counts: Counter[tuple[int | None, str]] = Counter()
    for paper in own:
        counts[paper.subject_id, paper.voter_class] = paper.eligible
        if paper.shared_by:
            shared[paper.subject_id].add(paper.class_keys)
    entries = SheetEntry.objects.filter(sheet__round=round, subject__in=subjects)
    listed = list(entries.values_list("sheet_id", "subject_id"))
    on_sheets: dict[int | None, list[tuple[tuple[str, ...], int]]] = defaultdict(list)
    for paper in papers.filter(sheet__in={sheet for sheet, _subject in listed}).with_eligible():
        on_sheets[paper.sheet_id].append((paper.class_keys, paper.eligible))
    for sheet, subject in listed:
        for classes, eligible in on_sheets[sheet]:
            counts[subject, classes[0]] += eligible
            if len(classes) > 1:
                shared[subject].add(classes)
    return counts, shared
