"""Name and section of an author, for other apps."""

from collections.abc import Iterable

from django.utils import timezone

from organisation.models import User


def author_lines(user_ids: Iterable[int]) -> dict[int, str]:
    """Return {id: "张三 · 办公室"} for these accounts, in one query; the name alone where no section is known."""
    ids = set(user_ids)
    if not ids:
        return {}
    today = timezone.localdate()
    lines: dict[int, str] = {}
    rows = User.objects.filter(pk__in=ids).values_list(
        "pk",
        "name",
        "username",
        "staff__memberships__section__name",
        "staff__memberships__from_date",
        "staff__memberships__to_date",
    )
    for pk, name, username, section, from_date, to_date in rows:
        lines.setdefault(pk, name or username)
        if section and from_date <= today and (to_date is None or to_date > today):
            lines[pk] = f"{name or username} · {section}"
    return lines
