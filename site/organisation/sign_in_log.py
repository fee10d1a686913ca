"""What is written when somebody shows who they are: what was shown and what came of it, never by whom or from where.

The line carries the moment and the id of its request (config.logs). A list of who came when could be laid beside
ballots; an account under attack is named in the audit log instead, because whoever tries passwords there is not its
owner at a ballot.
"""

from enum import StrEnum

import structlog

log = structlog.stdlib.get_logger("zhengyan.sign_in")


class Shown(StrEnum):
    """What somebody shows."""

    PASSWORD = "password"  # noqa: S105 - a kind of proof, not one
    APP = "app"
    PASSKEY = "passkey"
    RECOVERY_CODE = "recovery_code"
    CODE = "code"  # a wrong one: of the app or a recovery code
    ENROLMENT_CODE = "enrolment_code"


class Outcome(StrEnum):
    """What came of it."""

    RIGHT = "right"
    WRONG = "wrong"
    DELAYED = "delayed"


def note(shown: Shown, outcome: Outcome) -> None:
    """Write one line."""
    log.info("authentication", shown=shown.value, outcome=outcome.value)


def note_signed_in() -> None:
    """Write that a session began."""
    log.info("signed_in")


def note_signed_out() -> None:
    """Write that a session was ended by its owner."""
    log.info("signed_out")
