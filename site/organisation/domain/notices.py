"""Tell an account's owner and the inspectors what was done to the account."""

from collections.abc import Collection

from django.conf import settings
from django.core.mail import get_connection, send_mail
from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.users.models import UserProfile

from organisation.enums import NoticeKind, Role
from organisation.models import AccountNotice, User
from organisation.roles import holders_of

#: What the owner does alone is nobody else's business.
OWNER_ONLY = frozenset({NoticeKind.ADDRESS_CHANGED, NoticeKind.FACTOR_ADDED, NoticeKind.FACTOR_REMOVED})
#: What is said to the owner, and to an inspector.
SENTENCES: dict[NoticeKind, tuple[str | Promise, str | Promise]] = {
    NoticeKind.ROLE_PROPOSED: (
        gettext_lazy("%(by)s proposed the role “%(role)s” for you. It holds once a second person has confirmed it."),
        gettext_lazy("%(by)s proposed the role “%(role)s” for %(name)s. A second person has to confirm it."),
    ),
    NoticeKind.ROLE_CONFIRMED: (
        gettext_lazy("You hold the role “%(role)s” from now on; %(by)s confirmed it."),
        gettext_lazy("%(name)s holds the role “%(role)s” from now on; %(by)s confirmed it."),
    ),
    NoticeKind.ROLE_WITHDRAWN: (
        gettext_lazy("You no longer hold the role “%(role)s”; %(by)s withdrew it."),
        gettext_lazy("%(name)s no longer holds the role “%(role)s”; %(by)s withdrew it."),
    ),
    NoticeKind.RESET_PROPOSED: (
        gettext_lazy(
            "%(by)s proposed a new password for your account. If you have not asked for it, speak to an inspector."
        ),
        gettext_lazy("%(by)s proposed a new password for the account of %(name)s. A second person has to confirm it."),
    ),
    NoticeKind.RESET_CONFIRMED: (
        gettext_lazy("%(by)s confirmed a new password for your account and holds the link with which it is set."),
        gettext_lazy(
            "%(by)s confirmed a new password for the account of %(name)s and holds the link with which it is set."
        ),
    ),
    NoticeKind.RESET_WITHDRAWN: (
        gettext_lazy("%(by)s withdrew the new password for your account."),
        gettext_lazy("%(by)s withdrew the new password for the account of %(name)s."),
    ),
    NoticeKind.RESET_USED: (
        gettext_lazy(
            "A new password was set for your account. Your roles sleep until you have confirmed that it was you."
        ),
        gettext_lazy("A new password was set for the account of %(name)s. Its roles sleep until the owner confirms."),
    ),
    NoticeKind.RESET_SETTLED: (
        gettext_lazy("The new password of your account is confirmed; your roles are awake again."),
        gettext_lazy("The new password of the account of %(name)s is confirmed; its roles are awake again."),
    ),
    NoticeKind.FACTOR_ADDED: (
        gettext_lazy("A second factor was added to your account. If it was not you, speak to an inspector at once."),
        "",
    ),
    NoticeKind.FACTOR_REMOVED: (
        gettext_lazy(
            "A second factor was removed from your account. If it was not you, speak to an inspector at once."
        ),
        "",
    ),
    NoticeKind.LOST_PROPOSED: (
        gettext_lazy("%(by)s says that you have lost your second factor. If you have not, withdraw that on the site."),
        gettext_lazy("%(by)s proposed to remove the second factor of %(name)s. A second person has to confirm it."),
    ),
    NoticeKind.LOST_CONFIRMED: (
        gettext_lazy(
            "%(by)s confirmed that you have lost your second factor. In %(days)s days it may be removed, unless you"
            " withdraw that on the site."
        ),
        gettext_lazy("%(by)s confirmed that the second factor of %(name)s may be removed in %(days)s days."),
    ),
    NoticeKind.LOST_WITHDRAWN: (
        gettext_lazy("%(by)s withdrew the removal of your second factor."),
        gettext_lazy("%(by)s withdrew the removal of the second factor of %(name)s."),
    ),
    NoticeKind.SESSIONS_ENDED: (
        gettext_lazy(
            "%(by)s ended every session of your account. Sign in again; if you know of no reason, ask for it."
        ),
        gettext_lazy("%(by)s ended every session of the account of %(name)s."),
    ),
    NoticeKind.ADDRESS_ENTERED: (
        gettext_lazy(
            "%(by)s entered another mail address for your account. It holds in %(days)s days, unless you stop it."
        ),
        gettext_lazy("%(by)s entered another mail address for the account of %(name)s. It holds in %(days)s days."),
    ),
    NoticeKind.ADDRESS_HOLDS: (
        gettext_lazy("The mail address that %(by)s entered for your account holds from now on."),
        gettext_lazy("The mail address that %(by)s entered for the account of %(name)s holds from now on."),
    ),
    NoticeKind.ADDRESS_CHANGED: (
        gettext_lazy("You changed the mail address of your account. If it was not you, speak to an inspector."),
        "",
    ),
    NoticeKind.ADDRESS_STOPPED: (
        gettext_lazy("You stopped the change of your mail address."),
        gettext_lazy("%(name)s stopped a change of the mail address that somebody else had entered."),
    ),
}


