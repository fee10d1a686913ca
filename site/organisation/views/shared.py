"""What the views of accounts share."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from organisation.models import User


def person_of(request: HttpRequest) -> User:
    """Return who asks. Raises: PermissionDenied for strangers, whom LoginRequiredMixin has sent away before."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
