"""A developer's machine: readable errors, static files straight from their sources."""

from .base import *  # noqa: F403

DEBUG = True
DEMO_ALLOWED = True
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
VAR_DIR.mkdir(parents=True, exist_ok=True)  # noqa: F405
