from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ForumPagesConfig(AppConfig):
    """The forum. It needs django_comments_xtd, django_comments and django.contrib.sites beside Wagtail."""

    name = "forum_pages"
    verbose_name = _("Forum")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # They register themselves on import, and need the models.
        from forum_pages import checks, receivers  # noqa: F401, PLC0415
        from forum_pages.rules import permissions  # noqa: F401, PLC0415
