"""Registration with Wagtail's admin: a way to the queue, and names for the acts in the audit log."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogFormatter

from forum_pages.models import BoardPage

ACTS = {
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


class ActFormatter(LogFormatter):
    """Says what was done, and why where a reason was given."""

    def format_message(self, log_entry: Any) -> str:
        data = log_entry.data
        if data.get("board"):
            return _("%(act)s: from “%(former)s” to “%(board)s”") % {"act": self.label, **data}
        reason = data.get("decision") or data.get("reason")
        return f"{self.label}: {reason}" if reason else str(self.label)


@hooks.register("register_log_actions")
def name_acts(actions: Any) -> None:
    for act, label in ACTS.items():
        formatter = type(f"{act}_formatter", (ActFormatter,), {"label": label})
        actions.register_action(f"forum_pages.{act}")(formatter)


class QueueMenuItem(MenuItem):
    """Shown to those who moderate a board."""

    def is_shown(self, request: Any) -> bool:
        return BoardPage.objects.moderated_by(request.user).exists()


@hooks.register("register_admin_menu_item")
def queue_menu_item() -> QueueMenuItem:
    return QueueMenuItem(
        _("Forum queue"), reverse("forum_pages:queue"), name="forum-queue", icon_name="comment", order=900
    )