def tell(*, kind: NoticeKind, about: User, by: User | None, **data: str) -> None:
    """Tell the owner of an account and the inspectors what `by` did; on the site, and by mail after the commit.

    Whoever did it is not told, unless the account is their own. Mails go to the addresses of this moment.
    """
    inspectors = [] if kind in OWNER_ONLY else holders_of(Role.INSPECTOR)
    readers = {user.pk: user for user in inspectors}
    if by is not None:
        readers.pop(by.pk, None)
    readers[about.pk] = about
    data["by"] = by.get_full_name() if by is not None else ""
    notices = AccountNotice.objects.bulk_create(
        AccountNotice(to=reader, about=about, kind=kind, data=data) for reader in readers.values() if reader.is_active
    )
    letters = [(notice, notice.to.email) for notice in notices if notice.to.email]
    if letters:
        transaction.on_commit(lambda: mail(letters))


def mail(letters: Collection[tuple[AccountNotice, str]]) -> None:
    """Send notices to addresses, each in the reader's language. What fails stands on the site."""
    languages = languages_of({notice.to_id for notice, _address in letters})
    with get_connection(fail_silently=True) as connection:
        for notice, address in letters:
            with translation.override(languages.get(notice.to_id, settings.LANGUAGE_CODE)):
                send_mail(
                    _("Your account in Zhengyan") if notice.to_id == notice.about_id else _("An account in Zhengyan"),
                    f"{sentence(notice)}\n\n{settings.WAGTAILADMIN_BASE_URL}",
                    None,
                    [address],
                    fail_silently=True,
                    connection=connection,
                )


def languages_of(user_ids: Collection[int]) -> dict[int, str]:
    """Return the languages that people have chosen, by account."""
    profiles = UserProfile.objects.filter(user__in=user_ids).exclude(preferred_language="")
    return dict(profiles.values_list("user", "preferred_language"))


def sentence(notice: AccountNotice) -> str:
    """Return what a notice says, in the language of the request."""
    to_owner, to_inspector = SENTENCES[NoticeKind(notice.kind)]
    words = {
        "name": notice.about.get_full_name(),
        "by": notice.data.get("by") or _("the staff records"),
        "role": _role_words(notice.data),
        "days": notice.data.get("days", ""),
    }
    return str(to_owner if notice.to_id == notice.about_id else to_inspector) % words


def _role_words(data: dict[str, str]) -> str:
    if not data.get("role"):
        return ""
    label = str(Role(data["role"]).label)
    return f"{label} · {data['section']}" if data.get("section") else label


def mark_read(*, user: User) -> None:
    """Mark everything that was told to somebody as read."""
    AccountNotice.objects.filter(to=user, is_read=False).update(is_read=True)
