"""Named refusals. Forms and views turn them into a sentence and a status; nothing else is caught."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Refusal(Exception):
    """A domain function says no.

    `code` is the stable name of the reason, `status` the HTTP status that fits, `message` the sentence for people,
    translated when shown. `details` fill the sentence's blanks.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    text: ClassVar[str | Promise] = _("This cannot be done now.")

    def __init__(self, **details: object) -> None:
        super().__init__(self.code)
        self.details = details

    @property
    def message(self) -> str:
        """The sentence to show, in the language of whoever reads it."""
        text = str(self.text)
        return text % self.details if self.details else text


class BoardNotOpenYet(Refusal):
    code = "board_not_open_yet"
    text = _("This board has not opened yet.")


class BoardClosed(Refusal):
    code = "board_closed"
    text = _("This board has closed: it can be read, but nothing new can be written.")


class TopicLocked(Refusal):
    code = "topic_locked"
    text = _("This topic is locked: nothing in it can be written or changed.")


class TopicHidden(Refusal):
    code = "topic_hidden"
    status = 404
    text = _("This topic is no longer shown.")


class TopicHasComments(Refusal):
    code = "topic_has_comments"
    text = _("Others have commented on this topic. Ask a moderator if it must be taken down.")


class TooManyPinned(Refusal):
    code = "too_many_pinned"
    text = _("%(limit)s topics are pinned on this board already. Unpin one first.")


class SameBoard(Refusal):
    code = "same_board"
    text = _("The topic is on this board already.")


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


class NothingChanged(Refusal):
    code = "nothing_changed"
    status = 422
    text = pgettext_lazy("forum", "Nothing was changed.")


class ReasonMissing(Refusal):
    code = "reason_missing"
    status = 422
    text = _("Give a reason: it is shown in place of the text.")


class OwnPost(Refusal):
    code = "own_post"
    text = _("This is your own text.")


class AlreadyReported(Refusal):
    code = "already_reported"
    text = _("You have reported this already. The moderators have it in their queue.")


class ReportDecided(Refusal):
    code = "report_decided"
    text = _("This report has been decided already.")


class NotAwaiting(Refusal):
    code = "not_awaiting"
    text = _("This has been decided already.")


class EditedMeanwhile(Refusal):
    """Somebody (perhaps the author in another tab) changed the text since the form was opened."""

    code = "edited_meanwhile"
    text = _(
        "The text was changed in another window after you opened this form. "
        "Your version is kept below; compare it with the current one, then save again."
    )
