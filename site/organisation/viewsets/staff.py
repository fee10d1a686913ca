"""Staff in Wagtail's admin."""

import django_filters
from django.contrib.auth.models import Group
from django.db.models import Field, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import log

from organisation.domain import staff
from organisation.domain.roles import set_roles
from organisation.enums import GRANTED_ROLES, Role
from organisation.forms.staff import StaffForm
from organisation.models import Section, Staff
from organisation.permission_policies import ManagePolicy
from organisation.querysets import StaffQuerySet
from organisation.roles import groups_that_count, holders_of
from organisation.viewsets.shared import RefusalMixin


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

    def filter_section(self, people: StaffQuerySet, name: str, value: Section) -> StaffQuerySet:
        return people.in_sections(Section.objects.ids_below(value.pk))

    def filter_role(self, people: StaffQuerySet, name: str, value: str) -> StaffQuerySet:
        if value in GRANTED_ROLES:
            return people.filter(user__in=holders_of(Role(value)))
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

    def get_base_queryset(self) -> StaffQuerySet:
        return Staff.objects.with_place()

    def search_queryset(self, queryset: StaffQuerySet) -> StaffQuerySet:
        if not self.is_searching:
            return queryset
        named = Staff.objects.named_like(self.search_query)
        return queryset.filter(Q(pk__in=named.values("pk")) | Q(employee_number__startswith=self.search_query.strip()))


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
            by=self.request.user,
        )
        set_roles(user=person.user, roles=[Role(role) for role in data["roles"]], by=self.request.user)
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
            by=self.request.user,
        )
        set_roles(user=person.user, roles=[Role(role) for role in data["roles"]], by=self.request.user)
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

    def get_field_display_value(self, field_name: str, field: Field) -> object:
        return super().get_field_display_value(field_name, field) or "—"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        context: dict[str, object] = super().get_context_data(**kwargs)
        context["memberships"] = self.object.memberships.select_related("section", "rank").order_by("-from_date")
        names = set(groups_that_count(self.object.user).values_list("name", flat=True))
        context["roles"] = [role.label for role in Role if role.value in names]
        return context


class StaffViewSet(ModelViewSet):
    """Staff 人员. Nobody is deleted: whoever leaves stays in the history."""

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

    def get_form_class(self, for_update: bool = False) -> type[StaffForm]:
        return StaffForm


def _position(person: Staff) -> str:
    """Return the position, and whether the person heads the section."""
    words = [person.position] if person.position else []
    if person.place and person.place.is_head:
        words.append(str(_("section head")))
    return " · ".join(words)
