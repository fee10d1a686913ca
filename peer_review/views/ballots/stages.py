"""Where a round that collects in two stages stands for one evaluator, and what they do now."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from peer_review.enums import Collection, RoundState
from peer_review.models import Round

VISIT, DRAW, CAST = "visit", "draw", "cast"


@dataclass(frozen=True, slots=True)
class Stage:
    """The stage of a round for one evaluator. `action` is what the button to the ballot page says, empty for none."""

    text: str
    action: str
    urgent: bool


def mode_of(round: Round, *, now: datetime) -> str:
    """Return how the ballot page works now: all in one visit, or the first or second of two stages."""
    if round.collection != Collection.TWO_STAGE or round.casts_at is None:
        return VISIT
    return DRAW if now < round.casts_at else CAST


def stage_of(round: Round, *, drawn: bool, now: datetime | None = None) -> Stage | None:
    """Return where an open round of two stages stands for somebody who has drawn or not; None for all others."""
    now = now or timezone.now()
    if round.state != RoundState.OPEN or round.collection != Collection.TWO_STAGE:
        return None
    if round.casts_at is None or round.opened_at is None:
        return None
    moments = {"opens": _moment(round.opens_at), "casts": _moment(round.casts_at), "last": _moment(round.closes_at)}
    if mode_of(round, now=now) == CAST:
        if not drawn:
            words = _("Drawing ended on %(casts)s. You had not drawn, so you cannot cast in this round.")
            return Stage(words % moments, "", urgent=False)
        return Stage(_("Stage 2 of 2: cast until %(last)s") % moments, _("Cast the ballots"), urgent=True)
    if drawn:
        words = _("Stage 1 of 2: you have drawn. Casting begins on %(casts)s")
        return Stage(words % moments, _("Prepare the answers"), urgent=False)
    if now < round.opens_at and round.opens_at > round.opened_at:
        words = _("Stage 1 of 2: drawing begins on %(opens)s")
        return Stage(words % moments, _("Look at the ballots"), urgent=False)
    words = _("Stage 1 of 2: draw your credentials until %(casts)s")
    return Stage(words % moments, _("Draw my credentials"), urgent=True)


def _moment(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "DATETIME_FORMAT")
