"""Numbers and cursors from the query string."""


def number(text: str | None) -> int:
    """Return a posted id, 0 where it is none."""
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0


def cursor(text: str) -> tuple[int, str]:
    """Return the id and sort key of the last row that was shown; id 0 for the first page."""
    pk, _found, key = text.partition(".")
    return number(pk), key
