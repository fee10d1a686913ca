"""Where the sentences wait that a page shows once, after a form was sent: in a cookie that settings name."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class NamedCookieStorage(CookieStorage):
    """Django's storage in a cookie. Django gives it one name, without the prefix by which a browser guards it."""

    @property
    def cookie_name(self) -> str:  # type: ignore[override]  # a constant of the class in Django
        """The name of the cookie."""
        return str(settings.MESSAGES_COOKIE_NAME)


class MessageStorage(FallbackStorage):
    """Django's usual storage, MESSAGE_STORAGE: the cookie, and what does not fit there in the session."""

    storage_classes = (NamedCookieStorage, SessionStorage)
