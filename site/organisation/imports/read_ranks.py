"""Ranks as the records and a file have them."""

from typing import TypedDict, cast

from django.utils.translation import gettext as _

from organisation.imports.model import ImportPlan, PlannedRank
from organisation.imports.sheets import Sheet, coded_rows
from organisation.models import Rank


class RankRow(TypedDict):
    """A row of a sheet of ranks."""

    code: str
    name: str
    order: int


def load_ranks(plan: ImportPlan) -> None:
    """Put the recorded ranks into the plan, in one query."""
    for rank in Rank.objects.order_by("pk"):
        plan.ranks[rank.code] = PlannedRank(code=rank.code, name=rank.name, order=rank.order, pk=rank.pk)


def read_ranks(sheet: Sheet, plan: ImportPlan) -> None:
    """Put the ranks of a sheet into the plan."""
    for number, values in coded_rows(sheet, plan, required=("code", "name", "order")):
        row = cast(RankRow, values)
        code = row["code"]
        rank = plan.ranks.get(code)
        if rank is None:
            rank = plan.ranks[code] = PlannedRank(code=code, name=row["name"], order=row["order"])
        else:
            if rank.name != row["name"]:
                rank.changes["name"] = (rank.name, row["name"])
                rank.name = row["name"]
            if rank.order != row["order"]:
                rank.changes["order"] = (str(rank.order), str(row["order"]))
                rank.order = row["order"]
        rank.where = (sheet.name, number)
        plan.seen["ranks"] += 1


def check_ranks(plan: ImportPlan) -> None:
    """Refuse two ranks of one name or one order."""
    for key, column in (("name", _("Rank name")), ("order", _("Order"))):
        taken: dict[str | int, PlannedRank] = {}
        for rank in plan.ranks.values():
            other = taken.setdefault(getattr(rank, key), rank)
            if other is not rank:
                sheet, row = rank.where if rank.where[1] else other.where
                reason = _("The rank %(name)s has this already.") % {"name": other.name}
                plan.refuse(sheet, row, column, reason)
