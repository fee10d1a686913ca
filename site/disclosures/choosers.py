"""The chooser for responsible persons: a list of all staff would not fit a drop-down."""

from __future__ import annotations

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.chooser import ChooseResultsView, ChooseView
from wagtail.admin.viewsets.chooser import ChooserViewSet

from organisation import pinyin
from organisation.models import User


class PersonFilterForm(BaseFilterForm):
    """Search by name, pinyin or initials."""

    q = forms.CharField(label=_("Name or pinyin"), required=False)

    def filter(self, objects: QuerySet[User]) -> QuerySet[User]:
        """Keep the people named like that."""
        typed = self.cleaned_data["q"].replace("\x00", "").strip()
        if not typed:
            return objects
        self.search_query, self.is_searching = typed, True
        needle = pinyin.needle(typed)
        named = Q(name__icontains=typed)
        return objects.filter(named | Q(staff__search_text__contains=needle) if needle else named)


class PersonListMixin:
    """Active accounts, by name, with what tells two people of one name apart."""

    filter_form_class = PersonFilterForm

    def get_object_list(self) -> QuerySet[User]:
        """Return whoever can be responsible for something."""
        people = User._default_manager.filter(is_active=True).select_related("staff")
        return people.order_by("staff__name_key", "name", "pk")

    @property
    def columns(self) -> list[Column]:
        """Name, employee number, position."""
        return [
            *super().columns,  # type: ignore[misc]
            Column("number", label=_("employee number"), accessor="staff.employee_number"),
            Column("position", label=_("position"), accessor="staff.position"),
        ]


class PersonChooseView(PersonListMixin, ChooseView):
    """The chooser's window."""


class PersonChooseResultsView(PersonListMixin, ChooseResultsView):
    """Its results alone."""


class PersonChooserViewSet(ChooserViewSet):
    """Choose a person."""

    model = "organisation.User"
    icon = "user"
    choose_one_text = _("Choose a person")
    choose_another_text = _("Choose another person")
    choose_view_class = PersonChooseView
    choose_results_view_class = PersonChooseResultsView
    register_widget = False
    per_page = 20


person_chooser = PersonChooserViewSet("disclosures_person")
