"""The state of a draft's plan: used, outdated or being written; and the lock of its roll."""

import secrets

from peer_review.domain.locks import lock_draft
from peer_review.domain.planning.plan import PlanJson
from peer_review.exceptions.base import RollBeingWritten
from peer_review.models import Round


def lock_roll(round: Round) -> Round:
    """Return the round, locked; its roll is complete.

    Raises: RoundFrozen, RollBeingWritten.
    """
    locked = lock_draft(round)
    if is_being_written(locked):
        raise RollBeingWritten
    return locked


def is_being_written(round: Round) -> bool:
    """Return whether a large roll is being written in the background, or its writing was cut short."""
    return "writing" in round.plan.get("state", {})


def outdate_plan(round: Round, plan: PlanJson | None = None) -> None:
    """Save another plan, or the same one with a renewed seed; the roll no longer follows from it.

    A roll that is being written stays half-written, so closed to edits and opening, until the plan is used; its writer
    is told by another token to stop. The caller holds the draft's lock.
    """
    writing = round.plan.get("state", {}).get("writing")
    round.plan = round.plan if plan is None else plan
    if writing:
        set_plan_state(round, writing={**writing, "token": secrets.token_hex(8)})
    else:
        set_plan_state(round)


def set_plan_state(round: Round, **state: object) -> None:
    """Save the state of the plan beside it. The caller holds the draft's lock.

    used: the roll is what the plan asks for, changes by hand apart. writing: {token, papers} while it is written.
    """
    plan = {key: value for key, value in round.plan.items() if key != "state"}
    round.plan = {**plan, "state": state} if state else plan
    round.save(update_fields=["plan"])
