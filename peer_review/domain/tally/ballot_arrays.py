"""Counted ballots, the roll and the frozen scheme as the arrays that counting works on."""

import json
from array import array
from collections import Counter
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np

from peer_review.box import store
from peer_review.counting.release import Ballots, Plan, Roll
from peer_review.counting.scales import Flags, Floats, Ints
from peer_review.domain.tally.fates import read_known
from peer_review.domain.tally.merged_groups import Columns, read_columns
from peer_review.enums import CellKind
from peer_review.models import Assignment, Bulletin, RollMember, Round, SheetEntry, Subject
from peer_review.protocol.bulletin import Fate
from peer_review.protocol.papers import DONT_KNOW, sheet_key

#: Ballots, and papers, read at once.
CHUNK = 2000
#: How every canonical entry begins: its keys are sorted, and "a" is the first key of the first value.
_BEFORE_ANSWERS = b'{"ballot":{"a":'
_NAN = float("nan")


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the answers of one cell's ballots lie: which subjects they judge, in which class, under which keys.

    classes: all that vote on the paper; of one that several share, `voter_class` is the first, under which they count.
    """

    subjects: tuple[int, ...]
    voter_class: int
    classes: tuple[int, ...]
    criteria: tuple[int, ...]
    keys: tuple[str, ...]


def make_plan(round: Round, subjects: list[Subject]) -> Plan:
    """Return the counting rules that the round froze when it opened, and what merging made of the weights.

    Six queries. Who might have answered is read apart (read_roll): only tables made after publication ask for it.
    """
    scheme = round.frozen_scheme
    order = {key: at for at, key in enumerate(dict.fromkeys(subject.section_key for subject in subjects))}
    classes = scheme.class_keys
    anonymous = [voters.anonymous for voters in scheme.classes]
    weights, merged = _merged(round, subjects)
    return Plan(
        scale=scheme.scale,
        floor=scheme.floor,
        trim=scheme.trim,
        class_weights=np.array([float(voters.weight) for voters in scheme.classes]),
        criterion_weights=np.array([float(criterion.weight) for criterion in scheme.criteria]),
        sections=np.array([order[subject.section_key] for subject in subjects], dtype=np.int64),
        asked=np.array([[criterion.is_asked_of(key) for key in classes] for criterion in scheme.criteria], dtype=bool),
        bands=tuple(float(lowest) for lowest in scheme.bands),
        ranks=_ranks(round, subjects),
        weights=weights,
        merged=merged,
        anonymous=None if all(anonymous) else np.array(anonymous, dtype=bool),
        known=_known(round, subjects),
        exact=scheme.exact_scores,
    )


def joined_classes(round: Round, subjects: list[Subject]) -> dict[int, dict[int, tuple[int, ...]]]:
    """Return which voter classes were counted together about each subject, merged at the count or on a paper that they
    share: {subject: {class that stands for all: all of them}}, each by its place in the lists.

    Two queries, one more where papers are shared, and the merged groups read once.
    """
    layouts = _layouts(round, subjects)
    groups = [[layouts[cell] for cell in columns["cells"]] for columns, _salt in read_columns(round.public_id).values()]
    groups += [[layouts[cell]] for cell in _counted_shared(round, layouts)]
    joined: dict[int, dict[int, tuple[int, ...]]] = {}
    for cells in groups:
        classes = tuple(sorted({voters for layout in cells for voters in layout.classes}))
        for subject in cells[0].subjects:
            joined.setdefault(subject, {})[classes[0]] = classes
    return joined


def _counted_shared(round: Round, layouts: dict[str, _Layout]) -> list[str]:
    """Return the cells that classes share and that the bulletin says were counted by themselves."""
    shared = {cell for cell, layout in layouts.items() if len(layout.classes) > 1}
    if not shared:
        return []
    outcome = Bulletin.objects.only("outcome", "head").get(round=round).read_outcome()
    return [row["cell"] for row in outcome["cells"] if row["cell"] in shared and row["fate"] == Fate.COUNTED]


def _merged(round: Round, subjects: list[Subject]) -> tuple[Floats | None, Flags | None]:
    """Return the weights of the classes about each subject, those of classes counted together added, and which stand
    for several; None without any."""
    joined = joined_classes(round, subjects)
    if not joined:
        return None, None
    of_class = np.array([float(voters.weight) for voters in round.frozen_scheme.classes])
    weights = np.tile(of_class, (len(subjects), 1))
    merged = np.zeros(weights.shape, dtype=bool)
    for subject, groups in joined.items():
        for stands, classes in groups.items():
            weights[subject, stands] = of_class[list(classes)].sum()
            merged[subject, stands] = True
    return weights, merged


def _known(round: Round, subjects: list[Subject]) -> Ints | None:
    """Return how many ballots of each subject and class others may know, those of merged cells under the class that
    stands for all; None without any. Two queries, and none without any."""
    numbers = read_known(round.public_id)
    layouts = _layouts(round, subjects) if numbers else {}
    stands: dict[str, int] = {}
    for columns, _salt in read_columns(round.public_id).values() if numbers else ():
        first = min(layouts[cell].voter_class for cell in columns["cells"])
        stands |= dict.fromkeys(columns["cells"], first)
    known = np.zeros((len(subjects), len(round.frozen_scheme.class_keys)), dtype=np.int64)
    for cell, layout in layouts.items():
        known[list(layout.subjects), stands.get(cell, layout.voter_class)] += numbers.get(cell, 0)
    return known if known.any() else None


def rank_names(round: Round) -> dict[str, str]:
    """Return the ranks of those evaluated, highest first, key → name. One query.

    Empty where all are of one rank, whose mean would be that of all, and where sections are evaluated.
    """
    members = RollMember.objects.filter(round=round, subject__isnull=False).exclude(rank_key="")
    named: dict[str, str] = {}
    for key, name in members.order_by("rank_order", "rank_key", "pk").values_list("rank_key", "rank_name"):
        named.setdefault(key, name)
    return named if len(named) > 1 else {}


def _ranks(round: Round, subjects: list[Subject]) -> Ints:
    """Return the place of each subject's rank in rank_names, -1 for none. Two queries."""
    order = {key: at for at, key in enumerate(rank_names(round))}
    ranks = dict(RollMember.objects.filter(round=round, subject__isnull=False).values_list("pk", "rank_key"))
    places = [order.get(ranks.get(subject.member_id or 0, ""), -1) for subject in subjects]
    return np.array(places, dtype=np.int64)


