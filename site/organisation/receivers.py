"""What happens when somebody signs in."""

from django.contrib.auth.signals import user_logged_in
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
