"""The one thing to do next with a round, in a sentence, and where it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from peer_review.domain.keys.custody import Custody
from peer_review.domain.rounds.return_rate import ReturnRate
from peer_review.enums import Collection, CountPhase, RoundState
from peer_review.models import CountRun, Round
from peer_review.views.rounds.opening_checks import ChecklistItem


@dataclass(frozen=True, slots=True)
class NextAction:
    """The next action. `url` is a page to open, or with `post` a step to take; without it somebody else is asked."""

    code: str
    sentence: str
    detail: str = ""
    url: str = ""
    label: str = ""
    post: bool = False


@dataclass(frozen=True, slots=True)
class NextActionInputs:
    """What the next action depends on. Parts that a state does not have are empty."""

    round: Round
    now: datetime
    custody: Custody
    obstacles: Sequence[ChecklistItem] = ()
    returned: ReturnRate | None = None
    may_remind: bool = False
    run: CountRun | None = None


def route(name: str, round: Round) -> str:
    """Return the address of a page about a round; empty where this site has no such page."""
    try:
        return reverse(f"peer_review:{name}", args=[round.public_id])
    except NoReverseMatch:
        return ""


def next_action(inputs: NextActionInputs) -> NextAction:
    """Return the next action with a round, whatever its state."""
    steps = {
        RoundState.DRAFT: _draft,
        RoundState.OPEN: _open,
        RoundState.CLOSED: _closed,
        RoundState.COUNTED: _counted,
        RoundState.PUBLISHED: _published,
        RoundState.ARCHIVED: _archived,
        RoundState.VOID: _void,
    }
    return steps[RoundState(inputs.round.state)](inputs)


def _draft(inputs: NextActionInputs) -> NextAction:
    round = inputs.round
    if not inputs.obstacles:
        return NextAction(
            "open",
            _("Everything is ready. Open the round."),
            _("Look at the pre-flight first. Opening freezes the roll, the form and the keys."),
            route("round-open", round),
            _("Open the round"),
            post=True,
        )
    first = inputs.obstacles[0]
    refusal, remedy = first.refusal, first.refusal.remedy
    label = str(remedy.label)
    return NextAction(
        code=remedy.step or refusal.code,
        sentence=str(remedy.sentence) or refusal.message,
        detail=str(remedy.detail) or ("" if first.url else label),
        url=route(remedy.post_route, round) if remedy.post_route else first.url,
        label=label,
        post=bool(remedy.post_route),
    )


def _open(inputs: NextActionInputs) -> NextAction:
    round, now = inputs.round, inputs.now
    if now < round.opens_at:
        return NextAction(
            "wait",
            _("Opened. Ballots can be cast from %(day)s.") % {"day": _moment(round.opens_at)},
            _("Until then, print the notice and hang it up."),
            route("printed-notice", round),
            _("Printed notice"),
        )
    if now >= round.closes_at:
        return NextAction(
            "close",
            _("The last moment has passed. The clock closes the round within a minute."),
            _("If it has not by then, ask the administrator whether the clock's task runs, and close it here."),
            route("round-close", round),
            _("Close the round now"),
            post=True,
        )
    sentence = _left(inputs)
    if not inputs.may_remind:
        return NextAction("wait", sentence, _reminded(inputs))
    return NextAction("remind", sentence, _so_far(inputs), route("round-remind", round), _("Send a reminder"))


def _left(inputs: NextActionInputs) -> str:
    round, now = inputs.round, inputs.now
    if round.collection == Collection.TWO_STAGE and round.casts_at is not None and round.barrier_at is None:
        return _("First stage: papers are drawn until %(day)s (%(left)s). Casting begins then.") % {
            "day": _moment(round.casts_at),
            "left": _span(now, round.casts_at),
        }
    return _("Ballots are cast until %(day)s (%(left)s).") % {
        "day": _moment(round.closes_at),
        "left": _span(now, round.closes_at),
    }


def _so_far(inputs: NextActionInputs) -> str:
    came = inputs.returned
    if came is None:
        return _("Too few people to show participation.")
    so_far = _("%(percent)s %% have drawn so far.") % {"percent": came.percent}
    if not came.needed:
        return so_far
    if came.is_enough:
        return so_far + " " + _("Enough for a valid round, if they all cast.")
    missing = ngettext("At least %(n)s person more is needed.", "At least %(n)s people more are needed.", came.missing)
    return so_far + " " + missing % {"n": came.missing}


def _reminded(inputs: NextActionInputs) -> str:
    return _so_far(inputs) + " " + _("A reminder has been sent today.")


def _closed(inputs: NextActionInputs) -> NextAction:
    run, custody = inputs.run, inputs.custody
    if run is not None and run.phase in (CountPhase.CHECKING, CountPhase.WRITING):
        return NextAction("counting", _("The box is open; the ballots are being counted."))
    if custody.is_split:
        detail = _("%(threshold)s of the %(total)s holders have to come together. Agree on a time with them.") % {
            "threshold": custody.threshold,
            "total": custody.total,
        }
    else:
        detail = _("Their page is under “Boxes whose key I hold”.")
    return NextAction("unseal", _("Now a scrutineer opens the box with the key."), detail)


def _counted(inputs: NextActionInputs) -> NextAction:
    round, reviewer = inputs.round, inputs.round.comment_reviewer
    # As domain.comments.review_is_due, but without reading the box on every visit: where nobody has enough comments
    # the reviewer may be spared, and publishing further down is possible.
    if round.has_comments and not round.comments_reviewed and reviewer is not None and reviewer.is_active:
        return NextAction(
            "comments",
            _("%(name)s reads the comments and withholds those that name somebody.")
            % {"name": reviewer.get_full_name()},
            _("After that you can publish."),
            route("comments-review", round) if reviewer.pk == round.organiser_id else "",
            _("Read the comments"),
        )
    return NextAction(
        "publish",
        _("The ballots are counted. Publish the results."),
        _("Table and totals are published together, once; a correction may only remove."),
        route("round-publish", round),
        _("Publish the results"),
        post=True,
    )


def _published(inputs: NextActionInputs) -> NextAction:
    return NextAction(
        "archive",
        _("The results are published. Nothing has to be done."),
        _("Archive the round when nobody needs it among the current ones; its results stay readable."),
        route("all-results", inputs.round),
        _("All results"),
    )


def _archived(inputs: NextActionInputs) -> NextAction:
    sentence = _("The round is over and archived. Its results stay readable.")
    return NextAction("done", sentence, "", route("all-results", inputs.round), _("All results"))


def _void(inputs: NextActionInputs) -> NextAction:
    round = inputs.round
    return NextAction(
        "repeat",
        _("The round is void."),
        round.void_rule,
        route("round-repeat", round),
        _("Repeat this round"),
        post=True,
    )


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")


def _span(now: datetime, until: datetime) -> str:
    """Return how long that is, in days, or hours where it is less than two days."""
    hours = max(0, int((until - now).total_seconds() // 3600))
    if hours >= 48:
        return ngettext("%(n)s day left", "%(n)s days left", hours // 24) % {"n": hours // 24}
    if hours:
        return ngettext("%(n)s hour left", "%(n)s hours left", hours) % {"n": hours}
    return _("less than an hour left")
