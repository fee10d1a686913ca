"""What happens when somebody signs in, and when a second factor is stored."""

from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.http import HttpRequest

from organisation.models import User
from organisation.sessions import BROWSER_KEY, SessionStore, browser_name
from organisation.sign_in_log import note_signed_in, note_signed_out


@receiver(user_logged_in, dispatch_uid="organisation.name_browser")
def name_browser(sender: type[User], request: HttpRequest, user: User, **kwargs: object) -> None:
    """Leave in the session by what its owner recognises it, and let its limits begin."""
    if isinstance(request.session, SessionStore):
        request.session.begin_anew()
    request.session[BROWSER_KEY] = browser_name(request.headers.get("User-Agent", ""))
    note_signed_in()


@receiver(user_logged_out, dispatch_uid="organisation.note_signed_out")
def write_signed_out(sender: type[User], request: HttpRequest, user: User | None, **kwargs: object) -> None:
    """Write a line for each sign-out, which names nobody."""
    if user is not None:
        note_signed_out()


@receiver(pre_save, sender=Authenticator, dispatch_uid="organisation.forget_last_use")
def forget_last_use(sender: type[Authenticator], instance: Authenticator, **kwargs: object) -> None:
    """Store no time at which a second factor was used: it could be laid beside a ballot."""
    instance.last_used_at = None
