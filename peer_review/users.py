"""Types of a user: the site's own user model, which peer review knows by Django's settings only."""

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from django.contrib.auth.models import _AnyUser, _User

    #: Somebody with an account.
    User: TypeAlias = _User
    #: Somebody with an account, or a stranger.
    AnyUser: TypeAlias = _AnyUser
else:
    from django.contrib.auth.base_user import AbstractBaseUser

    User = AnyUser = AbstractBaseUser
