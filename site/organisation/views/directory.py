"""The directory: who works where, and how to reach them."""

from dataclasses import dataclass, field

from django.contrib.auth.mixins import LoginRequiredMixin
from django.urls import reverse
from django.utils.http import urlencode
from django.views.generic import RedirectView, TemplateView

from foundation.paging import page_of
from organisation.forms.directory import DirectoryForm
from organisation.models import Section, Staff
from organisation.section_tree import descendants

PAGE_SIZE = 50


@dataclass(slots=True)
class Branch:
    """A section in the tree beside the list."""

    section: Section
    url: str
    is_current: bool
    children: list["Branch"] = field(default_factory=list)


class DirectoryView(LoginRequiredMixin, TemplateView):
    """Current staff, by name, pinyin and section. Five queries, however many people."""

    template_name = "organisation/directory.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        context = super().get_context_data(**kwargs)
        form = DirectoryForm(self.request.GET)
        words = form.cleaned_data["q"] if form.is_valid() else ""
        sections = list(Section.objects.all())
        code = self.request.GET.get("section", "")
        section = next((section for section in sections if section.code == code), None)
        people = Staff.objects.visible_to(self.request.user)
        if section is not None:
            people = people.in_sections(descendants({each.pk: each.parent_id for each in sections}, [section.pk]))
        if words:
            people = people.named_like(words)
        page = page_of(
            people.with_place(),
            key="name_key",
            size=PAGE_SIZE,
            after=self.request.GET.get("after", ""),
            before=self.request.GET.get("before", ""),
            descending=False,
        )
        kept = {key: value for key, value in (("q", words), ("section", code if section else "")) if value}
        return context | {
            "form": form,
            "words": words,
            "section": section,
            "people": page.rows,
            "tree": _tree(sections, section, words),
            "everyone_url": "?" + urlencode({"q": words}) if words else self.request.path,
            "next_url": "?" + urlencode(kept | {"after": page.after}) if page.after else None,
            "previous_url": "?" + urlencode(kept | {"before": page.before}) if page.before else None,
        }


class MeView(LoginRequiredMixin, RedirectView):
    """My own entry in the directory."""

    def get_redirect_url(self, *args: object, **kwargs: object) -> str:
        return reverse("organisation:directory") + "?" + urlencode({"q": self.request.user.name})  # type: ignore[union-attr]  # signed in


def _tree(sections: list[Section], current: Section | None, words: str) -> list[Branch]:
    branches = {
        section.pk: Branch(
            section=section,
            url="?" + urlencode({key: value for key, value in (("q", words), ("section", section.code)) if value}),
            is_current=section == current,
        )
        for section in sections
    }
    for section in sections:
        if section.parent_id in branches:
            branches[section.parent_id].children.append(branches[section.pk])
    return [branches[section.pk] for section in sections if section.parent_id is None]
