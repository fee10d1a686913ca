"""The suite. Databases are files (or PostgreSQL), never in memory: the leak tests read their bytes."""

import os
import tempfile
from pathlib import Path

# One thread a process, before numpy is loaded: the suite has a process on every core, and threads that spin while they
# wait for each other took three times as long as the sums. counting/test_processors.py names its own numbers.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from .base import *  # noqa: F403

# One folder a run; ZY_TEST_DIR keeps it between runs for --reuse-db.
TEST_DIR = Path(os.environ.get("ZY_TEST_DIR") or tempfile.mkdtemp(prefix="zhengyan-test-"))
os.environ.setdefault("ZY_TEST_DIR", str(TEST_DIR))
TEST_DIR.mkdir(parents=True, exist_ok=True)

ALLOWED_HOSTS = ["*"]
DEMO_ALLOWED = True
for _alias, _database in DATABASES.items():  # noqa: F405
    if _database["ENGINE"].endswith("sqlite3"):
        _database["NAME"] = TEST_DIR / f"{_alias}.sqlite3"
        _database["TEST"] = {"NAME": TEST_DIR / f"test_{_alias}.sqlite3"}
        # No test takes the machine's power away (workers are killed, which loses nothing that was written), and
        # waiting for the disk at every commit would double the suite's time. Production waits: see base.py.
        _database["OPTIONS"]["init_command"] = _database["OPTIONS"]["init_command"].replace("=FULL", "=OFF")
    else:
        _database.setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"
    _database["CONN_MAX_AGE"] = 0
# The box takes no migration (peer_review.box.router); running all of them to see that costs each worker 12 seconds.
DATABASES["box"].setdefault("TEST", {})["MIGRATE"] = False  # noqa: F405
MEDIA_ROOT = TEST_DIR / "media"
STATIC_ROOT = TEST_DIR / "static"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
SIGN_IN_THROTTLE = False
SECRET_KEY = "test-only"  # noqa: S105
PEER_REVIEW_KEY_SECRET = "test-only-keys"  # noqa: S105
PEER_REVIEW_ROUND_KEY_FOLDERS = [str(TEST_DIR / "round-keys" / "first"), str(TEST_DIR / "round-keys" / "second")]
PEER_REVIEW_BATCH_WINDOW = 0.2
# Tests close and change rounds within the second for which a process trusts what it read of them.
PEER_REVIEW_CAST_STATE_AGE = 0.0
PEER_REVIEW_KEY_POOL_SIZE = 2
# Workers share one Redis: what Wagtail caches of one worker's sites is wrong in the other's database.
CACHES["default"]["KEY_PREFIX"] = f"{TEST_DIR.name}-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"  # noqa: F405
if CACHES["default"]["BACKEND"].endswith("RedisCache"):  # noqa: F405
    CACHES["default"]["BACKEND"] = "tests.factories.cache.OwnKeysCache"  # noqa: F405
