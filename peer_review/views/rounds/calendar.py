"""A round's days for the reader's own calendar (RFC 5545)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import View
from icalendar import Alarm, Calendar, Event, vDuration, vText

from peer_review.enums import MOVES_THE_END, Collection
from peer_review.models import Round
from peer_review.views.shared.access import RoundMixin

DAY = timedelta(days=1)


class RoundCalendarView(RoundMixin, View):
    """One event where papers are drawn and cast in one visit, two where in two stages, each with an alarm."""

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not self.round.is_frozen:
            raise Http404
        url = request.build_absolute_uri(reverse("peer_review:round-detail", args=[self.round.public_id]))
        response = HttpResponse(round_calendar(self.round, url=url), content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="round.ics"'
        response["Cache-Control"] = "no-store"
        return response


def round_calendar(round: Round, *, url: str) -> bytes:
    """Return the calendar in the active language, moments in the organisation's time zone."""
    calendar = Calendar()
    calendar.add("prodid", "-//peer_review//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    # Given another end, a calendar that knows the round takes the new one.
    sequence = round.announcements.filter(kind__in=MOVES_THE_END).count()
    for name, title, begins, ends in _stages(round):
        calendar.add_component(_event(round, name, title, begins, ends, url=url, sequence=sequence))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _stages(round: Round) -> Iterator[tuple[str, str, datetime, datetime]]:
    """Yield (stable name, title, beginning, end)."""
    begins = max(round.opens_at, round.opened_at) if round.opened_at else round.opens_at
    if round.collection == Collection.TWO_STAGE and round.casts_at is not None:
        yield "draw", _("Draw ballot papers: %(title)s"), begins, round.casts_at
        begins = round.casts_at
    yield "cast", _("Cast ballots: %(title)s"), begins, round.closes_at


def _event(round: Round, name: str, title: str, begins: datetime, ends: datetime, *, url: str, sequence: int) -> Event:
    event = Event()
    event.add("uid", f"{round.public_id}-{name}@peer-review")
    event.add("dtstamp", timezone.now())
    event.add("sequence", sequence)
    event.add("dtstart", timezone.localtime(begins))
    event.add("dtend", timezone.localtime(ends))
    language = {"LANGUAGE": get_language() or "en"}
    event.add("summary", vText(title % {"title": round.title}), parameters=language)
    event.add("description", vText(_("Nobody can tell who wrote which ballot. The last moment is the end.")), language)
    event.add("url", url)
    event.add("transp", "TRANSPARENT")  # days in which to find a quarter of an hour, not days that are taken
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", vText(title % {"title": round.title}), language)
    ahead = DAY if ends - begins > DAY else (ends - begins) / 2
    alarm.add("trigger", vDuration(-ahead), parameters={"RELATED": "END"})
    event.add_component(alarm)
    return event
