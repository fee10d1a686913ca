"""Registration in Wagtail's admin."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry

from organisation.viewsets.group import OrganisationViewSetGroup


@hooks.register("register_admin_viewset")
def register_organisation() -> OrganisationViewSetGroup:
    return OrganisationViewSetGroup()


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    actions.register_action("organisation.assign_role", _("Assign role"), _("Role assigned"))
    actions.register_action("organisation.withdraw_role", _("Withdraw role"), _("Role withdrawn"))
    actions.register_action("organisation.invite", _("Invite"), _("Invitation given out"))
    actions.register_action("organisation.import_confirm", _("Confirm import"), _("Import confirmed"))
    actions.register_action("organisation.import_done", _("Import"), _("Import carried out"))
