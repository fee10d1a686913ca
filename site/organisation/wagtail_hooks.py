"""Registration in Wagtail's admin."""

from collections.abc import Collection

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.log_actions import LogActionRegistry

from organisation.models import User
from organisation.viewsets.group import OrganisationViewSetGroup


@hooks.register("register_admin_viewset")
def register_organisation() -> OrganisationViewSetGroup:
    return OrganisationViewSetGroup()


#: What Wagtail offers for many accounts at once: handing out groups, and deleting people with all they wrote.
REFUSED_BULK_ACTIONS = frozenset({"assign_role", "delete"})


@hooks.register("before_bulk_action")
def keep_accounts_from_bulk_actions(
    request: HttpRequest, action_type: str, objects: Collection[Model], action: BulkAction
) -> HttpResponse | None:
    """Refuse what would pass by the rules of accounts: roles take two people, and nobody is deleted."""
    if issubclass(action.model, User) and action_type in REFUSED_BULK_ACTIONS:
        raise PermissionDenied
    return None


@hooks.register("before_delete_user")
def keep_accounts(request: HttpRequest, user: User) -> HttpResponse | None:
    """Nobody is deleted: what they wrote, and what was done to the account, stays."""
    raise PermissionDenied


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    actions.register_action("organisation.assign_role", _("Assign role"), _("Role assigned"))
    actions.register_action("organisation.propose_role", _("Propose role"), _("Role proposed"))
    actions.register_action("organisation.confirm_role", _("Confirm role"), _("Role confirmed by a second person"))
    actions.register_action("organisation.withdraw_role", _("Withdraw role"), _("Role withdrawn"))
    actions.register_action(
        "organisation.keep_roles", _("Keep roles"), _("Roles of an earlier version turned into confirmed grants")
    )
    actions.register_action(
        "organisation.propose_lost_factor",
        _("Propose removal of second factor"),
        _("Removal of second factor proposed"),
    )
    actions.register_action(
        "organisation.confirm_lost_factor",
        _("Confirm removal of second factor"),
        _("Removal of second factor confirmed"),
    )
    actions.register_action(
        "organisation.withdraw_lost_factor",
        _("Withdraw removal of second factor"),
        _("Removal of second factor withdrawn"),
    )
    actions.register_action("organisation.propose_reset", _("Propose reset"), _("Password reset proposed"))
    actions.register_action("organisation.confirm_reset", _("Confirm reset"), _("Password reset confirmed"))
    actions.register_action("organisation.withdraw_reset", _("Withdraw reset"), _("Password reset withdrawn"))
    actions.register_action("organisation.use_reset", _("Use reset"), _("New password set after a reset"))
    actions.register_action("organisation.settle_reset", _("Settle reset"), _("Password reset settled"))
    actions.register_action("organisation.enter_address", _("Enter address"), _("Mail address entered by another"))
    actions.register_action("organisation.change_address", _("Change address"), _("Mail address changed"))
    actions.register_action("organisation.stop_address", _("Stop address"), _("Change of a mail address stopped"))
    actions.register_action(
        "organisation.show_enrolment_code", _("Show enrolment code"), _("Enrolment code for a second factor shown")
    )
    actions.register_action("organisation.add_factor", _("Add second factor"), _("Second factor added"))
    actions.register_action(
        "organisation.witness_factor", _("Confirm second factor"), _("Second factor confirmed face to face")
    )
    actions.register_action("organisation.remove_factor", _("Remove second factor"), _("Second factor removed"))
    actions.register_action("organisation.new_recovery_codes", _("New recovery codes"), _("Recovery codes made anew"))
    actions.register_action(
        "organisation.attacked", _("Attack"), _("Many wrong passwords or codes tried at this account")
    )
    actions.register_action(
        "organisation.end_sessions", _("End sessions"), _("Sessions of an account ended by somebody else")
    )
    actions.register_action(
        "organisation.end_everybodys_sessions",
        _("End everybody's sessions"),
        _("Sessions of everybody ended on the server's shell"),
    )
    actions.register_action("organisation.invite", _("Invite"), _("Invitation given out"))
    actions.register_action("organisation.import_confirm", _("Confirm import"), _("Import confirmed"))
    actions.register_action("organisation.import_done", _("Import"), _("Import carried out"))
