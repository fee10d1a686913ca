"""Routes that answer strangers themselves: settings.OPEN_ROUTES."""

from django.conf import settings


def is_open(view_name: str) -> bool:
    """Return whether a route answers strangers itself; namespaces end in a colon."""
    namespace = view_name.rpartition(":")[0]
    return view_name in settings.OPEN_ROUTES or f"{namespace}:" in settings.OPEN_ROUTES
