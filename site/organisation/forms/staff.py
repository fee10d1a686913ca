"""A member of staff in Wagtail's admin."""

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput

from organisation.enums import DERIVED_ROLES, GRANTED_ROLES, Role
from organisation.models import Rank, Section, Staff


class StaffForm(WagtailAdminModelForm):
    """A member of staff in Wagtail's admin: particulars, place, roles. The domain writes them."""

    name = forms.CharField(label=_("Name"), max_length=80)
    email = forms.EmailField(label=_("E-mail"), required=False)
    username = forms.RegexField(
        r"^[\w.@+-]+\Z",
        label=_("User name"),
        max_length=150,
        required=False,
        help_text=_("The employee number if left empty."),
    )
    section = forms.ModelChoiceField(Section.objects.all(), label=_("Section"))
    rank = forms.ModelChoiceField(Rank.objects.all(), label=_("Rank"))
    is_head = forms.BooleanField(label=_("Section head"), required=False)
    since = forms.DateField(
        label=_("In this section since"),
        required=False,
        widget=AdminDateInput,
        help_text=_("The day of a transfer, a promotion or a return; today if left empty."),
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        required=False,
        choices=[(role.value, role.label) for role in Role if role not in DERIVED_ROLES | GRANTED_ROLES],
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Staff follows from the record itself. Section heads are proposed by it; leadership, organisers, "
            "scrutineers, inspectors and administrators are proposed under “Roles”. A second person confirms them."
        ),
    )

    class Meta:
        model = Staff
        fields = ["employee_number", "position", "phone", "joined", "left"]
        widgets = {"joined": AdminDateInput, "left": AdminDateInput}

    field_order = [
        "employee_number",
        "name",
        "section",
        "rank",
        "is_head",
        "since",
        "position",
        "phone",
        "email",
        "username",
        "joined",
        "left",
        "roles",
    ]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        staff = self.instance
        if staff.pk is None:
            del self.fields["left"]
            del self.fields["since"]
            return
        del self.fields["username"]
        # The latest membership: the present one, one that begins later, or the last one of somebody who left.
        place = staff.memberships.order_by("from_date").last()
        initial: dict[str, object] = {"name": staff.user.name, "email": staff.user.email}
        if place is not None:
            initial |= {"section": place.section_id, "rank": place.rank_id, "is_head": place.is_head}
        offered = [value for value, _label in self.fields["roles"].choices]
        initial["roles"] = list(staff.user.groups.filter(name__in=offered).values_list("name", flat=True))
        for name, value in initial.items():
            self.fields[name].initial = value

    def clean_employee_number(self) -> str:
        """Keep surrounding space out of numbers."""
        return self.cleaned_data["employee_number"].strip()
