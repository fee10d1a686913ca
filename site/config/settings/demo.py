"""The demonstration: the real server and the production set-up, but on this computer over plain HTTP.

The secrets are made once, at random, and kept in VAR_DIR.
"""

import secrets

from .base import *  # noqa: F403
from .base import VAR_DIR, env


def _kept_secret(name: str) -> str:
    """Return a secret from VAR_DIR, making it the first time."""
    path = VAR_DIR / name
    if not path.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(60))
        path.chmod(0o600)
    return path.read_text().strip()


SECRET_KEY = _kept_secret("secret_key")
PEER_REVIEW_KEY_SECRET = _kept_secret("peer_review_key_secret")
DEMO_ALLOWED = True
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
if not env.str("EMAIL_URL", default=""):
    # Invented people have no mailboxes: what they would get can be read in this folder.
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
