"""Anonymity statement of each ballot paper: one sentence that is true whoever takes part.

A statement counts ballots, not people: a figure that gathers the few ballots of several subjects may hold more than
one ballot of the same person, and nobody can tell (that is what makes them anonymous).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from peer_review.domain.planning.comment_writers import CommentWriters, comment_writers
from peer_review.domain.planning.shared_papers import paper_of_class, papers_beside
from peer_review.domain.preflight.frozen_terms import coarse_subjects
from peer_review.domain.preflight.known_answers import exact_scores_in_words
from peer_review.domain.schemes.labels import class_label
from peer_review.domain.schemes.schemes import freeze_for
from peer_review.enums import CellKind, Collection
from peer_review.models import Cell, Round, SheetEntry
from peer_review.users import User


@dataclass(frozen=True, slots=True)
class StatementInputs:
    """Data that the statement of one paper depends on.

    voters: name of the paper's class, or of all that share it (is_shared). eligible: its possible voters; of a comment
    paper those whose words count towards the floor. is_anonymous: false where the paper's class was declared otherwise;
    declared: names of the subject's other classes of which that holds. coarse: names of the subjects on the paper whose
    figures are shown in half-steps. is_open_to_declared: whether people of classes that were declared not anonymous may
    write on a comment paper.
    """

    kind: str
    label: str
    voters: str
    eligible: int
    is_shared: bool = False
    is_anonymous: bool = True
    declared: tuple[str, ...] = ()
    coarse: tuple[str, ...] = ()
    is_open_to_declared: bool = False


def anonymity_statement(round: Round, cell: Cell) -> str:
    """Return the statement for one paper. Two queries, five more on a draft."""
    return statements_for(round, [cell])[cell.key]


def anonymity_statements(round: Round, user: User) -> dict[str, str]:
    """Return the statement for each of this evaluator's papers, by the cell's key.

    At most three queries, five more on a draft.
    """
    cells = round.cells.filter(assignments__evaluator=user).select_related("subject", "sheet")
    return statements_for(round, list(cells))


def statements_for(round: Round, cells: list[Cell]) -> dict[str, str]:
    """Return the statement for each of these papers, by the cell's key. At most two queries however many, five more on
    a draft, and one more where figures are shown in half-steps."""
    floor = round.floor
    two_stage = round.collection == Collection.TWO_STAGE
    scheme = round.frozen_scheme if round.has_frozen_scheme else round.scheme
    exact = exact_scores_in_words(str(scheme.scale)) if scheme.exact_scores else ""
    return {
        cell.key: " ".join(
            filter(
                None,
                [sentence(inputs, floor=floor, two_stage=two_stage), "" if inputs.kind == CellKind.COMMENT else exact],
            )
        )
        for cell, inputs in zip(cells, _statement_inputs(round, cells), strict=True)
    }


def _statement_inputs(round: Round, cells: list[Cell]) -> Iterable[StatementInputs]:
    scheme = round.frozen_scheme if round.has_frozen_scheme else freeze_for(round)
    labels = scheme.class_labels
    papers = papers_beside(round, scheme, cells)
    words = [cell.pk for cell in cells if _is_comment(cell)]
    writers = comment_writers(round, scheme, papers=words) if words else {}
    coarse = _coarse_labels(round, cells)
    for cell in cells:
        beside = papers.get((cell.subject_id, cell.sheet_id), {})
        classes = paper_of_class(beside, cell.voter_class)
        is_comment = _is_comment(cell)
        who = writers.get(cell.pk, CommentWriters())
        others = [key for paper in beside for key in paper if paper != classes]
        yield StatementInputs(
            kind=cell.kind,
            label=str(cell.subject or cell.sheet),
            voters=class_label(labels, classes),
            eligible=who.covering if is_comment else beside.get(classes, 0),
            is_shared=len(classes) > 1,
            is_anonymous=is_comment or cell.voter_class not in round.not_anonymous,
            declared=() if is_comment else tuple(labels.get(key, key) for key in others if key in round.not_anonymous),
            coarse=() if is_comment else tuple(coarse[cell.subject_id, cell.sheet_id]),
            is_open_to_declared=who.declared > 0,
        )


def _is_comment(cell: Cell) -> bool:
    return cell.kind == CellKind.COMMENT


def _coarse_labels(round: Round, cells: list[Cell]) -> dict[tuple[int | None, int | None], list[str]]:
    """Return the subjects of each paper whose figures are shown in half-steps, by the paper's subject and sheet."""
    labels: dict[tuple[int | None, int | None], list[str]] = defaultdict(list)
    keys = coarse_subjects(round)
    if not keys:
        return labels
    for pk, label in round.subjects.filter(key__in=keys).values_list("pk", "label"):
        labels[pk, None].append(label)
    if sheets := [cell.sheet_id for cell in cells if cell.sheet_id]:
        entries = SheetEntry.objects.filter(sheet__in=sheets, subject__key__in=keys)
        for sheet, label in entries.values_list("sheet_id", "subject__label"):
            labels[None, sheet].append(label)
    return labels


