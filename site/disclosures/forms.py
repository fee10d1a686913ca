"""Forms validate input and decide nothing."""

from __future__ import annotations

import unicodedata
import warnings
from typing import Any

import PIL.Image
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from organisation.models import Section

COMMENT_MAX = 2_000


class ListingForm(forms.Form):
    """Search and filters of a list of documents. Unreadable values are left out and give no error page."""

    q = forms.CharField(label=_("Search"), required=False, widget=forms.TextInput(attrs={"type": "search"}))
    section = forms.ModelChoiceField(
        Section.objects.none(), label=_("Section"), required=False, empty_label=_("All sections")
    )
    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, sections: QuerySet[Section], years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        section, year = self.fields["section"], self.fields["year"]
        assert isinstance(section, forms.ModelChoiceField)
        assert isinstance(year, forms.TypedChoiceField)
        section.queryset = sections
        year.choices = [("", _("All years")), *((year, str(year)) for year in years)]

    def clean_q(self) -> str:
        """Drop what no database takes."""
        return self.cleaned_data["q"].replace("\x00", "").strip()


class CommentForm(forms.Form):
    """A comment on a document."""

    comment = forms.CharField(label=_("Your comment"), max_length=COMMENT_MAX, widget=forms.Textarea(attrs={"rows": 4}))

    def clean_comment(self) -> str:
        """Keep line breaks, drop control and reordering characters, and refuse what shows nothing."""
        text = "".join(
            character
            for character in self.cleaned_data["comment"].replace("\r\n", "\n")
            if character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cf"}
        ).strip()
        if not text:
            raise forms.ValidationError(_("Write something."), code="required")
        return text


class HeaderFirstImageField(WagtailImageField):
    """A picture whose pixels are counted from its header: Wagtail's own field unpacks it before it counts."""

    def to_python(self, data: UploadedFile | None) -> UploadedFile | None:
        if data is not None:
            self.check_header(data)
        picture: UploadedFile | None = super().to_python(data)
        return picture

    def check_header(self, data: UploadedFile) -> None:
        """Refuse a file whose header names more pixels than are allowed. What is no picture is left to Wagtail.

        Raises: ValidationError.
        """
        try:
            with warnings.catch_warnings(action="ignore"), PIL.Image.open(data) as picture:
                pixels = picture.width * picture.height * getattr(picture, "n_frames", 1)
        except PIL.Image.DecompressionBombError:
            pixels = None
        except (OSError, SyntaxError, ValueError):
            return
        finally:
            data.seek(0)
        if pixels is None or pixels > self.max_image_pixels:
            raise ValidationError(
                _("This picture has too many pixels. At most %(count)d million are allowed: make it smaller.")
                % {"count": self.max_image_pixels // 10**6}
            )


class PictureForm(BaseImageForm):
    """The form of a picture, WAGTAILIMAGES_IMAGE_FORM_BASE: its file is measured before it is unpacked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            self.fields["file"].__class__ = HeaderFirstImageField