def read_ballots(round: Round, subjects: list[Subject]) -> Ballots:
    """Return the counted ballots of a round as arrays, one row for each subject that a ballot judges.

    不了解 is NaN, and so is what the voter class is not asked. Comment papers are left out: they hold words.
    Three queries, and the box read once. The rows of merged groups come last: see Ballots.linked.
    """
    layouts = _layouts(round, subjects)
    given = {cell: array("d") for cell in layouts}
    papers: Counter[str] = Counter()
    criteria = len(round.frozen_scheme.criteria)
    ballots = store.ballots(round.public_id)
    while some := list(islice(ballots, CHUNK)):
        known = [ballot for ballot in some if ballot.cell in layouts]
        texts = [_answers_json(ballot.entry) for ballot in known]
        for ballot, answers in zip(known, json.loads(b"[" + b",".join(texts) + b"]"), strict=True):
            marks = [answers[key] for key in layouts[ballot.cell].keys]
            given[ballot.cell].extend([_NAN if answer == DONT_KNOW else answer for answer in marks])
        papers.update(ballot.cell for ballot in known)
    parts = []
    first = 0
    for cell, layout in layouts.items():
        if many := papers[cell]:
            values = np.frombuffer(given.pop(cell), dtype=np.float64)
            parts.append(_rows(layout, values, papers=many, first=first, criteria=criteria))
            first += many
    linked = sum(len(place) for place, _answers in parts)
    for columns, _salt in read_columns(round.public_id).values():
        cells = [layouts[cell] for cell in columns["cells"]]
        stands = min(cells, key=lambda layout: layout.voter_class)
        many = columns["counted"]
        parts.append(_rows(stands, _from_columns(columns, stands), papers=many, first=first, criteria=criteria))
        first += many
    places = np.concatenate([place for place, _answers in parts] or [np.empty((0, 3), dtype=np.int64)])
    answers = np.concatenate([answers for _place, answers in parts] or [np.empty((0, criteria))])
    return Ballots(
        subject=places[:, 0],
        voter_class=places[:, 1],
        answers=answers,
        sheet=places[:, 2],
        linked=None if linked == len(places) else np.arange(len(places)) < linked,
    )


def _from_columns(columns: Columns, layout: _Layout) -> Floats:
    """Return the answers of a merged group as if each row were a ballot: the lowest answers first, NaN for the rest."""
    values = np.full((columns["counted"], len(layout.keys)), np.nan)
    for place, key in enumerate(layout.keys):
        if column := columns["columns"].get(key):
            values[: len(column["answers"]), place] = column["answers"]
    return values.reshape(-1)


def _answers_json(entry: bytes) -> bytes:
    """Return the answers of a canonical entry as JSON, without parsing the rest, which is five times as long.

    Answers are a flat object of numbers and short words, so the first brace that closes is theirs.
    Raises: ValueError for an entry that does not begin with its answers: it would be read as other answers.
    """
    if not entry.startswith(_BEFORE_ANSWERS):
        raise ValueError("a counted entry does not begin with its answers")
    return entry[len(_BEFORE_ANSWERS) : entry.index(b"}") + 1]


