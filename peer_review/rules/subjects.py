"""Predicates about a subject of a round."""

from typing import TYPE_CHECKING

import rules

from peer_review.enums import StageKind
from peer_review.rules.base import predicate_about
from peer_review.rules.roles import is_inspector
from peer_review.users import User

if TYPE_CHECKING:
    from peer_review.models import Subject


@predicate_about("subject")
def is_own_subject(user: User, subject: "Subject") -> bool:
    """The subject is the user."""
    return bool(subject.member is not None and subject.member.user_id == user.pk)


@predicate_about("subject")
def is_head_of_subject(user: User, subject: "Subject") -> bool:
    """The user headed the subject's section when the roll was frozen. One query."""
    heads = subject.round.members.filter(user=user, is_section_head=True, section_key=subject.section_key)
    return bool(heads.exists())


@predicate_about("subject")
def is_addressee(user: User, subject: "Subject") -> bool:
    """The subject is the user, or a section evaluated as a whole that the user headed on the roll. One query."""
    if subject.member is not None:
        return bool(subject.member.user_id == user.pk)
    return bool(is_head_of_subject.test(user, subject))


@predicate_about("subject")
def has_outcome_notice(user: User, subject: "Subject") -> bool:
    """The outcome of this subject has been told in writing. One query."""
    return bool(hasattr(subject, "outcome_notice"))


@predicate_about("subject")
def is_notified(user: User, subject: "Subject") -> bool:
    """The outcome was told to this user. One query."""
    return bool(has_outcome_notice.test(user, subject) and subject.outcome_notice.to_id == user.pk)


@predicate_about("subject")
def is_responsible_for_appeal(user: User, subject: "Subject") -> bool:
    """The user is the inspector responsible for an appeal about this subject, answered or not. One query."""
    if not is_inspector.test(user):
        return False
    mine = subject.contests.filter(stages__kind=StageKind.APPEAL, stages__responsible=user)
    return bool(mine.exists())


def of_round(predicate: rules.Predicate) -> rules.Predicate:
    """Return `predicate` asked of a subject's round."""

    def asked(user: User, subject: "Subject") -> bool:
        return bool(predicate.test(user, subject.round))

    asked.__name__ = f"round_{predicate.name}"
    return predicate_about("subject")(asked)
