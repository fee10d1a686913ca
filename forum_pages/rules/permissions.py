"""Names of the permissions, and nothing else."""

from __future__ import annotations

import rules

from forum_pages.rules.boards import can_comment_on_board, can_moderate_board, can_post_on_board, can_read_board
from forum_pages.rules.comments import can_edit_comment, can_moderate_comment, can_read_comment, can_remove_comment
from forum_pages.rules.roles import is_forum_moderator
from forum_pages.rules.topics import can_comment_on_topic, can_edit_topic, can_moderate_topic, can_read_topic

rules.add_perm("forum_pages.moderate_forum", is_forum_moderator)
rules.add_perm("forum_pages.read_board", can_read_board)
rules.add_perm("forum_pages.post_on_board", can_post_on_board)
rules.add_perm("forum_pages.comment_on_board", can_comment_on_board)
rules.add_perm("forum_pages.moderate_board", can_moderate_board)
rules.add_perm("forum_pages.read_topic", can_read_topic)
rules.add_perm("forum_pages.comment_on_topic", can_comment_on_topic)
rules.add_perm("forum_pages.edit_topic", can_edit_topic)
rules.add_perm("forum_pages.moderate_topic", can_moderate_topic)
rules.add_perm("forum_pages.read_comment", can_read_comment)
rules.add_perm("forum_pages.edit_comment", can_edit_comment)
rules.add_perm("forum_pages.remove_comment", can_remove_comment)
rules.add_perm("forum_pages.moderate_comment", can_moderate_comment)
