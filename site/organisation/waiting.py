"""What waits for a person about accounts: roles to confirm, and what was told about their own."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.waiting import Waiting
from organisation.models import AccountNotice, RoleGrant, User


def roles(user: User) -> Iterator[Waiting]:
    """Yield one line for the proposals that this person may confirm. One query."""
    count = RoleGrant.objects.confirmable_by(user).count()
    if count:
        yield Waiting(kind=_("Accounts"), title=str(_("Roles to confirm")), url=reverse("roles"), count=count)


def notices(user: User) -> Iterator[Waiting]:
    """Yield one line for what this person has not read yet about accounts. One query."""
    count = AccountNotice.objects.filter(to=user, is_read=False).count()
    if count:
        yield Waiting(
            kind=_("Accounts"), title=str(_("Notices about accounts")), url=reverse("account_notices"), count=count
        )
