"""Routes that answer strangers themselves: settings.OPEN_ROUTES."""

from collections.abc import Collection

from django.conf import settings


def is_open(view_name: str) -> bool:
    """Return whether a route answers strangers itself."""
    return is_named(view_name, settings.OPEN_ROUTES)


def is_named(view_name: str, routes: Collection[str]) -> bool:
    """Return whether a route, or its namespace with a colon, stands in a list of routes."""
    namespace = view_name.rpartition(":")[0]
    return view_name in routes or f"{namespace}:" in routes
