"""The test settings, on the very databases that the running test uses: for a server in a process of its own."""

import os

from config.settings.test import *  # noqa: F403
from config.settings.test import DATABASES

for _alias in ("default", "box"):
    DATABASES[_alias]["NAME"] = os.environ[f"KILL_{_alias.upper()}"]
ALLOWED_HOSTS = ["127.0.0.1"]
