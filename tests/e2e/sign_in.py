"""Puts a browser into somebody's session without the sign-in form, which has its own tests."""

from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext


def sign_in(context: BrowserContext, address: str, user: Any) -> None:
    """Give this browser profile the session of `user` at the live server's address."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
