"""Upload a file with staff records."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

MAX_UPLOAD = 50 * 1024 * 1024


class ImportForm(forms.Form):
    """A file with staff records."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV (UTF-8 or GB18030) or xlsx, up to 50 MB."),
        allow_empty_file=True,  # the check says what is wrong with it, as with any other file
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )
    is_complete = forms.BooleanField(
        label=_("The list is complete: whoever is missing from it has left."), required=False
    )

    def clean_file(self) -> UploadedFile:
        """Refuse a file that is far too large."""
        file: UploadedFile = self.cleaned_data["file"]
        if file.size and file.size > MAX_UPLOAD:
            raise forms.ValidationError(_("The file is larger than 50 MB. Split it."))
        return file
