"""Production: refuses to start half-configured. docs/install.md walks through it."""

from django.core.exceptions import ImproperlyConfigured

from .base import *  # noqa: F403
from .base import ALLOWED_HOSTS, DATABASES, DEFAULT_SECRET_KEY, PEER_REVIEW_KEY_SECRET, SECRET_KEY, env

if SECRET_KEY == DEFAULT_SECRET_KEY or len(SECRET_KEY) < 40:
    raise ImproperlyConfigured("SECRET_KEY must be set to a random value of 40 characters or more.")
if PEER_REVIEW_KEY_SECRET in (SECRET_KEY, DEFAULT_SECRET_KEY) or len(PEER_REVIEW_KEY_SECRET) < 40:
    raise ImproperlyConfigured("PEER_REVIEW_KEY_SECRET must be set to its own random value of 40 characters or more.")
if len(set(env.list("ROUND_KEY_FOLDERS", default=[]))) < 2:
    raise ImproperlyConfigured("ROUND_KEY_FOLDERS must name two folders or more, on disks that no backup takes in.")
if env.bool("DEBUG", default=False):
    raise ImproperlyConfigured("DEBUG must be off in production.")
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts this site answers for.")
_main, _box = DATABASES["default"], DATABASES["box"]
if all(_main.get(part) == _box.get(part) for part in ("ENGINE", "NAME", "HOST", "PORT")):
    raise ImproperlyConfigured("BOX_DATABASE_URL must name a database of its own: the ballot box never shares one.")

DEBUG = False
PRIVATE_FILES_REQUIRED = True
SECOND_FACTOR_ROLES = env.list(
    "SECOND_FACTOR_ROLES", default=["leadership", "organiser", "scrutineer", "inspector", "administrator"]
)
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
# Cookies of this host alone, over HTTPS alone: the prefix lets a browser refuse what another host or plain HTTP sets.
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
LANGUAGE_COOKIE_NAME = "__Host-language"
MESSAGES_COOKIE_NAME = "__Host-messages"
# "__Host-" would send it to every page, the kiosk's too: it has a path instead.
KNOWN_BROWSER_COOKIE_NAME = "__Secure-known_browser"
WANTED_PAGE_COOKIE_NAME = "__Secure-wanted_page"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True
