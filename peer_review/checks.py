"""System checks: settings under which ballots would not be anonymous."""

from collections.abc import Sequence
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from peer_review.conf import DEFAULTS, conf
from peer_review.reports import fonts

MIDDLEWARE = "peer_review.middleware.UnloggedRoutesMiddleware"


@register()
def check_box_database(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Check that the box has a database of its own, and the router that keeps Django's tables out of it."""
    alias = conf.BOX_DATABASE
    if alias not in settings.DATABASES or alias == "default":
        return [
            Error(
                f"PEER_REVIEW_BOX_DATABASE names {alias!r}, which is not a database of its own.",
                hint="Add a second entry to DATABASES: ballots never lie beside people.",
                id="peer_review.E001",
            )
        ]
    messages: list[CheckMessage] = []
    main, box = settings.DATABASES["default"], settings.DATABASES[alias]
    if all(main.get(part) == box.get(part) for part in ("ENGINE", "NAME", "HOST", "PORT")):
        messages.append(Error("The ballot box shares the main database.", id="peer_review.E002"))
    if "peer_review.box.router.BoxRouter" not in settings.DATABASE_ROUTERS:
        messages.append(
            Error(
                "DATABASE_ROUTERS lacks peer_review.box.router.BoxRouter.",
                hint="Without it Django makes tables with sequences and times in the box.",
                id="peer_review.E003",
            )
        )
    return messages


@register()
def check_round_keys(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Check that the rounds' keys have a place, and a second copy."""
    if DEFAULTS["ROUND_KEY_STORE"] != conf.ROUND_KEY_STORE:
        return []
    hint = "Name two folders or more, outside both databases and their backups."
    folders = {Path(folder).resolve() for folder in conf.ROUND_KEY_FOLDERS}
    if not folders:
        return [Error("PEER_REVIEW_ROUND_KEY_FOLDERS names no folder.", hint=hint, id="peer_review.E004")]
    if len(folders) == 1:
        return [
            Warning(
                "PEER_REVIEW_ROUND_KEY_FOLDERS names one folder: losing it loses the rounds that are not yet counted.",
                hint=hint,
                id="peer_review.W004",
            )
        ]
    return []


@register()
def check_sessions(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Check that drawing a ballot paper leaves no time in the session."""
    if settings.SESSION_SAVE_EVERY_REQUEST:
        return [
            Warning(
                "SESSION_SAVE_EVERY_REQUEST writes a time into the session of everyone who draws a ballot paper.",
                id="peer_review.W001",
            )
        ]
    return []


@register()
def check_middleware(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Check that pages about ballots do not pass their address on to the requests of their style sheets and scripts."""
    if MIDDLEWARE in settings.MIDDLEWARE:
        return []
    return [
        Warning(
            f"MIDDLEWARE lacks {MIDDLEWARE}.",
            hint="Without it the address of a ballot page stands in the log line of each file that the page loads.",
            id="peer_review.W005",
        )
    ]


@register()
def check_fonts(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Check that a font for reports in Chinese is there."""
    missing = [str(path) for path in conf.FONT_PATHS if not Path(path).is_dir()]
    messages: list[CheckMessage] = []
    if missing:
        messages.append(
            Warning(f"PEER_REVIEW_FONT_PATHS names what is no folder: {', '.join(missing)}.", id="peer_review.W003")
        )
    if not fonts.families():
        messages.append(
            Warning(
                "No font on this computer can write Chinese: PDF reports will be refused.",
                hint=f"Install one (on Debian: apt-get install {fonts.PACKAGE}), or name its folder in "
                "PEER_REVIEW_FONT_PATHS.",
                id="peer_review.W002",
            )
        )
    return messages
