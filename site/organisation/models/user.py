"""A sign-in."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A sign-in. `name` is the person's name in the order their language writes it.

    There is no `last_login`: a time written beside a person could be laid beside a ballot (see "Traps" in the
    design). Django writes that moment only where the field exists.
    """

    last_login = None  # removes the field inherited from AbstractBaseUser
    name = models.CharField(_("name"), max_length=80, blank=True)

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        """Return the name as written, or the user name where none is known."""
        return self.name or self.get_username()

    def get_short_name(self) -> str:
        """Return the same: Chinese names are not shortened."""
        return self.get_full_name()
