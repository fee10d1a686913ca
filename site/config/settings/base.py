"""Settings shared by every way of running Zhengyan. docs/configuration.md explains each variable."""

import sys
from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config.logs import logging_config, usual_format
from config.private_files import FILE_MODE, FOLDER_MODE, keep_private

ROOT = Path(__file__).resolve().parents[3]
SITE_DIR = ROOT / "site"
for folder in (ROOT, SITE_DIR):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from peer_review.unlogged_routes import UNLOGGED_NAMES  # noqa: E402 - it lies in a folder named above

# Whatever this process makes is for the server's account alone; a check refuses what others made readable.
keep_private()
PRIVATE_FILES_REQUIRED = False

env = environ.Env()
environ.Env.read_env(ROOT / ".env", overwrite=False)

#: Whether `manage.py demo` may load invented people with a known password: in settings for that, never in production.
DEMO_ALLOWED = False
VAR_DIR = Path(env.str("VAR_DIR", default=str(ROOT / "var")))
DEFAULT_SECRET_KEY = "insecure-default-secret-key-for-development-only"  # noqa: S105 - production refuses it
SECRET_KEY = env.str("SECRET_KEY", default=DEFAULT_SECRET_KEY)
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "home",
    "organisation",
    "disclosures",
    "search",
    "demo",
    "peer_review",
    "forum_pages",
    "django_comments_xtd",
    "django_comments",
    "rules.apps.AutodiscoverRulesConfig",
    "rest_framework",
    "peer_review.api",
    "rest_framework_api_key",
    "drf_spectacular",
    "django_tasks",
    "django_tasks_db",
    "django_htmx",
    "csp",
    "health_check",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "allauth",
    "allauth.account",  # allauth.mfa stands on it; none of its pages has a route
    "allauth.mfa",
    "organisation.apps.UsersConfig",  # wagtail.users
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "organisation.middleware.SessionLimitMiddleware",
    "organisation.middleware.SecondFactorMiddleware",
    "search.middleware.HiddenPagesMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Two databases: the intranet's own, and the ballot box, which holds no person. See docs/architecture.md.
