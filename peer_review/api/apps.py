from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeerReviewApiConfig(AppConfig):
    """The interface; its only table holds tokens, hashed."""

    name = "peer_review.api"
    label = "peer_review_api"
    verbose_name = _("Peer review: interface for other systems")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from peer_review.api import checks  # noqa: F401, PLC0415 - registers itself; models are ready only now
