"""Predicates about a round."""

from typing import Any

import rules

from peer_review.enums import FROZEN_STATES, RESULT_STATES, RoundState
from peer_review.roles import is_known, role_names
from peer_review.rules.roles import is_organiser
from peer_review.users import AnyUser


@rules.predicate
def is_responsible_organiser(user: AnyUser | None, round: Any) -> bool:
    """In the organisers' group and named as responsible for this round."""
    return bool(round is not None and round.organiser_id == getattr(user, "pk", None) and is_organiser(user))


@rules.predicate
def is_scrutineer_of(user: AnyUser | None, round: Any) -> bool:
    """In the scrutineers' group and named for this round. One query."""
    return bool(
        round is not None
        and is_known(user)
        and "scrutineer" in role_names(user)
        and round.scrutineers.filter(pk=user.pk).exists()
    )


@rules.predicate
def is_on_roll(user: AnyUser | None, round: Any) -> bool:
    """A member of this round's roll, as evaluator or as subject. One query."""
    return bool(round is not None and is_known(user) and round.members.filter(user=user).exists())


@rules.predicate
def has_paper(user: AnyUser | None, round: Any) -> bool:
    """The roll gives this user at least one ballot paper. One query."""
    return bool(round is not None and is_known(user) and round.cells.filter(assignments__evaluator=user).exists())


@rules.predicate
def is_subject(user: AnyUser | None, round: Any) -> bool:
    """This user is evaluated in this round. One query."""
    return bool(round is not None and is_known(user) and round.subjects.filter(member__user=user).exists())


@rules.predicate
def is_head_on_roll(user: AnyUser | None, round: Any) -> bool:
    """Was a section head when the roll was frozen. One query."""
    return bool(round is not None and is_known(user) and round.members.filter(user=user, is_section_head=True).exists())


@rules.predicate
def is_opened(user: AnyUser | None, round: Any) -> bool:
    """The round has left the draft state."""
    return bool(round is not None and is_known(user) and round.state in FROZEN_STATES)


@rules.predicate
def is_counted(user: AnyUser | None, round: Any) -> bool:
    """The bulletin exists."""
    return bool(round is not None and is_known(user) and round.has_bulletin)


@rules.predicate
def is_comment_reviewer(user: AnyUser | None, round: Any) -> bool:
    """Named to review this round's comments, in a round that has them."""
    return bool(
        round is not None
        and is_known(user)
        and round.comment_reviewer_id == user.pk
        and round.form.get("comments") is True
    )


@rules.predicate
def awaits_publication(user: AnyUser | None, round: Any) -> bool:
    """Counted, and not published yet."""
    return bool(round is not None and round.state == RoundState.COUNTED)


@rules.predicate
def asks_self_evaluation(user: AnyUser | None, round: Any) -> bool:
    """The scheme asks those evaluated what they say of themselves."""
    return bool(round is not None and round.form.get("self_evaluation") is True)


@rules.predicate
def is_published(user: AnyUser | None, round: Any) -> bool:
    """Results may be read by those whom the scheme names."""
    return bool(round is not None and is_known(user) and round.state in RESULT_STATES)


def shown_to(audience: str) -> Any:
    """Return the predicate "the frozen scheme shows results to this audience"."""

    def shown(user: AnyUser | None, round: Any) -> bool:
        return bool(round is not None and round.form.get("visibility", {}).get(audience) is True)

    return rules.predicate(shown, name=f"shown_to_{audience}")
