from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    """The home page, the frame around every page, and the rule that strangers sign in first."""

    name = "home"
    verbose_name = _("Home")
