"""Forms validate input and decide nothing."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput

from organisation.enums import DERIVED_ROLES, Role
from organisation.models import Rank, Section, Staff

MAX_UPLOAD = 50 * 1024 * 1024


class BootstrapMixin:
    """Give the fields the classes of the front pages."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"


class SignInForm(BootstrapMixin, AuthenticationForm):
    """User name and password."""

    error_messages = {
        "invalid_login": _("User name and password do not match. Mind upper and lower case in the password."),
        "inactive": _("This account is closed."),
    }


class NewPasswordForm(BootstrapMixin, SetPasswordForm):
    """A first password."""


class ChangePasswordForm(BootstrapMixin, PasswordChangeForm):
    """A new password in place of the old one."""


class DirectoryForm(forms.Form):
    """What somebody looks for in the directory."""

    q = forms.CharField(
        label=_("Name or pinyin"),
        required=False,
        max_length=60,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "class": "form-control",
                "placeholder": "张三、zhangsan、zs",
                "autocomplete": "off",
            }
        ),
    )


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

    def clean_file(self) -> Any:
        """Refuse a file that is far too large."""
        file = self.cleaned_data["file"]
        if file.size > MAX_UPLOAD:
            raise forms.ValidationError(_("The file is larger than 50 MB. Split it."))
        return file


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
        choices=[(role.value, role.label) for role in Role if role not in DERIVED_ROLES],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Staff and section head follow from the record itself."),
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = self.instance
        if staff.pk is None:
            del self.fields["left"]
            del self.fields["since"]
            return
        del self.fields["username"]
        # The latest membership: the present one, one that begins later, or the last one of somebody who left.
        place = staff.memberships.order_by("from_date").last()
        initial: dict[str, Any] = {"name": staff.user.name, "email": staff.user.email}
        if place is not None:
            initial |= {"section": place.section_id, "rank": place.rank_id, "is_head": place.is_head}
        derived = [role.value for role in DERIVED_ROLES]
        initial["roles"] = list(staff.user.groups.exclude(name__in=derived).values_list("name", flat=True))
        for name, value in initial.items():
            self.fields[name].initial = value

    def clean_employee_number(self) -> str:
        """Keep surrounding space out of numbers."""
        return self.cleaned_data["employee_number"].strip()
