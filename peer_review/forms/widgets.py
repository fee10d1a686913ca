"""Widgets of Wagtail's admin: JSON of a scheme, edited as ordinary fields."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from peer_review.enums import Audience
from peer_review.protocol.papers import LOW, NOT_ALL_EQUAL, NOT_ALL_MAX, QUOTA

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.utils.datastructures import MultiValueDict

    #: Files that were posted, by the field's name.
    Files = MultiValueDict[str, UploadedFile]


class LinesWidget(forms.Textarea):
    """A JSON list of sentences, edited as one line each."""

    def format_value(self, value: object) -> str:
        lines = loaded(value)
        return "\n".join(lines) if isinstance(lines, list) else str(value or "")

    def value_from_datadict(self, data: Mapping[str, object], files: "Files", name: str) -> str | None:
        text = data.get(name)
        if text is None:
            return None
        return json.dumps([line.strip() for line in str(text).splitlines() if line.strip()])


class WordsWidget(forms.TextInput):
    """A JSON list of keys, edited as words with commas or spaces between."""

    def format_value(self, value: object) -> str:
        words = loaded(value)
        return ", ".join(map(str, words)) if isinstance(words, list) else str(value or "")

    def value_from_datadict(self, data: Mapping[str, object], files: "Files", name: str) -> str:
        text = str(data.get(name) or "")
        for mark in "，、,;；":
            text = text.replace(mark, " ")
        return json.dumps(text.split())


class AudiencesWidget(forms.CheckboxSelectMultiple):
    """A JSON object audience → shown or not, edited as check boxes."""

    def __init__(self, attrs: dict[str, object] | None = None) -> None:
        super().__init__(attrs, choices=Audience.choices)

    def format_value(self, value: object) -> list[str]:
        shown = loaded(value)
        return [audience for audience, yes in shown.items() if yes] if isinstance(shown, dict) else []

    def value_from_datadict(self, data: Mapping[str, object], files: "Files", name: str) -> str:
        ticked = set(super().value_from_datadict(data, files, name) or [])
        return json.dumps({audience: audience in ticked for audience in Audience.values})

    def value_omitted_from_data(self, data: Mapping[str, object], files: "Files", name: str) -> bool:
        return False


class PartsWidget(forms.Widget):
    """Several named inputs that make one JSON value.

    `parts` are (suffix, label, input type); subclasses add `split`, from the value to what each input shows, and
    `join`, back again.
    """

    template_name = "peer_review/schemes/parts_widget.html"
    parts: tuple[tuple[str, str | Promise, str], ...] = ()

    def split(self, value: object) -> dict[str, object]:
        return (
            {suffix: value.get(suffix, "") for suffix, _label, _kind in self.parts} if isinstance(value, dict) else {}
        )

    def join(self, parts: dict[str, str]) -> object:
        return parts

    def get_context(self, name: str, value: object, attrs: dict[str, object] | None) -> dict[str, object]:
        context = super().get_context(name, value, attrs)
        shown = self.split(loaded(value))
        context["parts"] = [
            {"name": f"{name}-{suffix}", "label": label, "type": kind, "value": shown.get(suffix, "")}
            for suffix, label, kind in self.parts
        ]
        return context

    def value_from_datadict(self, data: Mapping[str, object], files: "Files", name: str) -> str:
        return json.dumps(
            self.join({suffix: str(data.get(f"{name}-{suffix}") or "") for suffix, _label, _kind in self.parts})
        )

    def value_omitted_from_data(self, data: Mapping[str, object], files: "Files", name: str) -> bool:
        return not any(f"{name}-{suffix}" in data for suffix, _label, _kind in self.parts)

    def id_for_label(self, id_: str | None) -> str:
        return ""


class BandsWidget(PartsWidget):
    """The lowest points of the three upper grades."""

    parts = (
        ("0", _("Excellent, from"), "number"),
        ("1", _("Competent or qualified, from"), "number"),
        ("2", _("Basically competent or qualified, from"), "number"),
    )

    def split(self, value: object) -> dict[str, object]:
        return {str(index): points for index, points in enumerate(value)} if isinstance(value, list) else {}

    def join(self, parts: dict[str, str]) -> object:
        return [number(parts[suffix]) for suffix, _label, _kind in self.parts]


class SheetRulesWidget(PartsWidget):
    """Rules about a whole sheet, each at most once."""

    parts = (
        ("quota_n", _("At most so many of the list …"), "number"),
        ("quota_percent", _("… or so many percent of the list …"), "number"),
        ("quota_points", _("… may score this many points or more"), "number"),
        ("low_n", _("At least so many of the list …"), "number"),
        ("low_points", _("… must score under this many points"), "number"),
        (NOT_ALL_EQUAL, _("Invalid when all answers are the same"), "checkbox"),
        (NOT_ALL_MAX, _("Invalid when all answers are the highest"), "checkbox"),
    )

    def split(self, value: object) -> dict[str, object]:
        shown: dict[str, object] = {}
        for rule in value if isinstance(value, list) else []:
            kind = rule.get("kind")
            if kind in (NOT_ALL_EQUAL, NOT_ALL_MAX):
                shown[kind] = True
            for name in ("n", "percent", "points"):
                if rule.get(name) is not None:
                    shown[f"{kind}_{name}"] = rule[name]
        return shown

    def join(self, parts: dict[str, str]) -> object:
        rules: list[dict[str, object]] = []
        for kind, names in ((QUOTA, ("n", "percent", "points")), (LOW, ("n", "points"))):
            given = {name: number(parts[f"{kind}_{name}"]) for name in names if parts[f"{kind}_{name}"].strip()}
            if given:
                rules.append({"kind": kind, **given})
        return rules + [{"kind": kind} for kind in (NOT_ALL_EQUAL, NOT_ALL_MAX) if parts[kind]]


def number(text: str) -> int | str:
    """Return the integer that was typed, or the text itself, for the scheme's own check to refuse."""
    try:
        return int(text)
    except ValueError:
        return text


def loaded(value: object) -> object:
    """Return JSON's value where it is text, None where the text is none."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None
