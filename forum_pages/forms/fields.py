"""Form fields of the forum."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from forum_pages.conf import conf
from forum_pages.text import clean_source, clean_title, has_visible_text


class SourceField(forms.CharField):
    """A Markdown text, normalised. One that is too long comes back whole, with both lengths in the message."""

    widget = forms.Textarea

    def __init__(self, *, limit: str, rows: int, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)
        self.limit = limit
        self.widget.attrs.update({"rows": rows, "class": "form-control fp-source", "dir": "auto"})

    def to_python(self, value: object) -> str:
        return clean_source(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        super().validate(value)
        if not has_visible_text(value):
            raise ValidationError(_("There is nothing to read in this text."), code="empty")
        length_max = getattr(conf, self.limit)
        if len(value) > length_max:
            raise ValidationError(
                _(
                    "The text has %(length)s characters; at most %(most)s fit. It is kept below: "
                    "shorten it or split it."
                ),
                code="too_long",
                params={"length": len(value), "most": length_max},
            )


class TitleField(forms.CharField):
    """A title in one line, without invisible or reordering characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.update({"class": "form-control", "dir": "auto", "autocomplete": "off"})

    def to_python(self, value: object) -> str:
        return clean_title(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        super().validate(value)
        if not has_visible_text(value):
            raise ValidationError(_("The title is empty."), code="empty")
        if len(value) > conf.TITLE_MAX:
            raise ValidationError(
                _("The title has %(length)s characters; at most %(most)s fit."),
                code="too_long",
                params={"length": len(value), "most": conf.TITLE_MAX},
            )


class ReasonField(forms.CharField):
    """A short reason, stored and shown."""

    def __init__(self, *, max_length: int = 300, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)
        self.widget.attrs.update({"class": "form-control", "dir": "auto"})

    def to_python(self, value: object) -> str:
        return clean_title(super().to_python(value) or "")
