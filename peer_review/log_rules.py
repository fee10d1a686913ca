"""Rules for web servers: what keeps unlogged_routes.UNLOGGED out of their logs.

The access log of a proxy keeps address and time of every request. On the pages where somebody draws, casts or checks
that is enough to tell who was there when a ballot arrived. Routes of the site whose address is a secret of one use are
left out too (conf.UNLOGGED_ROUTES).
"""

import re

from django.urls import get_script_prefix, reverse

from peer_review.conf import conf
from peer_review.unlogged_routes import ROUND, TOKEN, UNLOGGED

SERVERS = ("nginx", "caddy", "apache")


def patterns() -> list[str]:
    """Return one regular expression a route, for the whole path of a request, as this site's routes are mounted."""
    found = []
    routes = [(f"peer_review:{name}", arguments) for name, arguments in UNLOGGED.items()]
    routes += [(name, [TOKEN]) for name in conf.UNLOGGED_ROUTES]
    for name, arguments in routes:
        pattern = re.escape(reverse(name, args=arguments))
        for example, expression in ((ROUND, "[0-9a-f]+"), (re.escape(TOKEN), "[^/]+")):
            pattern = pattern.replace(example, expression)
        if arguments[-1] == 1:
            pattern = pattern.replace("/1/", "/[0-9]+/")
        found.append(f"^{pattern}$".replace(r"\-", "-"))
    return found


def rules_for(server: str, *, upstream: str) -> str:
    """Return what keeps these routes out of a server's access log and error log.

    `upstream` is where nginx finds the application; the other servers do not need it.
    Raises: KeyError for a server of which nothing is known.
    """
    return {"nginx": _nginx, "caddy": _caddy, "apache": _apache}[server](upstream)


def _together() -> str:
    """Return all patterns as one expression, which starts where the site does."""
    prefix = re.escape(get_script_prefix())
    paths = "|".join(pattern.removeprefix(f"^{prefix}").removesuffix("$") for pattern in patterns())
    return f"^{prefix}(?:{paths})$"


def _nginx(upstream: str) -> str:
    return f"""\
# Inside the server block, before the other locations.
location ~ "{_together()}" {{
    access_log off;
    error_log /dev/null crit;
    proxy_pass {upstream};
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-For "";
}}
"""


def _caddy(upstream: str) -> str:
    return f"""\
# Inside the site block. Caddy 2.8 or later.
@ballots path_regexp {_together()}
log_skip @ballots
"""


def _apache(upstream: str) -> str:
    return f"""\
# Inside the virtual host. Every CustomLog line ends in env=!ballots.
SetEnvIf Request_URI "{_together()}" ballots
CustomLog ${{APACHE_LOG_DIR}}/access.log combined env=!ballots
<LocationMatch "{_together()}">
    LogLevel emerg
</LocationMatch>
"""
