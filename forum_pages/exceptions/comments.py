"""Refusals of comments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from forum_pages.exceptions.base import Refusal


class CommentRemoved(Refusal):
    code = "comment_removed"
    text = _("This comment has been removed.")


class CommentAwaiting(Refusal):
    code = "comment_awaiting"
    text = _("This comment awaits approval. It can be answered once it is shown.")


class ParentElsewhere(Refusal):
    code = "parent_elsewhere"
    status = 422
    text = _("The comment you answer belongs to another topic.")
