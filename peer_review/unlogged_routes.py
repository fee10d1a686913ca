"""Routes of which no log may hold a line, because it would set a person and a ballot side by side.

This is the one list. Web servers (log_rules), the site's own request log, its sessions and the addresses that a browser
passes on (middleware) go by it; a test holds that every route of ballots and bulletins is in it.
"""

from peer_review.conf import conf

#: Examples of arguments: a round's identifier, and an address of one use.
ROUND = "0" * 32
TOKEN = "signed-address"  # noqa: S105 - an example of an address
#: Routes that are left out of every log, with an example of each argument.
UNLOGGED: dict[str, list[str | int]] = {
    "draw": [ROUND],
    "cast": [ROUND],
    # The pages and the manifest too: they are fetched moments before ballots are cast, or by those who look for theirs.
    "manifest": [ROUND],
    "ballot": [ROUND],
    "ballot-check": [ROUND],
    "kiosk": [ROUND],
    "kiosk-open": [ROUND],
    "kiosk-draw": [ROUND],
    "kiosk-ballot": [ROUND, TOKEN],
    "envelopes": [ROUND],
    "envelopes-make": [ROUND, 1],
    "envelopes-witness": [ROUND, 1],
    "bulletin": [ROUND],
    "bulletin-json": [ROUND],
    "bulletin-head": [ROUND],
    "bulletin-cells": [ROUND],
}
#: Their full names.
UNLOGGED_NAMES = frozenset(f"peer_review:{name}" for name in UNLOGGED)


def hides_address(name: str) -> bool:
    """Return whether the address of the route of this full name is kept from logs: one of these, or one of the site's
    own whose address is a secret of one use (conf.UNLOGGED_ROUTES).
    """
    return name in UNLOGGED_NAMES or name in conf.UNLOGGED_ROUTES
