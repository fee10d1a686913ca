"""How a predicate is written, so that it is false for nobody, for strangers and for nothing by construction."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

import rules

from forum_pages.people import MaybeUser, User, is_signed_in

Target = TypeVar("Target")


def predicate_of_person(test: Callable[[User], bool]) -> Callable[[MaybeUser], bool]:
    """Return a predicate about a person alone. The test is asked only about people who are signed in."""

    @wraps(test)
    def predicate(user: MaybeUser) -> bool:
        return is_signed_in(user) and test(user)

    return rules.predicate(predicate)


def predicate_about(test: Callable[[User, Target], bool]) -> Callable[[MaybeUser, Target | None], bool]:
    """Return a predicate about a person and a target. The test never meets a stranger, nor None."""

    @wraps(test)
    def predicate(user: MaybeUser, target: Target | None) -> bool:
        return target is not None and is_signed_in(user) and test(user, target)

    return rules.predicate(predicate)
