"""What allauth asks this site about second factors: secrets are encrypted, nothing is named after an address."""

from base64 import b64decode, b64encode

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings

from organisation.models import User
from zhengyan_crypto import keys_at_rest

PURPOSE = "second factor"


class SecondFactorAdapter(DefaultMFAAdapter):
    """MFA_ADAPTER."""

    def encrypt(self, text: str) -> str:
        """Return what is stored in place of a secret."""
        sealed = keys_at_rest.encrypt(text.encode(), secret=settings.SECOND_FACTOR_SECRET, purpose=PURPOSE)
        return b64encode(sealed).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret. Raises: KeyUnreadable"""
        sealed = b64decode(encrypted_text)
        return keys_at_rest.decrypt(sealed, secret=settings.SECOND_FACTOR_SECRET, purpose=PURPOSE).decode()

    def _get_user_identifier(self, user: User) -> str:
        return user.get_username()

    def get_totp_issuer(self) -> str:
        """Return the name under which an authenticator lists this site."""
        return str(settings.WAGTAIL_SITE_NAME)

    def _get_site_name(self) -> str:
        return str(settings.WAGTAIL_SITE_NAME)
