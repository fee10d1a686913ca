"""Which members of a roll: chainable reads, no writes."""

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

if TYPE_CHECKING:
    from peer_review.models import Subject


class RollMemberQuerySet(models.QuerySet[Any]):
    """People on a roll."""

    def matching(self, text: str) -> Self:
        """Return the members whose name or section's name holds this text; all for an empty one."""
        return self.filter(Q(name__icontains=text) | Q(section_name__icontains=text)) if text else self

    def by_section(self) -> Self:
        """Order members by section, then as they were written."""
        return self.order_by("section_key", "pk")

    def after(self, pk: int, section_key: str) -> Self:
        """Return the members that follow this one by section; all after the primary key 0."""
        if not pk:
            return self
        return self.filter(Q(section_key__gt=section_key) | Q(section_key=section_key, pk__gt=pk))

    def besides(self, subject: "Subject") -> Self:
        """Return the members who are not this subject themselves."""
        return self if subject.member_id is None else self.exclude(pk=subject.member_id)

    def evaluating(self, subject: "Subject") -> Self:
        """Return the members who hold a paper about this subject: one of its own or a whole sheet that lists it."""
        papers = apps.get_model("peer_review", "Assignment").objects.about(subject)
        return self.filter(Exists(papers.filter(evaluator=OuterRef("user"))))
