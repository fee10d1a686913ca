"""Sections, ranks and staff in Wagtail's admin."""

from typing import Any

import django_filters
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import log

from organisation.domain import roles as role_verbs
from organisation.domain import sections, staff
from organisation.enums import Role
from organisation.exceptions import Refusal
from organisation.forms import StaffForm
from organisation.models import Rank, Section, Staff
from organisation.permission_policies import ManagePolicy
from organisation.viewsets.imports import ImportViewSet, InvitationViewSet


class RefusalMixin:
    """Show a refusal of the domain as an error of the form, which keeps its input."""

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                return super().form_valid(form)  # type: ignore[misc]  # of the view this is mixed into
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            self.produced_error_message = self.get_error_message()  # type: ignore[attr-defined]
            return self.form_invalid(form)  # type: ignore[attr-defined]


class SectionForm(WagtailAdminModelForm):
    """A section, and what it is part of."""

    class Meta:
        model = Section
        fields = ["code", "name", "parent", "sort_order"]


class SectionEditView(RefusalMixin, generic.EditView):
    """Moving a section goes through the domain, which locks the tree."""

    def save_instance(self) -> Section:
        section = super().save_instance()
        return sections.move_section(section=section, parent=section.parent)


class SectionViewSet(ModelViewSet):
    """科室."""

    model = Section
    icon = "group"
    menu_label = _("Sections")
    name = "sections"
    url_prefix = "organisation/sections"
    list_display = ["name", "code", "parent", "sort_order"]
    search_fields = ["name", "code"]
    ordering = ["sort_order", "code"]
    copy_view_enabled = False
    edit_view_class = SectionEditView
    add_to_reference_index = False

    @cached_property
    def permission_policy(self) -> ManagePolicy:
        return ManagePolicy(self.model)

    def get_form_class(self, for_update: bool = False) -> type[WagtailAdminModelForm]:
        return SectionForm


class RankForm(WagtailAdminModelForm):
    """A tier."""

    class Meta:
        model = Rank
        fields = ["code", "name", "order"]


class RankViewSet(ModelViewSet):
    """职级."""

    model = Rank
    icon = "order"
    menu_label = _("Ranks")
    name = "ranks"
    url_prefix = "organisation/ranks"
    list_display = ["name", "code", "order"]
    search_fields = ["name", "code"]
    ordering = ["order"]
    copy_view_enabled = False
    add_to_reference_index = False

    @cached_property
    def permission_policy(self) -> ManagePolicy:
        return ManagePolicy(self.model)

    def get_form_class(self, for_update: bool = False) -> type[WagtailAdminModelForm]:
        return RankForm


