"""Tell an account's owner and the inspectors what was done to the account."""

from collections.abc import Collection

from django.conf import settings
from django.core.mail import get_connection, send_mail
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.users.models import UserProfile

from organisation.enums import NoticeKind, Role
from organisation.models import AccountNotice, User
from organisation.roles import holders_of


def tell(*, kind: NoticeKind, about: User, by: User | None, **data: str) -> None:
    """Tell the owner of an account and the inspectors what `by` did; on the site, and by mail after the commit.

    Whoever did it is not told, unless the account is their own.
    """
    readers = {user.pk: user for user in holders_of(Role.INSPECTOR)}
    if by is not None:
        readers.pop(by.pk, None)
    readers[about.pk] = about
    data["by"] = by.get_full_name() if by is not None else ""
    notices = AccountNotice.objects.bulk_create(
        AccountNotice(to=reader, about=about, kind=kind, data=data) for reader in readers.values() if reader.is_active
    )
    transaction.on_commit(lambda: mail([notice for notice in notices if notice.to.email]))


def mail(notices: Collection[AccountNotice]) -> None:
    """Send notices to the addresses of their readers, each in the reader's language. What fails stands on the site."""
    if not notices:
        return
    languages = dict(
        UserProfile.objects.filter(user__in={notice.to_id for notice in notices})
        .exclude(preferred_language="")
        .values_list("user", "preferred_language")
    )
    with get_connection(fail_silently=True) as connection:
        for notice in notices:
            with translation.override(languages.get(notice.to_id, settings.LANGUAGE_CODE)):
                send_mail(
                    _("Your account in Zhengyan") if notice.to_id == notice.about_id else _("An account in Zhengyan"),
                    sentence(notice) + "\n\n" + settings.WAGTAILADMIN_BASE_URL,
                    None,
                    [notice.to.email],
                    fail_silently=True,
                    connection=connection,
                )


def sentence(notice: AccountNotice) -> str:
    """Return what a notice says, in the language of the request."""
    own = notice.to_id == notice.about_id
    words = {
        "name": notice.about.get_full_name(),
        "by": notice.data.get("by") or _("the staff records"),
        "role": role_words(notice.data),
    }
    match notice.kind, own:
        case NoticeKind.ROLE_PROPOSED, True:
            text = _("%(by)s proposed the role “%(role)s” for you. It holds once a second person has confirmed it.")
        case NoticeKind.ROLE_PROPOSED, False:
            text = _("%(by)s proposed the role “%(role)s” for %(name)s. A second person has to confirm it.")
        case NoticeKind.ROLE_CONFIRMED, True:
            text = _("You hold the role “%(role)s” from now on; %(by)s confirmed it.")
        case NoticeKind.ROLE_CONFIRMED, False:
            text = _("%(name)s holds the role “%(role)s” from now on; %(by)s confirmed it.")
        case NoticeKind.ROLE_WITHDRAWN, True:
            text = _("You no longer hold the role “%(role)s”; %(by)s withdrew it.")
        case _kind:
            text = _("%(name)s no longer holds the role “%(role)s”; %(by)s withdrew it.")
    return text % words


def role_words(data: dict[str, str]) -> str:
    """Return the roles that a notice is about, in words."""
    labels = [str(Role(role).label) for role in data.get("role", "").split() if role in Role.values]
    words = "、".join(labels)
    return f"{words} · {data['section']}" if data.get("section") else words


def mark_read(*, user: User) -> None:
    """Mark everything that was told to somebody as read."""
    AccountNotice.objects.filter(to=user, is_read=False).update(is_read=True)
