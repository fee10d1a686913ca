"""The form of a scheme in Wagtail's admin: it validates input and decides nothing."""

import json
from types import SimpleNamespace
from typing import Any

from django import forms
from wagtail.admin.forms import WagtailAdminModelForm

from peer_review.domain.schemes import scheme_problems
from peer_review.enums import Audience


class LinesWidget(forms.Textarea):
    """A JSON list of sentences, edited as one line each."""

    def format_value(self, value: Any) -> str:
        lines = _loaded(value)
        return "\n".join(lines) if isinstance(lines, list) else str(value or "")

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str | None:
        text = data.get(name)
        if text is None:
            return None
        return json.dumps([line.strip() for line in text.splitlines() if line.strip()])


class AudiencesWidget(forms.CheckboxSelectMultiple):
    """A JSON object audience → shown or not, edited as check boxes."""

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs, choices=Audience.choices)

    def format_value(self, value: Any) -> list[str]:
        shown = _loaded(value)
        return [audience for audience, yes in shown.items() if yes] if isinstance(shown, dict) else []

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        ticked = set(super().value_from_datadict(data, files, name) or [])
        return json.dumps({audience: audience in ticked for audience in Audience.values})

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False


class SchemeForm(WagtailAdminModelForm):
    """A scheme with its criteria and voter classes, refused as a whole if it could not be asked."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        rows = {name: self._rows(name) for name in ("criteria", "voter_classes")}
        if self.errors or any(row is None for row in rows.values()):
            return cleaned  # Each fault is shown where it was made; the whole is judged when the parts are sound.
        problems = scheme_problems(
            scale=cleaned.get("scale", ""),
            floor=cleaned.get("floor") or 0,
            visibility=cleaned.get("visibility"),
            criteria=rows["criteria"] or [],
            classes=rows["voter_classes"] or [],
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
            )
            for form in formset.forms
            if form.cleaned_data and form not in formset.deleted_forms
        ]


def _loaded(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return None
