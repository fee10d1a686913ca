"""How authors are called on a page."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from forum_pages.conf import conf
from forum_pages.people import User


def author_name(user: User | None) -> str:
    """Return the name to show for an author; accounts that were deleted leave a phrase."""
    return user.get_full_name() or user.get_username() if user is not None else _("Former member")


def author_lines(user_ids: Iterable[int | None]) -> dict[int, str]:
    """Return {user id: label} from the function FORUM_PAGES_AUTHOR_LINE names, asked once; empty without it."""
    known = {user_id for user_id in user_ids if user_id is not None}
    function = conf.author_line()
    return function(known) if function and known else {}
