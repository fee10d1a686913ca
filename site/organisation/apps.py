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
        """Create the roles after every migrate."""
        from organisation.roles import create_roles  # noqa: PLC0415 - models are not loaded any earlier

        post_migrate.connect(create_roles, sender=self, dispatch_uid="organisation.create_roles")


class UsersConfig(WagtailUsersAppConfig):
    """Wagtail's user admin, for accounts that have one name and no last sign-in."""

    user_viewset = "organisation.viewsets.accounts.UserViewSet"
