"""Rules for web servers: what keeps unlogged_routes.UNLOGGED out of their logs.

The access log of a proxy keeps address and time of every request. On the pages where somebody draws, casts or checks
that is enough to tell who was there when a ballot arrived. So it is of the scripts, of which some are loaded by one of
these pages alone. Routes of the site whose address is a secret of one use are left out too (conf.UNLOGGED_ROUTES).

Of the other pages no size may be kept: the list of rounds, and the site's front page if it tells of them, are some
bytes longer or shorter once somebody has drawn.
"""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from peer_review.conf import conf
from peer_review.unlogged_routes import ROUND, TOKEN, UNLOGGED

SERVERS = ("nginx", "caddy", "apache")


def patterns() -> list[str]:
    """Return one regular expression a route and one for all scripts, for the whole path of a request, as this site's
    routes are mounted.

    The slash at the end may be missing: the redirect to the page is a request as well.
    """
    found = [f"^{_plain(re.escape(scripts_path()))}.+$"]
    routes = [(f"peer_review:{name}", arguments) for name, arguments in UNLOGGED.items()]
    routes += [(name, [TOKEN]) for name in conf.UNLOGGED_ROUTES]
    for name, arguments in routes:
        pattern = re.escape(reverse(name, args=arguments))
        for example, expression in ((ROUND, "[0-9a-f]+"), (re.escape(TOKEN), "[^/]+")):
            pattern = pattern.replace(example, expression)
        if arguments[-1] == 1:
            pattern = pattern.replace("/1/", "/[0-9]+/")
        slash = "?" if pattern.endswith("/") else ""
        found.append(f"^{_plain(pattern)}{slash}$")
    return found


def scripts_path() -> str:
    """Return the path below which peer review's scripts lie. All of them: which page loads which may change."""
    return urlsplit(settings.STATIC_URL or "").path.rstrip("/") + "/peer_review/js/"


def rules_for(server: str, *, upstream: str) -> str:
    """Return what keeps these routes out of a server's access log and error log.

    `upstream` is where nginx finds the application; the other servers do not need it.
    Raises: KeyError for a server of which nothing is known.
    """
    return {"nginx": _nginx, "caddy": _caddy, "apache": _apache}[server](upstream)


def _plain(pattern: str) -> str:
    """Return an expression whose hyphens are not escaped: outside of brackets no server wants that."""
    return pattern.replace(r"\-", "-")


def _together() -> str:
    """Return all patterns as one expression."""
    paths = "|".join(pattern.removeprefix("^").removesuffix("$") for pattern in patterns())
    return f"^(?:{paths})$"


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
# In the http block, and without_size named in every access_log: the sizes of the other pages tell who has drawn.
# log_format without_size '$remote_addr [$time_local] "$request" $status "$http_user_agent"';
"""


def _caddy(upstream: str) -> str:
    return f"""\
# Inside the site block. Caddy 2.8 or later.
@ballots path_regexp {_together()}
log_skip @ballots
# In the site's log block: the sizes of the other pages tell who has drawn.
# format filter {{
#     wrap json
#     fields {{
#         size delete
#         resp_headers>Content-Length delete
#     }}
# }}
"""


def _apache(upstream: str) -> str:
    return f"""\
# Inside the virtual host. Every CustomLog line ends in env=!ballots, and names without_size: the sizes of the other
# pages tell who has drawn.
SetEnvIf Request_URI "{_together()}" ballots
LogFormat "%h %t \\"%r\\" %>s \\"%{{User-Agent}}i\\"" without_size
CustomLog ${{APACHE_LOG_DIR}}/access.log without_size env=!ballots
<LocationMatch "{_together()}">
    LogLevel emerg
</LocationMatch>
"""