def _layouts(round: Round, subjects: list[Subject]) -> dict[str, _Layout]:
    """Return the layout of every rating and sheet cell. Two queries."""
    scheme = round.frozen_scheme
    position = {subject.pk: at for at, subject in enumerate(subjects)}
    numbers = {key: at for at, key in enumerate(scheme.criterion_keys)}
    classes = {key: at for at, key in enumerate(scheme.class_keys)}
    listed = _listed(round, position)
    layouts = {}
    cells = round.cells.exclude(kind=CellKind.COMMENT)
    columns = ("key", "sheet_id", "subject_id", "voter_class", "shared_by")
    for cell, sheet, subject, voter_class, shared_by in cells.values_list(*columns):
        asked = [criterion.key for criterion in scheme.criteria_of(voter_class)]
        judged = listed[sheet] if sheet else [position[subject]]
        keys = [sheet_key(at, key) for at in range(1, len(judged) + 1) for key in asked] if sheet else asked
        layouts[cell] = _Layout(
            subjects=tuple(judged),
            voter_class=classes[voter_class],
            classes=tuple(classes[voters] for voters in shared_by or [voter_class]),
            criteria=tuple(numbers[key] for key in asked),
            keys=tuple(keys),
        )
    return layouts


def _rows(layout: _Layout, values: Floats, *, papers: int, first: int, criteria: int) -> tuple[Ints, Floats]:
    """Return (subject, class, paper) and the answers of one cell's ballots, a row for each subject on each ballot."""
    listed = len(layout.subjects)
    answers = np.full((papers * listed, criteria), np.nan)
    answers[:, layout.criteria] = values.reshape(papers * listed, len(layout.criteria))
    place = np.empty((papers, listed, 3), dtype=np.int64)
    place[:, :, 0] = layout.subjects
    place[:, :, 1] = layout.voter_class
    place[:, :, 2] = np.arange(first, first + papers)[:, None]
    return place.reshape(-1, 3), answers


def read_roll(round: Round, subjects: list[Subject]) -> Roll:
    """Return who holds a paper about whom, of any kind, without the papers that the barrier closed, and without those
    of voters on paper in cells of which others may know ballots: these hide nobody.

    Three queries, the last read some thousand rows at a time: a large round has two million.
    """
    position = {subject.pk: at for at, subject in enumerate(subjects)}
    classes = {key: at for at, key in enumerate(round.frozen_scheme.class_keys)}
    listed = _listed(round, position)
    cells = round.cells.filter(closed=False).exclude(kind=CellKind.COMMENT).order_by("pk")
    rows = list(cells.values_list("pk", "sheet_id", "subject_id", "voter_class"))
    judged = [listed[sheet] if sheet else [position[subject]] for _pk, sheet, subject, _voter_class in rows]
    keys = np.array([pk for pk, *_rest in rows], dtype=np.int64)
    of_class = np.array([classes[voter_class] for *_rest, voter_class in rows], dtype=np.int64)
    about = np.array([at for subjects in judged for at in subjects], dtype=np.int64)
    many = np.array([len(subjects) for subjects in judged], dtype=np.int64)
    start = np.cumsum(many) - many

    known = read_known(round.public_id)
    on_paper = round.members.filter(on_paper=True).values("user_id")
    assignments = Assignment.objects.filter(cell__round=round, cell__closed=False).order_by()
    if known:
        assignments = assignments.exclude(cell__key__in=list(known), evaluator__in=on_paper)
    pairs = assignments.exclude(cell__kind=CellKind.COMMENT).values_list("cell_id", "evaluator_id")
    papers = np.fromiter(chain.from_iterable(pairs.iterator(chunk_size=CHUNK)), dtype=np.int64).reshape(-1, 2)
    # A paper about several has a row for each: `row` is its paper, `within` which of them.
    cell = np.searchsorted(keys, papers[:, 0])
    row = np.repeat(np.arange(len(papers)), many[cell])
    within = np.arange(len(row)) - np.repeat(np.cumsum(many[cell]) - many[cell], many[cell])
    _people, person = np.unique(papers[:, 1], return_inverse=True)
    return Roll(
        subject=about[start[cell[row]] + within],
        voter_class=of_class[cell[row]],
        person=person.reshape(-1)[row],
    )


def _listed(round: Round, position: dict[int, int]) -> dict[int, list[int]]:
    """Return the subjects of each whole sheet, by their position among all subjects, in the order of the sheet."""
    listed: dict[int, list[int]] = {}
    entries = SheetEntry.objects.filter(sheet__round=round).order_by("sheet", "position")
    for sheet, subject in entries.values_list("sheet_id", "subject_id"):
        listed.setdefault(sheet, []).append(position[subject])
    return listed
