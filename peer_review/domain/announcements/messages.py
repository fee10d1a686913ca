"""The words of an announcement, the same in mails and on the site, in the language that is active."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from peer_review.enums import AnnouncementKind, Collection
from peer_review.models import Announcement, Round


def heading(announcement: Announcement) -> str:
    """Return the subject line."""
    # One line, whatever was pasted into the title: it becomes a mail's header.
    title = " ".join(announcement.round.title.split())
    return _("%(what)s: %(title)s") % {"what": announcement.get_kind_display(), "title": title}


def paragraphs(announcement: Announcement) -> list[str]:
    """Return the text, paragraph by paragraph: what everybody is told, then the organiser's own words.

    Nothing in it depends on who reads it. Moments are the round's present ones: lengthened since, it says the new end.
    """
    return [*_told(announcement), *([announcement.text] if announcement.text else [])]


def place(announcement: Announcement) -> str:
    """Return the path of the page where one reads on."""
    if announcement.kind == AnnouncementKind.ASKED:
        return reverse("peer_review:contest-list")
    if announcement.kind in (AnnouncementKind.OUTCOME, AnnouncementKind.ANSWERED):
        return reverse("peer_review:my-outcome", args=[announcement.round.public_id])
    return reverse("peer_review:round-detail", args=[announcement.round.public_id])


def _told(announcement: Announcement) -> list[str]:
    round = announcement.round
    values = {
        "title": round.title,
        "last": _moment(round.closes_at),
        "casts": _moment(round.casts_at) if round.casts_at else "",
    }
    return [sentence % values for sentence in _sentences(announcement)]


def _sentences(announcement: Announcement) -> list[str]:
    kind, round = announcement.kind, announcement.round
    if kind == AnnouncementKind.OPENED:
        if round.collection == Collection.TWO_STAGE:
            return [
                _("“%(title)s” has begun, in two stages. First, until %(casts)s, ballot papers are drawn."),
                _("From then until %(last)s they are cast. Whoever has not drawn by then cannot cast."),
            ]
        return [
            _("“%(title)s” is open until %(last)s."),
            _("Whoever has ballot papers in it finds them on its page. Nobody can tell who wrote which ballot."),
            *_may_be_extended(round),
        ]
    if kind == AnnouncementKind.DRAWING:
        return [
            _("Ballot papers of “%(title)s” can be drawn until %(casts)s. Whoever has none by then cannot cast."),
            _("Everybody with ballot papers gets this same text, whether they have drawn or not."),
        ]
    if kind == AnnouncementKind.CASTING:
        return [_("Drawing is over. The ballots of “%(title)s” can be cast until %(last)s.")]
    if kind == AnnouncementKind.REMINDER:
        return [
            _("The ballots of “%(title)s” can be cast until %(last)s."),
            _("Everybody with ballot papers gets this same text, whether they have cast or not."),
        ]
    if kind == AnnouncementKind.EXTENDED and not announcement.text:
        # Whoever lengthens a round gives a reason: without one, the round did it by itself.
        return [
            _(
                "Drawing was ended later than planned. So that ballots can still be cast for a whole day, “%(title)s” "
                "stays open longer, until %(last)s."
            )
        ]
    if kind == AnnouncementKind.EXTENDED:
        return [_("“%(title)s” stays open longer, until %(last)s. The reason:")]
    if kind == AnnouncementKind.CLOSING:
        return [
            _("“%(title)s” closes before its time. Ballots can be cast until %(last)s, and not after. The reason:"),
        ]
    if kind == AnnouncementKind.STAYS_OPEN:
        return [_("“%(title)s” does not close before its time: it stays open until %(last)s.")]
    if kind == AnnouncementKind.PROLONGED:
        return [_("“%(title)s” stays open until %(last)s, as was declared before it began. This happens once.")]
    if kind == AnnouncementKind.CLOSED:
        return [
            _("“%(title)s” has closed. The scrutineers open the box next, and the ballots are counted."),
            _("Keep your receipts: after the count your browser can prove what became of your ballots."),
        ]
    if kind == AnnouncementKind.PUBLISHED:
        return [_("The results of “%(title)s” are published. Everybody sees those that its scheme shows them.")]
    if kind == AnnouncementKind.OUTCOME:
        return [
            _("A named person has decided on the results of “%(title)s”. Your outcome stands on the page below."),
            _("Please confirm there that you have received it. Whoever does not agree finds there what to do by when."),
        ]
    if kind == AnnouncementKind.ASKED:
        return [_("Somebody does not agree with an outcome of “%(title)s”, and you are responsible for the answer.")]
    if kind == AnnouncementKind.ANSWERED:
        return [_("There is news of your review or appeal about “%(title)s”. Read it on the page below.")]
    return [_("“%(title)s” is void."), round.void_rule.replace("%", "%%")]


def _may_be_extended(round: Round) -> list[str]:
    if not round.extension_days:
        return []
    words = ngettext(
        "If too few people have drawn their papers by then, the whole round stays open %(n)s day longer, once.",
        "If too few people have drawn their papers by then, the whole round stays open %(n)s days longer, once.",
        round.extension_days,
    )
    return [words % {"n": round.extension_days}]


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")