DATABASES = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'zhengyan.sqlite3'}"),
    "box": env.db("BOX_DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'box.sqlite3'}"),
}
for _database in DATABASES.values():
    if _database["ENGINE"].endswith("sqlite3"):
        _database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
        }
    else:
        _database["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
        _database["CONN_HEALTH_CHECKS"] = True
DATABASE_ROUTERS = ["peer_review.box.router.BoxRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}
# Background work: the database queue, or RQ on Redis ("rq"), or "immediate" (in the request itself).
TASKS_BACKEND = env.str("TASKS_BACKEND", default="database")
_TASK_BACKENDS = {
    "database": {"BACKEND": "django_tasks_db.DatabaseBackend"},
    "rq": {"BACKEND": "django_tasks_rq.RQBackend", "QUEUES": ["default"]},
    "immediate": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"},
}
TASKS = {"default": _TASK_BACKENDS[TASKS_BACKEND]}
if TASKS_BACKEND == "rq":
    INSTALLED_APPS += ["django_rq", "django_tasks_rq"]
    RQ_QUEUES = {"default": {"URL": env.str("TASKS_REDIS_URL", default=env.str("CACHE_URL", default=""))}}

# The interface for other systems describes itself (peer_review.api); nothing else here uses rest_framework's views.
REST_FRAMEWORK = {"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema"}
# Its check would describe Wagtail's admin too. What we describe is checked by tests/peer_review/api.
SPECTACULAR_SETTINGS = {"ENABLE_DJANGO_DEPLOY_CHECK": False}

# People and sign-in
AUTH_USER_MODEL = "organisation.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "organisation.backends.StaffBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "organisation.password_words.OwnWordsValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
WAGTAILADMIN_LOGIN_URL = LOGIN_URL
WAGTAIL_FRONTEND_LOGIN_URL = LOGIN_URL
# Wrong passwords are delayed (organisation.throttle). So many proxies of one's own stand before this server: the
# address that the outermost has seen counts.
SIGN_IN_THROTTLE = True
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
WAGTAIL_PASSWORD_RESET_ENABLED = False  # a forgotten password takes two people: see organisation.domain.resets
# Nobody sets another's password, and one's own and one's address are changed on pages that ask for it again.
WAGTAILUSERS_PASSWORD_ENABLED = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
# How long a one-time link to set a password stays valid.
INVITATION_DAYS = env.int("INVITATION_DAYS", default=14)
RESET_DAYS = env.int("RESET_DAYS", default=2)
# How long the owner of a second factor that two people call lost may say that it is not.
LOST_FACTOR_DAYS = env.int("LOST_FACTOR_DAYS", default=2)
# How long an address waits that somebody else entered for an account.
ADDRESS_DAYS = env.int("ADDRESS_DAYS", default=7)

# The second factor: open to everybody, required of these roles (config.settings.production names them).
SECOND_FACTOR_ROLES: list[str] = []
SECOND_FACTOR_SECRET = env.str("SECOND_FACTOR_SECRET", default=SECRET_KEY)
# Before these the second factor is asked again, of those who have one, unless it was within a quarter of an hour.
ASK_AGAIN_ROUTES = {
    # Opening a box: the page, the rows it fetches, and what it sends back.
    "peer_review:scrutineer-round",
    "peer_review:box-rows",
    "peer_review:count-rows",
    "peer_review:count-keys",
    "peer_review:count-finish",
    "peer_review:share-confirm",
    "peer_review:share-destroy",
    "peer_review:audit-ballots",
    "peer_review:audit-package",
    # Publishing and deciding.
    "peer_review:round-publish",
    "peer_review:figures-withdraw",
    "peer_review:comments-finish",
    "peer_review:decisions",
    "peer_review:outcomes-tell",
    "peer_review:public-notice",
    "peer_review:public-notice-start",
    "peer_review:contest-answer",
    # Tokens that read results.
    "peer_review_api:integration-list",
    "peer_review_api:integration-confirm",
    # Roles and accounts, one's own address among them.
    "staff:add",
    "staff:edit",
    "organisation_imports:confirm",
    "roles",
    "roles_confirm",
    "role_withdraw",
    "resets",
    "reset_confirm",
    "reset_withdraw",
    "reset_settle",
    "address",
    "second_factor_app",
    "second_factor_passkey",
    "second_factor_seen",
    "lost_factors",
    "lost_factor_confirm",
    "lost_factor_carry_out",
    "sessions_end",
    "second_factor_codes",
    "second_factor_remove",
    "second_factor_witness",
}
MFA_ADAPTER = "organisation.second_factor_adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# A code of an app is good for its own thirty seconds and no longer; the server's clock must be right.
MFA_TOTP_TOLERANCE = 0
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False  # organisation.throttle delays here too

# Language and place: Chinese first, the browser's wish respected
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
LOCALE_PATHS = [SITE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Shanghai")
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [SITE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
FILE_UPLOAD_PERMISSIONS = FILE_MODE
FILE_UPLOAD_DIRECTORY_PERMISSIONS = FOLDER_MODE
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# What a browser may do. No inline script or style on any front page; Wagtail's admin needs more and gets it
# from config.csp on its own paths only.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    },
}
# Sessions: keys stored as hashes; how long somebody may be away, and how long one lasts at most.
SESSION_ENGINE = "organisation.sessions"
SESSION_LIMITS = (
    timedelta(minutes=env.int("SESSION_IDLE_MINUTES", default=480)),
    timedelta(hours=env.int("SESSION_HOURS", default=168)),
)
STRICT_SESSION_LIMITS = (
    timedelta(minutes=env.int("STRICT_SESSION_IDLE_MINUTES", default=60)),
    timedelta(hours=env.int("STRICT_SESSION_HOURS", default=12)),
)
STRICT_SESSION_ROLES = ["leadership", "organiser", "scrutineer", "inspector", "administrator"]
SESSION_COOKIE_AGE = int(SESSION_LIMITS[1].total_seconds())
# By it the sign-in knows a browser again (organisation.throttle); and what is said once after a form.
KNOWN_BROWSER_COOKIE_NAME = "known_browser"
# In it lies the ballot page that somebody wanted who has to sign in first (organisation.wanted_page).
WANTED_PAGE_COOKIE_NAME = "wanted_page"
MESSAGES_COOKIE_NAME = "messages"
MESSAGE_STORAGE = "config.message_storage.MessageStorage"
# Other sites learn nothing, not even this host's name; unlogged routes pass on less still (peer_review.middleware).
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

EMAIL_CONFIG = env.email("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="zhengyan@localhost")

WAGTAIL_SITE_NAME = "诤言 Zhengyan"
WAGTAILADMIN_BASE_URL = env.str("BASE_URL", default="http://127.0.0.1:8000")
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = True
# Cuts Chinese into words on the way into the index and out of a query, so the forum need not do it again.
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "search.backends"}}
FORUM_PAGES_SEGMENTER = "builtins.str"
FORUM_PAGES_AUTHOR_LINE = "organisation.author_lines.author_lines"

SITE_ID = 1
COMMENTS_APP = "django_comments_xtd"

PEER_REVIEW_BOX_DATABASE = "box"
PEER_REVIEW_ROLL_SOURCE = "organisation.roll.propose_roll"
PEER_REVIEW_ROLE_SOURCE = "organisation.roles.GrantedRoles"
PEER_REVIEW_WORKDAYS = "foundation.workdays.after_workdays"
PEER_REVIEW_KEY_SECRET = env.str("PEER_REVIEW_KEY_SECRET", default=SECRET_KEY)
# Two copies of what the rounds' keys are made from, outside both databases and their backups (docs/anonymity.md).
PEER_REVIEW_ROUND_KEY_FOLDERS = env.list(
    "ROUND_KEY_FOLDERS", default=[str(VAR_DIR / "round-keys" / "first"), str(VAR_DIR / "round-keys" / "second")]
)
# Links of one use: an address of one that was opened and not used would lie in the web server's log.
PEER_REVIEW_UNLOGGED_ROUTES = ["invitation", "reset_mine"]
PEER_REVIEW_SUBTRACTION_DAYS = env.int("SUBTRACTION_DAYS", default=180)
PEER_REVIEW_FONT_PATHS = env.list("FONT_PATHS", default=[])
# Of gunicorn's threads, half may wait for ballots to reach the disk; the other half serves.
PEER_REVIEW_CAST_WAITERS = env.int("WEB_THREADS", default=24) // 2

# Nobody makes this server ask another one: no address that an editor types is fetched.
WAGTAILEMBEDS_FINDERS: list[dict[str, str]] = []

# An uploaded file is saved, not shown: what it holds never runs as a page of this site.
WAGTAILDOCS_INLINE_CONTENT_TYPES: list[str] = []
WAGTAILDOCS_SERVE_METHOD = "serve_view"
# A picture is read as far as its header, which says its pixels, before any of them is unpacked.
WAGTAILIMAGES_IMAGE_FORM_BASE = "disclosures.forms.PictureForm"
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 40_000_000
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 20 * 1024 * 1024

# A disclosure is published in the version that was approved.
WAGTAIL_FINISH_WORKFLOW_ACTION = "disclosures.publish_action.publish_finished"

# The frame around every page, and who may see a page at all: strangers sign in, except where a route or a page answers
# them itself. Everything a browser sends without cookies (ballots, bulletins, feeds, probes) is listed here.
TEMPLATES[0]["OPTIONS"]["context_processors"].append("home.frame.frame")  # type: ignore[index]
MIDDLEWARE.insert(MIDDLEWARE.index("csp.middleware.CSPMiddleware") + 1, "config.csp.BrowserPolicyMiddleware")
MIDDLEWARE.insert(MIDDLEWARE.index("config.csp.BrowserPolicyMiddleware") + 1, "config.caching.CachingMiddleware")
MIDDLEWARE.insert(
    MIDDLEWARE.index("django.contrib.auth.middleware.AuthenticationMiddleware") + 1, "home.middleware.SignInMiddleware"
)
MIDDLEWARE.insert(MIDDLEWARE.index("home.middleware.SignInMiddleware") + 1, "config.bad_requests.BadRequestMiddleware")
# The same for everybody, and no page about anybody: a browser may keep it as it likes.
KEPT_ROUTES = {"robots", "peer_review:verifier", "peer_review:open-box"}
OPEN_ROUTES = {
    "login",
    "logout",
    "invitation",
    "sign_in_second",
    "set_language",
    "healthz",
    "readyz",
    "robots",
    "wagtail_serve",  # each page decides: see OPEN_PAGE_APPS
    "wagtaildocs_serve",  # a file is as open as its documents: disclosures/file_access.py
    "media-image",  # and so is a picture
    "disclosures:feed",
    "disclosures:column-feed",
    "peer_review:draw",
    "peer_review:cast",
    "peer_review:kiosk",
    "peer_review:kiosk-draw",
    "peer_review:kiosk-open",
    "peer_review:kiosk-ballot",
    "peer_review:envelopes-make",
    "peer_review:manifest",
    "peer_review:bulletin-json",
    "peer_review:bulletin-head",
    "peer_review:bulletin-cells",
    "peer_review:verifier",
    "peer_review_api:",  # a token opens it, and its page asks for a sign-in itself
    "peer_review:box-key",
    "peer_review:box-key-share",
    "peer_review:box-key-test",
    "peer_review:open-box",
    "peer_review:count-rows",
    "peer_review:count-keys",
    "peer_review:count-finish",
    "peer_review:count-progress",
}
OPEN_PAGE_APPS = {"disclosures"}
# Of these open routes, the ones that look at who is signed in: without the second factor that a role requires, they are
# shut too. All others are for voters and strangers, and nothing there may touch a session.
ROUTES_OF_ROLES = {
    "wagtail_serve",
    "wagtaildocs_serve",
    "media-image",
    "peer_review:envelopes-make",
    "peer_review_api:",
    "peer_review:box-key",
    "peer_review:box-key-share",
    "peer_review:box-key-test",
    "peer_review:count-rows",
    "peer_review:count-keys",
    "peer_review:count-finish",
    "peer_review:count-progress",
}
HOME_WAITING = [
    "organisation.waiting.roles",
    "organisation.waiting.resets",
    "organisation.waiting.lost_factors",
    "organisation.waiting.tokens",
    "organisation.waiting.notices",
    "home.adapters.peer_review.ballots",
    "home.adapters.peer_review.announcements",
    "home.adapters.peer_review.early_closings",
    "home.adapters.peer_review.rolls",
    "home.adapters.peer_review.boxes",
    "home.adapters.peer_review.decisions",
    "home.adapters.peer_review.outcomes",
    "home.adapters.peer_review.contests",
    "disclosures.waiting.reviews",
    "home.adapters.forum_pages.moderation",
]

# Logs. Nothing is written about requests to these routes, and nothing of a session: whoever is here keeps it, except
# here.
LOG_FORMAT = env.str("LOG_FORMAT", default=usual_format())
SILENT_ROUTES = UNLOGGED_NAMES
LOGGING = logging_config(as_json=LOG_FORMAT == "json", level=env.str("LOG_LEVEL", default="INFO"))
MIDDLEWARE.insert(
    MIDDLEWARE.index("whitenoise.middleware.WhiteNoiseMiddleware") + 1, "config.logs.RequestLogMiddleware"
)
MIDDLEWARE.insert(
    MIDDLEWARE.index("config.logs.RequestLogMiddleware") + 1, "peer_review.middleware.UnloggedRoutesMiddleware"
)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
FORMAT_MODULE_PATH = "config.formats"
