"""Predicates about a subject of a round."""

from typing import Any

import rules

from peer_review.enums import StageKind
from peer_review.roles import is_known
from peer_review.rules.roles import is_inspector
from peer_review.users import AnyUser


@rules.predicate
def is_own_subject(user: AnyUser | None, subject: Any) -> bool:
    """This subject is the user."""
    return bool(
        subject is not None and is_known(user) and subject.member is not None and subject.member.user_id == user.pk
    )


@rules.predicate
def is_head_of_subject(user: AnyUser | None, subject: Any) -> bool:
    """Headed the subject's section when the roll was frozen. One query."""
    return bool(
        subject is not None
        and is_known(user)
        and subject.round.members.filter(user=user, is_section_head=True, section_key=subject.section_key).exists()
    )


@rules.predicate
def is_addressee(user: AnyUser | None, subject: Any) -> bool:
    """This subject is the user, or a section evaluated as a whole that the user headed on the roll. One query."""
    if subject is None or not is_known(user):
        return False
    if subject.member_id is not None:
        return bool(subject.member.user_id == user.pk)
    return bool(is_head_of_subject.test(user, subject))


@rules.predicate
def is_told(user: AnyUser | None, subject: Any) -> bool:
    """The outcome of this subject has been told in writing. One query."""
    return bool(subject is not None and hasattr(subject, "outcome_notice"))


@rules.predicate
def is_notified(user: AnyUser | None, subject: Any) -> bool:
    """It was to this user that the outcome was told. One query."""
    return bool(is_told.test(user, subject) and is_known(user) and subject.outcome_notice.to_id == user.pk)


@rules.predicate
def handles_appeal(user: AnyUser | None, subject: Any) -> bool:
    """Is the inspector responsible for an appeal about this subject, answered or not. One query."""
    if subject is None or not is_inspector.test(user):
        return False
    mine = subject.contests.filter(stages__kind=StageKind.APPEAL, stages__responsible=user)
    return bool(mine.exists())


def of_round(predicate: Any) -> Any:
    """Return `predicate` asked of a subject's round."""

    def asked(user: AnyUser | None, subject: Any) -> bool:
        return bool(subject is not None and predicate.test(user, subject.round))

    return rules.predicate(asked, name=f"round_{predicate.name}")
