from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeerReviewConfig(AppConfig):
    """Anonymous rounds of graded mutual evaluation."""

    name = "peer_review"
    verbose_name = _("Peer review")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect receivers, register system checks, and the permissions for sites that do not discover rules."""
        from peer_review import checks, receivers, save_guards  # noqa: F401, PLC0415 - they read settings and models
        from peer_review.rules import permissions  # noqa: F401, PLC0415 - they read settings and models

        receivers.connect()
        save_guards.connect()
