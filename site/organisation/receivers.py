"""What happens when somebody signs in, and when a second factor is stored."""

from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.http import HttpRequest

from organisation.models import User
from organisation.sessions import BROWSER_KEY, SessionStore, browser_name


@receiver(user_logged_in, dispatch_uid="organisation.name_browser")
def name_browser(sender: type[User], request: HttpRequest, user: User, **kwargs: object) -> None:
    """Leave in the session by what its owner recognises it, and let its limits begin."""
    if isinstance(request.session, SessionStore):
        request.session.begin_anew()
    request.session[BROWSER_KEY] = browser_name(request.headers.get("User-Agent", ""))


@receiver(pre_save, sender=Authenticator, dispatch_uid="organisation.forget_last_use")
def forget_last_use(sender: type[Authenticator], instance: Authenticator, **kwargs: object) -> None:
    """Store no time at which a second factor was used: it could be laid beside a ballot."""
    instance.last_used_at = None
