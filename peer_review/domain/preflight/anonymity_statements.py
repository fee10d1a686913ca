"""What each evaluator is told on each paper, in one sentence that holds whoever takes part.

It speaks of ballots, not of people: a figure that gathers the few ballots of several subjects may hold more than one
ballot of the same person, and nobody can tell (that is what makes them anonymous).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from peer_review.enums import CellKind, Collection
from peer_review.models import Cell, Round
from peer_review.users import User


@dataclass(frozen=True, slots=True)
class Standing:
    """What the sentence of one paper depends on: possible voters of its class, and of its subject in all classes.

    `lone` names the other classes of the same subject or sheet that have one possible voter.
    """

    kind: str
    label: str
    voters: str
    eligible: int
    total: int
    lone: tuple[str, ...]


def promise(round: Round, cell: Cell) -> str:
    """Return the sentence for one paper. One query, two on a draft."""
    return promises_of(round, [cell])[cell.key]


def promises(round: Round, user: User) -> dict[str, str]:
    """Return the sentence for each of this evaluator's papers, by the cell's key. Two queries, three on a draft."""
    cells = round.cells.filter(assignments__evaluator=user).select_related("subject", "sheet")
    return promises_of(round, list(cells))


def promises_of(round: Round, cells: list[Cell]) -> dict[str, str]:
    """Return the sentence for each of these papers, by the cell's key. One query however many, two on a draft."""
    floor = int(round.form.get("floor") or round.scheme.floor)
    two_stage = round.collection == Collection.TWO_STAGE
    return {
        cell.key: sentence(standing, floor=floor, two_stage=two_stage)
        for cell, standing in zip(cells, _standings(round, cells), strict=True)
    }


def _standings(round: Round, cells: list[Cell]) -> Iterable[Standing]:
    labels = _class_labels(round)
    beside: dict[tuple[int | None, int | None], dict[str, int]] = defaultdict(dict)
    about = round.cells.filter(subject__in=[one.subject_id for one in cells if one.subject_id])
    about |= round.cells.filter(sheet__in=[one.sheet_id for one in cells if one.sheet_id])
    comments: dict[int | None, int] = {}
    counted = about.with_turnout().values_list("kind", "subject_id", "sheet_id", "voter_class", "eligible")
    for kind, subject, sheet, voter_class, eligible in counted:
        if kind == CellKind.COMMENT:
            comments[subject] = eligible
        else:
            beside[subject, sheet][voter_class] = eligible
    for cell in cells:
        classes = beside[cell.subject_id, cell.sheet_id]
        comment = cell.kind == CellKind.COMMENT
        lone = (
            ()
            if comment
            else tuple(labels.get(key, key) for key, n in classes.items() if n == 1 and key != cell.voter_class)
        )
        yield Standing(
            kind=cell.kind,
            label=str(cell.subject or cell.sheet),
            voters=labels.get(cell.voter_class, cell.voter_class),
            eligible=comments.get(cell.subject_id, 0) if comment else classes.get(cell.voter_class, 0),
            total=sum(classes.values()),
            lone=lone,
        )


def _class_labels(round: Round) -> dict[str, str]:
    if round.form:
        return {one["key"]: one["label"] for one in round.form["classes"]}
    return dict(round.scheme.voter_classes.values_list("key", "label"))


def sentence(standing: Standing, *, floor: int, two_stage: bool) -> str:
    """Return the words for one paper, true for every turnout."""
    values = {"subject": standing.label, "voters": standing.voters, "floor": floor, "n": standing.eligible}
    if two_stage and standing.eligible < floor:
        return (
            _(
                "Fewer than %(floor)s people may cast this paper, so it closes when the drawing ends: "
                "no ballot is taken on it."
            )
            % values
        )
    if standing.kind == CellKind.COMMENT:
        if standing.eligible < floor:
            return _("Fewer than %(floor)s people may comment on “%(subject)s”, so no comment will be shown.") % values
        return _("Comments are shown only if at least %(floor)s are written, in an order made by chance.") % values
    if standing.eligible == 1:
        words = _(
            "You are the only possible voter in the class “%(voters)s” for “%(subject)s”: this mark is one "
            "person's and is labelled so; no figure is made of it alone."
        )
        return words % values
    if not standing.lone:
        return (
            _("At least %(floor)s ballots, yours among them, are counted together before any figure is shown.") % values
        )
    words = ngettext(
        "At least %(floor)s ballots, yours among them, are counted together before any figure is shown; "
        "the mark from “%(lone)s” is one person's and is labelled so.",
        "At least %(floor)s ballots, yours among them, are counted together before any figure is shown; "
        "the marks from “%(lone)s” are one person's each and are labelled so.",
        len(standing.lone),
    )
    return words % {**values, "lone": _(", ").join(standing.lone)}
