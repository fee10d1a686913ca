"""Whom an announcement goes to."""

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from peer_review.enums import REMINDERS, AnnouncementKind
from peer_review.models import Announcement, Assignment
from peer_review.users import User


def recipients(announcement: Announcement) -> "QuerySet[User]":
    """Return the active users an announcement goes to, in an order that says nothing.

    Reminders and the beginning of casting: whoever has a paper, whether they have drawn or voted or not. Outcomes: whom
    they are told to. Everything else: the whole roll. People who vote on paper are not called to the computer.
    """
    round, kind = announcement.round, announcement.kind
    people = get_user_model()._default_manager.filter(is_active=True).order_by("pk")
    if announcement.to_id is not None:
        return people.filter(pk=announcement.to_id)
    if kind == AnnouncementKind.OUTCOME:
        return people.filter(pk__in=announcement.outcomes.order_by().values("to"))
    papers = Assignment.objects.filter(cell__round=round).order_by()
    wanted = Q(pk__in=papers.values("evaluator"))
    members = round.members.order_by()
    if kind in (*REMINDERS, AnnouncementKind.CASTING):
        wanted &= ~Q(pk__in=members.filter(on_paper=True).values("user"))
    else:
        wanted |= Q(pk__in=members.values("user"))
    return people.filter(wanted)
