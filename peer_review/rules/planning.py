"""Predicates about rolls that were changed by hand."""

from typing import TYPE_CHECKING

from peer_review.enums import RoundState
from peer_review.rules.base import predicate_about
from peer_review.rules.rounds import is_responsible_organiser, is_second_person
from peer_review.users import User

if TYPE_CHECKING:
    from peer_review.models import Round


@predicate_about("round")
def is_second_person_of_roll(user: User, round: "Round") -> bool:
    """The user is the second person of a roll that was changed by hand, and has no part in the change.

    Whoever did any of it is not another person. Whoever is evaluated by a list that was changed must not read who is on
    it; as an evaluator they may confirm, since they learn no more than anybody who is asked with the same people.
    """
    if not is_second_person.test(user, round):
        return False
    touches = round.roll_touches.all()
    return touches.exists() and not touches.filter(by=user).exists() and not touches.on_list_of(user).exists()


@predicate_about("round")
def is_draft(user: User, round: "Round") -> bool:
    """The round has not been opened."""
    return bool(round.state == RoundState.DRAFT)


can_confirm_roll = is_draft & is_second_person_of_roll


can_view_roll_touches = is_responsible_organiser | is_second_person_of_roll
