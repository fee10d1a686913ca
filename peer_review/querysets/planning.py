"""Which members of a roll: chainable reads, no writes."""

from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from peer_review.enums import RollTouchKind
from peer_review.roles import is_known
from peer_review.users import AnyUser

if TYPE_CHECKING:
    from peer_review.models import RollMember, RollTouch, Subject


class RollMemberQuerySet(models.QuerySet["RollMember"]):
    """People on a roll."""

    def sections_headed_by(self, user: AnyUser | None) -> "models.QuerySet[RollMember, str]":
        """Return the keys of the sections that this user headed when the roll was frozen, at most one a round."""
        heads = self.filter(user=user, is_section_head=True) if is_known(user) else self.none()
        return heads.values_list("section_key", flat=True)

    def matching(self, text: str) -> Self:
        """Return the members whose name or section's name holds this text; all for an empty one."""
        return self.filter(Q(name__icontains=text) | Q(section_name__icontains=text)) if text else self

    def besides(self, subject: "Subject") -> Self:
        """Return the members who are not this subject themselves."""
        return self if subject.member_id is None else self.exclude(pk=subject.member_id)

    def evaluating(self, subject: "Subject") -> Self:
        """Return the members who hold a paper about this subject: one of its own or a whole sheet that lists it."""
        papers = apps.get_model("peer_review", "Assignment").objects.about(subject)
        return self.filter(Exists(papers.filter(evaluator=OuterRef("user"))))


class RollTouchQuerySet(models.QuerySet["RollTouch"]):
    """Acts by hand on rolls."""

    def on_list_of(self, user: AnyUser | None) -> Self:
        """Return the acts that chose who evaluates this person.

        Taking somebody off the roll shortens every list that they were on, and chooses none: in a house where everybody
        evaluates everybody, nobody could confirm it. Whoever is no longer a subject has no list.
        """
        if not is_known(user):
            return self.none()
        shortened = (RollTouchKind.REMOVED, RollTouchKind.SUBJECT_REMOVED)
        return self.exclude(kind__in=shortened).filter(subjects__subject_key=f"p{user.pk}")
