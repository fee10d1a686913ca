"""Which assignments and cells: chainable reads, no writes."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from peer_review.enums import CellKind
from peer_review.users import AnyUser

if TYPE_CHECKING:
    from peer_review.models import Assignment, Cell, Round, Subject


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Credentials."""

    def of(self, *, evaluator: AnyUser | None, round: "Round") -> "AssignmentQuerySet":
        """Return one evaluator's papers in one round: whole sheets first, then subject by subject, each one's rating
        before the comment; with cell, subject and sheet at hand."""
        return (
            self.filter(evaluator=evaluator, cell__round=round)
            .select_related("cell__subject", "cell__sheet")
            .order_by(
                models.F("cell__sheet__sort_order").asc(nulls_last=True),
                "cell__sheet_id",
                "cell__subject__sort_order",
                "cell__subject_id",
                "-cell__kind",
                "pk",
            )
        )

    def about(self, subject: "Subject") -> "AssignmentQuerySet":
        """Return the papers on which this subject is marked: its own, and whole sheets that list it; no comments."""
        own = Q(cell__subject=subject, cell__kind=CellKind.RATING)
        return self.filter(own | Q(cell__sheet__entries__subject=subject))

    def marking_in(self, classes: Collection[str]) -> "AssignmentQuerySet":
        """Return the comment papers whose holders mark the same subject in one of these voter classes."""
        marks = self.model._default_manager.filter(
            Q(cell__subject=OuterRef("cell__subject")) | Q(cell__sheet__entries__subject=OuterRef("cell__subject")),
            cell__round=OuterRef("cell__round"),
            cell__voter_class__in=classes,
            evaluator=OuterRef("evaluator"),
        )
        return self.filter(Exists(marks), cell__kind=CellKind.COMMENT)


class CellQuerySet(models.QuerySet["Cell"]):
    """Ballot papers."""

    def without_key(self) -> "CellQuerySet":
        return self.filter(spki="")

    def in_order(self) -> "CellQuerySet":
        """Order papers as their holders see them (AssignmentQuerySet.of), with subject and sheet at hand."""
        return self.select_related("subject", "sheet").order_by(
            models.F("sheet__sort_order").asc(nulls_last=True),
            "sheet_id",
            "subject__sort_order",
            "subject_id",
            "-kind",
            "pk",
        )

    def with_eligible(self) -> "models.QuerySet[Any]":  # rows with annotations have no type of their own
        """Annotate `eligible`, the number of people who may draw this paper."""
        return self.annotate(eligible=models.Count("assignments"))
