"""Predicates about a round."""

from typing import TYPE_CHECKING

import rules

from peer_review.enums import FROZEN_STATES, RESULT_STATES, RoundState
from peer_review.roles import role_names, users_with_role
from peer_review.rules.base import predicate_about
from peer_review.rules.roles import is_organiser
from peer_review.users import User

if TYPE_CHECKING:
    from peer_review.models import EarlyClosing, Round


@predicate_about("round")
def is_responsible_organiser(user: User, round: "Round") -> bool:
    """The user is an organiser and named as responsible for this round."""
    return bool(round.organiser_id == user.pk and is_organiser(user))


@predicate_about("round")
def is_scrutineer_of(user: User, round: "Round") -> bool:
    """The user is a scrutineer and named for this round. One query."""
    return bool("scrutineer" in role_names(user) and round.scrutineers.filter(pk=user.pk).exists())


@predicate_about("round")
def is_second_person(user: User, round: "Round") -> bool:
    """The user may confirm what the organiser asks for: an inspector, or a scrutineer where no account is one's.

    Never the organiser, whatever else they are. Two queries.
    """
    if round.organiser_id == user.pk:
        return False
    if "inspector" in role_names(user):
        return True
    return bool(is_scrutineer_of.test(user, round)) and not users_with_role("inspector").exists()


@predicate_about("early_closing")
def is_waiting_for_second_person(user: User, early_closing: "EarlyClosing") -> bool:
    """The request has neither been confirmed nor withdrawn, its round is open, and somebody else made it."""
    return (
        early_closing.confirmed_at is None
        and early_closing.withdrawn_at is None
        and early_closing.round.state == RoundState.OPEN
        and early_closing.requested_by_id != user.pk
    )


@predicate_about("early_closing")
def is_second_person_of_early_closing(user: User, early_closing: "EarlyClosing") -> bool:
    """The user is the second person of its round."""
    return bool(is_second_person.test(user, early_closing.round))


can_confirm_early_closing = is_waiting_for_second_person & is_second_person_of_early_closing


@predicate_about("round")
def is_on_roll(user: User, round: "Round") -> bool:
    """The user is on this round's roll, as evaluator or as subject. One query."""
    return bool(round.members.filter(user=user).exists())


@predicate_about("round")
def has_paper(user: User, round: "Round") -> bool:
    """The roll gives this user at least one ballot paper. One query."""
    return bool(round.cells.filter(assignments__evaluator=user).exists())


@predicate_about("round")
def is_subject(user: User, round: "Round") -> bool:
    """This user is evaluated in this round. One query."""
    return bool(round.subjects.filter(member__user=user).exists())


@predicate_about("round")
def is_head_on_roll(user: User, round: "Round") -> bool:
    """The user was a section head when the roll was frozen. One query."""
    return bool(round.members.filter(user=user, is_section_head=True).exists())


@predicate_about("round")
def is_opened(user: User, round: "Round") -> bool:
    """The round has left the draft state."""
    return bool(round.state in FROZEN_STATES)


@predicate_about("round")
def is_counted(user: User, round: "Round") -> bool:
    """The round has a bulletin."""
    return bool(round.has_bulletin)


@predicate_about("round")
def is_comment_reviewer(user: User, round: "Round") -> bool:
    """The user is named to review this round's comments, in a round that has them."""
    return bool(round.comment_reviewer_id == user.pk and round.has_comments)


@predicate_about("round")
def is_awaiting_publication(user: User, round: "Round") -> bool:
    """The round is counted and not published yet."""
    return bool(round.state == RoundState.COUNTED)


@predicate_about("round")
def has_self_evaluation(user: User, round: "Round") -> bool:
    """The scheme asks for self-evaluations."""
    return bool(round.has_frozen_scheme and round.frozen_scheme.self_evaluation)


@predicate_about("round")
def is_published(user: User, round: "Round") -> bool:
    """Results may be read by those whom the scheme names."""
    return bool(round.state in RESULT_STATES)


def is_shown_to(audience: str) -> rules.Predicate:
    """Return the predicate "the frozen scheme shows results to this audience"."""

    def shown(user: User, round: "Round") -> bool:
        return bool(round.has_frozen_scheme and round.frozen_scheme.shows_results_to(audience))

    shown.__name__ = f"is_shown_to_{audience}"
    return predicate_about("round")(shown)


can_view_early_closing = is_opened & (is_responsible_organiser | is_second_person)
