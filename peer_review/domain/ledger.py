"""The ledger of everything ever shown of a round, to anybody, through any channel."""

from collections.abc import Iterable

from django.utils import timezone

from peer_review.enums import Channel
from peer_review.models import Round, Shown


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
