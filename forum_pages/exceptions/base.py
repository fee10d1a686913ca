"""Refusals that several features raise. Forms and views turn a refusal into a sentence and a status."""

from __future__ import annotations

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


class EditedMeanwhile(Refusal):
    """Somebody (perhaps the author in another tab) changed the text since the form was opened."""

    code = "edited_meanwhile"
    text = _(
        "The text was changed in another window after you opened this form. "
        "Your version is kept below; compare it with the current one, then save again."
    )
