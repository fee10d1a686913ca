"""Sign-ins that somebody else tries: named in the audit log, which inspectors read."""

from wagtail.log_actions import log

from organisation.models import User


def record_attack(*, username: str) -> None:
    """Write that so many wrong passwords or codes were tried at an account that it counts as attacked.

    Nothing is written of a name that nobody has. Once an hour at most for passwords and for codes each
    (organisation.throttle).
    """
    account = User.objects.filter(username=username.strip()).first()
    if account is not None:
        log(account, "organisation.attacked")
