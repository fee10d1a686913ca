"""Forms of schemes in Wagtail's admin: they validate input and decide nothing."""

from types import SimpleNamespace

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from peer_review.domain.schemes.import_export import MAX_BYTES
from peer_review.domain.schemes.schemes import scheme_problems
from peer_review.exceptions.schemes import SchemeNameTaken
from peer_review.models import Scheme


class SchemeForm(WagtailAdminModelForm):
    """A scheme with its criteria and voter classes, refused as a whole if it could not be asked."""

    def clean(self) -> dict[str, object]:
        cleaned = super().clean()
        taken = Scheme.objects.filter(name=cleaned.get("name"), version=self.instance.version)
        if taken.exclude(pk=self.instance.pk).exists():
            self.add_error("name", SchemeNameTaken().message)
        rows = {name: self._rows(name) for name in ("criteria", "voter_classes")}
        if self.errors or any(row is None for row in rows.values()):
            return cleaned  # Each fault is shown where it was made; the whole is judged when the parts are sound.
        problems = scheme_problems(
            scale=cleaned.get("scale", ""),
            floor=cleaned.get("floor") or 0,
            visibility=cleaned.get("visibility"),
            criteria=rows["criteria"] or [],
            classes=rows["voter_classes"] or [],
            paper=cleaned.get("paper", ""),
            sheet_rules=cleaned.get("sheet_rules") or [],
            bands=cleaned.get("bands"),
        )
        for problem in problems:
            self.add_error(None, problem)
        return cleaned

    def _rows(self, name: str) -> list[SimpleNamespace] | None:
        """Return what an inline formset would leave behind; None if one of its fields is faulty."""
        formset = self.formsets[name]
        formset.is_valid()
        if any(form.errors for form in formset.forms if form not in formset.deleted_forms):
            return None
        return [
            SimpleNamespace(
                key=form.cleaned_data.get("key", ""),
                label=form.cleaned_data.get("label", ""),
                weight=form.cleaned_data.get("weight"),
                anchors=form.cleaned_data.get("anchors") or [],
                comment_below=form.cleaned_data.get("comment_below"),
                comment_above=form.cleaned_data.get("comment_above"),
                classes=form.cleaned_data.get("classes") or [],
            )
            for form in formset.forms
            if form.cleaned_data and form not in formset.deleted_forms
        ]


class SchemeCopyForm(forms.ModelForm):
    """The name of a copy."""

    class Meta:
        model = Scheme
        fields = ("name",)


class SchemeFileForm(forms.Form):
    """A scheme's file."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("A .json file that was exported here or in another house."),
        widget=forms.ClearableFileInput(attrs={"accept": ".json,application/json"}),
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than any scheme."))
        return file