def sentence(inputs: StatementInputs, *, floor: int, two_stage: bool) -> str:
    """Return the statement for one paper; it is true for every turnout."""
    said = _anonymity(inputs, floor=floor, two_stage=two_stage)
    if not inputs.coarse:
        return said
    words = _(
        "Nearly the same people vote on “%(subject)s” as in another round of late; only people who joined, left or "
        "moved make the difference. So its figures are shown in half-steps, ten points of a hundred, and compared "
        "with no other round."
    )
    words %= {"subject": _(", ").join(inputs.coarse)}
    return _("%(statement)s %(addition)s") % {"statement": said, "addition": words}


def comments_sentence(floor: int) -> str:
    """Return what holds for every comment paper on which enough people may write."""
    words = _(
        "Comments are shown only if at least %(floor)s are written, in an order made by chance; fewer are destroyed "
        "unread."
    )
    return words % {"floor": floor}


def _anonymity(inputs: StatementInputs, *, floor: int, two_stage: bool) -> str:
    values = {"subject": inputs.label, "voters": inputs.voters, "floor": floor, "n": inputs.eligible}
    if two_stage and inputs.is_anonymous and inputs.eligible < floor:
        return (
            _(
                "Fewer than %(floor)s people may cast this paper, so it closes when the drawing ends: "
                "no ballot is taken on it."
            )
            % values
        )
    if inputs.kind == CellKind.COMMENT:
        if inputs.eligible < floor:
            words = _(
                "Fewer than %(floor)s people may comment on “%(subject)s” anonymously at computers, so no comment will "
                "be shown: whatever is written is destroyed unread."
            )
            return words % values
        said = comments_sentence(floor)
        if not inputs.is_open_to_declared:
            return said
        addition = _(
            "People of a class that was declared not anonymous may write here too, and nobody can tell their words "
            "from others’: so as many comments more as they are must come in."
        )
        return _("%(statement)s %(addition)s") % {"statement": said, "addition": addition}
    if not inputs.is_anonymous:
        words = _(
            "Before this round opened, the class “%(voters)s” was declared not anonymous: your ballot counts in full, "
            "and it can be known to be yours."
        )
        return words % values
    words = _("At least %(floor)s ballots, yours among them, are counted together before any figure is shown.")
    if inputs.eligible < floor:
        words = _(
            "Fewer than %(floor)s people vote as “%(voters)s” on “%(subject)s”, so these answers are never counted by "
            "themselves: at least %(floor)s ballots, yours among them, are counted together before any figure is shown."
        )
    said = words % values
    if inputs.is_shared:
        words = _(
            "Too few people may vote at computers in one of the classes “%(voters)s”. So all of them vote on this one "
            "paper, and nobody can tell from which class a ballot came."
        )
        said = _("%(statement)s %(addition)s") % {"statement": words % values, "addition": said}
    if not inputs.declared:
        return said
    words = ngettext(
        "The ballots of “%(declared)s”, a class that was declared not anonymous, are not among these.",
        "The ballots of “%(declared)s”, classes that were declared not anonymous, are not among these.",
        len(inputs.declared),
    )
    addition = words % {"declared": _(", ").join(inputs.declared)}
    return _("%(statement)s %(addition)s") % {"statement": said, "addition": addition}
