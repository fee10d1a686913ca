"""The decorator of predicates: false for users who are not known and for None, before the predicate is asked."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

import rules

from peer_review.roles import is_known
from peer_review.users import AnyUser, User

_Thing = TypeVar("_Thing")


def predicate_about(noun: str) -> Callable[[Callable[[User, _Thing], bool]], rules.Predicate]:
    """Return a decorator that makes a predicate about one thing, such as a round (`noun`).

    The predicate is false for None as the user, for strangers and inactive accounts, and for None as the thing; the
    decorated function is asked about known users and things that are there, and nothing else.
    """

    def make(is_true: Callable[[User, _Thing], bool]) -> rules.Predicate:
        @wraps(is_true)
        def asked(user: AnyUser | None, thing: _Thing | None) -> bool:
            return thing is not None and is_known(user) and bool(is_true(user, thing))

        predicate = rules.predicate(asked, name=is_true.__name__)
        predicate.about = noun
        return predicate

    return make
