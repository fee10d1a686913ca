from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from disclosures.models import DisclosureIndexPage


class DisclosuresConfig(AppConfig):
    """Documents of Party, government and culture, through a workflow, with a ledger."""

    name = "disclosures"
    verbose_name = _("Disclosures")

    def ready(self) -> None:
        """Give every new tree of disclosures its workflow."""
        from disclosures.models import DisclosureIndexPage  # noqa: PLC0415 - models are not loaded any earlier

        post_save.connect(attach_workflow, sender=DisclosureIndexPage, dispatch_uid="disclosures.attach_workflow")


def attach_workflow(instance: DisclosureIndexPage, created: bool, raw: bool = False, **kwargs: object) -> None:
    """A new index page gets the workflow and the permissions of its writers."""
    from disclosures.domain.workflow import ensure_workflow  # noqa: PLC0415 - models are not loaded any earlier

    if created and not raw:
        ensure_workflow(index_page=instance)
