from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    """What somebody finds, on the site's pages and in Wagtail's admin."""

    name = "search"
    verbose_name = _("Search")

    def ready(self) -> None:
        from search.admin_policies import narrow_policies  # noqa: PLC0415 - models are ready only now

        narrow_policies()
