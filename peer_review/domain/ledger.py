"""The ledger of everything ever shown of a round, to anybody, through any channel."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from django.utils import timezone

from peer_review import rules
from peer_review.enums import Audience, Channel
from peer_review.models import Refused, Round, Shown


class Reason(StrEnum):
    """Why something was not shown. Readers are told one sentence whichever it is."""

    TOO_FEW = "too_few"  # nobody there, or too few of them
    ISOLATES = "isolates"  # with what was shown before it would tell of too few
    TOO_LARGE = "too_large"  # cannot be decided in the time there is
    ROLLS = "rolls"  # the voters of two rounds differ by too few
    WITHDRAWN = "withdrawn"


def note(round: Round, *, scope: str, channel: Channel, audience: str) -> None:
    """Record that figures released at publication were shown. One query where that is known already.

    scope: "subject:<Subject.key>", "section:<key>", "rank:<key>", "round", "summary". audience: a role (a value of
    enums.Audience, "organiser", "inspector", "integration"), "section_head:<section key>" for a head; never a person.
    """
    note_all(round, scopes=[scope], channel=channel, audience=audience)


def note_all(round: Round, *, scopes: Iterable[str], channel: Channel, audience: str) -> None:
    """Record several scopes that were shown together: one query where all are known already, else two."""
    wanted = dict.fromkeys(scopes)
    known = Shown.objects.filter(round=round, channel=channel, audience=audience, scope__in=wanted)
    fresh = set(wanted) - set(known.values_list("scope", flat=True))
    today = timezone.localdate()
    rows = [
        Shown(round=round, scope=scope, channel=channel, audience=audience, first_at=today)
        for scope in wanted
        if scope in fresh
    ]
    # Two readers at once: the second finds the first's line, which says the same.
    Shown.objects.bulk_create(rows, ignore_conflicts=True)


def note_refused(round: Round, *, scopes: Iterable[str], reason: str) -> None:
    """Record questions that were not answered. Two queries at most."""
    wanted = dict.fromkeys(scopes)
    fresh = set(wanted) - set(Refused.objects.filter(round=round, scope__in=wanted).values_list("scope", flat=True))
    today = timezone.localdate()
    rows = [Refused(round=round, scope=scope, reason=reason, first_at=today) for scope in wanted if scope in fresh]
    Refused.objects.bulk_create(rows, ignore_conflicts=True)


def audience_of(user: Any, round: Round, *, subject: Any = None, section_key: str = "") -> str:
    """Return in which role somebody reads figures, as the ledger names it: never who.

    `subject`, or `section_key`: what they read of; neither: of the whole round. One query or two.
    """
    if subject is not None and rules.is_own_subject.test(user, subject):
        return str(Audience.SUBJECT)
    if rules.is_leader.test(user, round):
        return str(Audience.LEADERSHIP)
    if rules.is_responsible_organiser.test(user, round):
        return "organiser"
    key = subject.section_key if subject is not None else section_key
    if key and round.members.filter(user=user, is_section_head=True, section_key=key).exists():
        return f"{Audience.SECTION_HEAD}:{key}"
    if rules.is_inspector.test(user):
        return "inspector"  # responsible for an appeal
    return str(Audience.STAFF)
