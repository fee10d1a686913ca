"""Who the authors on a page are beyond their names."""

from collections.abc import Iterable

from forum_pages.conf import conf


def author_lines(user_ids: Iterable[int | None]) -> dict[int, str]:
    """Return {user id: label} from the function FORUM_PAGES_AUTHOR_LINE names, asked once; empty without it."""
    known = {user_id for user_id in user_ids if user_id is not None}
    function = conf.author_line()
    return function(known) if function and known else {}
