"""What waits for a person about accounts: roles to confirm, and what was told about their own."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.waiting import Waiting
from organisation.models import AccountNotice, LostFactor, PasswordReset, RoleGrant, User
from peer_review.api.models import Integration


def roles(user: User) -> Iterator[Waiting]:
    """Yield one line for the proposals that this person may confirm. One query."""
    count = RoleGrant.objects.confirmable_by(user).count()
    if count:
        yield Waiting(kind=_("Accounts"), title=str(_("Roles to confirm")), url=reverse("roles"), count=count)


def resets(user: User) -> Iterator[Waiting]:
    """Yield one line for resets to confirm, and one for the own account whose roles sleep. Two queries."""
    count = PasswordReset.objects.confirmable_by(user).count()
    if count:
        title = str(_("Password resets to confirm"))
        yield Waiting(kind=_("Accounts"), title=title, url=reverse("resets"), count=count)
    if PasswordReset.objects.filter(account=user, used=True, settled=False).exists():
        title = str(_("Confirm that you set a new password"))
        yield Waiting(kind=_("Accounts"), title=title, url=reverse("resets"), note=_("Until then your roles sleep."))


def lost_factors(user: User) -> Iterator[Waiting]:
    """Yield one line each for removals of second factors to confirm, to carry out, and of one's own. Three queries."""
    url = reverse("lost_factors")
    count = LostFactor.objects.confirmable_by(user).count()
    if count:
        title = str(_("Lost second factors to confirm"))
        yield Waiting(kind=_("Accounts"), title=title, url=url, count=count)
    count = LostFactor.objects.due_for(user).count()
    if count:
        title = str(_("Lost second factors to remove"))
        yield Waiting(kind=_("Accounts"), title=title, url=url, count=count)
    if LostFactor.objects.open().filter(account=user).exists():
        title = str(_("Your second factor is said to be lost"))
        yield Waiting(kind=_("Accounts"), title=title, url=url, note=_("Stop it if you still have it."))


def tokens(user: User) -> Iterator[Waiting]:
    """Yield one line for the tokens of other systems that wait for this person's word. One query."""
    count = Integration.objects.confirmable_by(user).count()
    if count:
        title = str(_("Tokens for other systems to confirm"))
        yield Waiting(kind=_("Accounts"), title=title, url=reverse("peer_review_api:integration-list"), count=count)


def notices(user: User) -> Iterator[Waiting]:
    """Yield one line for what this person has not read yet about accounts. One query."""
    count = AccountNotice.objects.filter(to=user, is_read=False).count()
    if count:
        yield Waiting(
            kind=_("Accounts"), title=str(_("Notices about accounts")), url=reverse("account_notices"), count=count
        )