class StaffFilterSet(WagtailFilterSet):
    """By section and role, and whether they have left."""

    section = django_filters.ModelChoiceFilter(
        label=_("Section"), queryset=Section.objects.all(), method="filter_section"
    )
    role = django_filters.ChoiceFilter(label=_("Role"), choices=Role.choices, method="filter_role")
    has_left = django_filters.BooleanFilter(label=_("Has left"), field_name="left", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Staff
        fields: list[str] = []

    def filter_section(self, people: QuerySet, name: str, value: Section) -> QuerySet:
        return people.in_sections(Section.objects.ids_below(value.pk))  # type: ignore[attr-defined]

    def filter_role(self, people: QuerySet, name: str, value: str) -> QuerySet:
        return people.filter(user__groups__in=Group.objects.filter(name=value))


class StaffIndexView(generic.IndexView):
    """Everybody, those who left too."""

    @cached_property
    def columns(self) -> list[Column]:
        return [
            self._get_title_column_class(TitleColumn)(
                "name", label=_("Name"), accessor=str, sort_key="name_key", get_url=self.get_edit_url
            ),
            Column("employee_number", label=_("Employee number"), sort_key="employee_number"),
            Column("section", label=_("Section"), accessor=lambda person: person.place and person.place.section),
            Column("rank", label=_("Rank"), accessor=lambda person: person.place and person.place.rank),
            Column("position", label=_("Position"), accessor=_position),
            Column("left", label=_("Left on"), sort_key="left"),
        ]

    def get_base_queryset(self) -> QuerySet:
        return Staff.objects.with_place()

    def search_queryset(self, queryset: Any) -> Any:
        if not self.is_searching:
            return queryset
        found = Staff.objects.named_like(self.search_query)
        return queryset.filter(Q(pk__in=found.values("pk")) | Q(employee_number__startswith=self.search_query.strip()))


class StaffCreateView(RefusalMixin, generic.CreateView):
    """Hire."""

    def save_instance(self) -> Staff:
        data = self.form.cleaned_data
        person = staff.hire(
            name=data["name"],
            employee_number=data["employee_number"],
            section=data["section"],
            rank=data["rank"],
            joined=data["joined"],
            is_head=data["is_head"],
            position=data["position"],
            phone=data["phone"],
            email=data["email"],
            username=data["username"],
        )
        role_verbs.set_roles(user=person.user, roles=[Role(role) for role in data["roles"]], by=self.request.user)
        log(instance=person, action="wagtail.create", content_changed=True)
        return person


class StaffEditView(RefusalMixin, generic.EditView):
    """Correct, transfer, leave, return: what the changed fields say."""

    def save_instance(self) -> Staff:
        data = self.form.cleaned_data
        person = staff.revise(
            staff=self.object,
            name=data["name"],
            employee_number=data["employee_number"],
            joined=data["joined"],
            section=data["section"],
            rank=data["rank"],
            is_head=data["is_head"],
            since=data["since"],
            left=data["left"],
            position=data["position"],
            phone=data["phone"],
            email=data["email"],
        )
        role_verbs.set_roles(user=person.user, roles=[Role(role) for role in data["roles"]], by=self.request.user)
        log(
            instance=person,
            action="wagtail.edit",
            content_changed=self.form.has_changed(),
            data={"fields": self.form.changed_data},
        )
        return person


class StaffInspectView(generic.InspectView):
    """Particulars, roles and the history of memberships."""

    template_name = "organisation/admin/staff_inspect.html"

    def get_field_display_value(self, field_name: str, field: Any) -> Any:
        return super().get_field_display_value(field_name, field) or "—"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["memberships"] = self.object.memberships.select_related("section", "rank").order_by("-from_date")
        held = set(self.object.user.groups.values_list("name", flat=True))
        context["roles"] = [role.label for role in Role if role.value in held]
        return context


class StaffViewSet(ModelViewSet):
    """人员. Nobody is deleted: whoever leaves stays in the history."""

    model = Staff
    icon = "user"
    menu_label = _("Staff")
    name = "staff"
    url_prefix = "organisation/staff"
    index_view_class = StaffIndexView
    add_view_class = StaffCreateView
    edit_view_class = StaffEditView
    inspect_view_class = StaffInspectView
    inspect_view_enabled = True
    inspect_view_fields = ["employee_number", "position", "phone", "joined", "left"]
    inspect_template_name = "organisation/admin/staff_inspect.html"
    copy_view_enabled = False
    search_fields = ["employee_number"]  # shows the search box; the view searches by pinyin too
    filterset_class = StaffFilterSet
    ordering = ["name_key", "pk"]
    list_per_page = 50
    add_to_reference_index = False

    @cached_property
    def permission_policy(self) -> ManagePolicy:
        return ManagePolicy(self.model, impossible={"delete"})

    def get_form_class(self, for_update: bool = False) -> type[WagtailAdminModelForm]:
        return StaffForm


def _position(person: Staff) -> str:
    """Return the position, and whether the person heads the section."""
    words = [person.position] if person.position else []
    if person.place and person.place.is_head:
        words.append(str(_("section head")))
    return " · ".join(words)


class OrganisationViewSetGroup(ViewSetGroup):
    """Everything about people, under one entry of the menu."""

    menu_label = _("Organisation")
    menu_icon = "group"
    menu_order = 350
    items = (StaffViewSet, SectionViewSet, RankViewSet, ImportViewSet, InvitationViewSet)
