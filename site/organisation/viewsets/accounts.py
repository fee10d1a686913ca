"""Wagtail's admin of accounts, for accounts that have one name and no last sign-in."""

from typing import Any

from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.users.forms import UsernameForm
from wagtail.users.views.users import CreateView, EditView, IndexView
from wagtail.users.views.users import UserFilterSet as WagtailUserFilterSet
from wagtail.users.views.users import UserViewSet as WagtailUserViewSet

from organisation.domain.addresses import enter
from organisation.models import Staff, User
from organisation.permission_policies import ManagePolicy


class AccountForm(UsernameForm):
    """An account: what its owner is called, and how to reach them.

    No password, no group, no superuser: those are the owner's, take two people, or the command line of the server.
    """

    required_css_class = "required"

    class Meta:
        model = User
        fields = ["username", "name", "email", "is_active"]

    def __init__(self, *args: Any, editing_self: bool = False, by: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.address_before = self.instance.email
        self.fields["email"].required = False
        if editing_self or self.instance.pk is None:
            del self.fields["is_active"]

    def save(self, commit: bool = True) -> User:
        """Write the account, let another mail address wait, and keep the staff record's sort key in step."""
        user: User = super().save(commit=False)
        if user.pk is None:
            user.set_unusable_password()
        else:
            user.email = self.address_before
        if commit:
            user.save()
            enter(account=user, address=self.cleaned_data["email"], by=self.by)
            for staff in Staff.objects.filter(user=user).select_related("user"):
                staff.save(update_fields=[])
        return user

    def save_m2m(self) -> None:
        """An account's groups are not here."""


#: For administrators, whatever Django's permissions say of superusers. Wagtail 8 asks the views, not their viewset.
POLICY = ManagePolicy(User, impossible={"delete"})


class ByMixin:
    """Tells the form who sits before it."""

    permission_policy = POLICY

    def get_form_kwargs(self) -> dict[str, object]:
        kwargs: dict[str, object] = super().get_form_kwargs()  # type: ignore[misc]  # of the view this is mixed into
        return kwargs | {"by": self.request.user}  # type: ignore[attr-defined]


class UserCreateView(ByMixin, CreateView):
    """A new account. An invitation sets its password."""


class UserEditView(ByMixin, EditView):
    """An account that is there."""


class UserFilterSet(WagtailUserFilterSet):
    """Wagtail's filters, without the time of the last sign-in, which is never written."""

    last_login = None


class UserIndexView(IndexView):
    """Wagtail's list, without the time of the last sign-in."""

    permission_policy = POLICY

    @cached_property
    def columns(self) -> list[Column]:
        return [column for column in super().columns if column.name != "last_login"]

    @cached_property
    def search_fields(self) -> set[str]:
        return {"username", "name", "email"}

    def order_queryset(self, queryset: QuerySet[User]) -> QuerySet[User]:
        if self.ordering in ("name", "-name"):
            return queryset.order_by(self.ordering)
        return super().order_queryset(queryset)


class UserViewSet(WagtailUserViewSet):
    """Accounts, for the administrator."""

    model = User
    index_view_class = UserIndexView
    add_view_class = UserCreateView
    edit_view_class = UserEditView
    filterset_class = UserFilterSet
    menu_label = _("Accounts")

    @cached_property
    def permission_policy(self) -> ManagePolicy:
        return POLICY

    def get_form_class(self, for_update: bool = False) -> type[AccountForm]:
        return AccountForm
