"""What the views of accounts share."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from organisation.domain.sign_ins import record_attack
from organisation.exceptions import TooManyAttempts
from organisation.models import User
from organisation.sign_in_log import Outcome, Shown, note
from organisation.throttle import Throttle


def person_of(request: HttpRequest) -> User:
    """Return who asks. Raises: PermissionDenied for strangers, whom LoginRequiredMixin has sent away before."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def password_matches(request: HttpRequest, user: User, password: str) -> bool:
    """Return whether this is the password of whoever is signed in; wrong ones are delayed as at the sign-in.

    Raises: TooManyAttempts
    """
    throttle = Throttle(request, user.get_username())
    if throttle.wait():
        note(Shown.PASSWORD, Outcome.DELAYED)
        raise TooManyAttempts
    matches = user.check_password(password)
    if matches:
        throttle.succeeded()
    elif throttle.failed():
        record_attack(username=user.get_username())
    note(Shown.PASSWORD, Outcome.RIGHT if matches else Outcome.WRONG)
    return matches
