"""People of the organisation, and Wagtail's user admin for them."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _
from wagtail.users.apps import WagtailUsersAppConfig


class OrganisationConfig(AppConfig):
    """Sections, ranks, staff, roles, sign-in."""

    default = True
    name = "organisation"
    verbose_name = _("Organisation")

    def ready(self) -> None:
        """Connect what happens at a sign-in, and create the roles after every migrate."""
        from organisation import receivers  # noqa: F401, PLC0415 - models are not loaded any earlier
        from organisation.roles import create_roles  # noqa: PLC0415 - the same

        post_migrate.connect(create_roles, sender=self, dispatch_uid="organisation.create_roles")


class UsersConfig(WagtailUsersAppConfig):
    """Wagtail's user admin, for accounts that have one name and no last sign-in."""

    user_viewset = "organisation.viewsets.accounts.UserViewSet"
