"""Registration with Wagtail: the view of a board, a way to the queue, and names for the actions in the audit log."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.models import ModelLogEntry, Page

from forum_pages.models import BoardPage
from forum_pages.views.boards.board import BoardView

ACTIONS = {
    "topic_pin": _("Topic pinned"),
    "topic_unpin": _("Topic unpinned"),
    "topic_lock": _("Topic locked"),
    "topic_unlock": _("Topic unlocked"),
    "topic_hide": _("Topic hidden"),
    "topic_show": _("Topic shown again"),
    "topic_move": _("Topic moved"),
    "topic_approve": _("Topic approved"),
    "comment_approve": _("Comment approved"),
    "comment_remove": pgettext_lazy("forum", "Comment removed"),
    "comment_restore": _("Comment restored"),
    "report_upheld": _("Report upheld"),
    "report_dismissed": _("Report dismissed"),
}


board_view = BoardView.as_view()


@hooks.register("before_serve_page", order=100)
def serve_board(page: Page, request: HttpRequest, args: object, kwargs: object) -> HttpResponseBase | None:
    """Answer a board with the forum's view, after whatever other apps do before a page is served.

    What follows in Wagtail is its own check of privacy settings, which sends people who are signed in to the sign-in.
    The forum's rules hold the same settings, and answer 404 to whoever may not know that the board exists.
    """
    return board_view(request, board=page) if isinstance(page, BoardPage) else None


class ActionFormatter(LogFormatter):
    """The action, with its reason where one was given."""

    def format_message(self, log_entry: ModelLogEntry) -> str:
        data = log_entry.data
        if data.get("board"):
            return _("%(act)s: from “%(former)s” to “%(board)s”") % {"act": self.label, **data}
        reason = data.get("decision") or data.get("reason")
        return f"{self.label}: {reason}" if reason else str(self.label)


@hooks.register("register_log_actions")
def name_actions(actions: LogActionRegistry) -> None:
    """Name the moderators' actions in Wagtail's log."""
    for action, label in ACTIONS.items():
        formatter = type(f"{action}_formatter", (ActionFormatter,), {"label": label})
        actions.register_action(f"forum_pages.{action}")(formatter)


class QueueMenuItem(MenuItem):
    """The way to the queue, for people who moderate a board."""

    def is_shown(self, request: HttpRequest) -> bool:
        return BoardPage.objects.moderated_by(request.user).exists()


@hooks.register("register_admin_menu_item")
def queue_menu_item() -> QueueMenuItem:
    return QueueMenuItem(
        _("Forum queue"), reverse("forum_pages:queue"), name="forum-queue", icon_name="comment", order=900
    )
