"""Wagtail's admin of accounts, for accounts that have one name and no last sign-in."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.users.forms import UserCreationForm as WagtailUserCreationForm
from wagtail.users.forms import UserEditForm as WagtailUserEditForm
from wagtail.users.views.users import IndexView
from wagtail.users.views.users import UserFilterSet as WagtailUserFilterSet
from wagtail.users.views.users import UserViewSet as WagtailUserViewSet

from organisation.models import Staff, User


class OneNameForm(forms.ModelForm):
    """A name as its language writes it, in place of first and last name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for gone in ("first_name", "last_name"):
            self.fields.pop(gone, None)
        self.fields["email"].required = False
        if "is_superuser" in self.fields:
            # Otherwise an administrator could raise any account, their own too, above every rule.
            self.fields["is_superuser"].disabled = True
            self.fields["is_superuser"].help_text = _("Only the command line of the server makes superusers.")

    def save(self, commit: bool = True) -> User:
        """Keep the staff record's sort key in step with the name."""
        user: User = super().save(commit=commit)
        if commit:
            for staff in Staff.objects.filter(user=user).select_related("user"):
                staff.save(update_fields=[])
        return user


class UserCreationForm(OneNameForm, WagtailUserCreationForm):
    """A new account."""

    class Meta(WagtailUserCreationForm.Meta):
        fields = (WagtailUserCreationForm.Meta.fields - {"first_name", "last_name"}) | {"name"}


class UserEditForm(OneNameForm, WagtailUserEditForm):
    """An account that is there."""

    class Meta(WagtailUserEditForm.Meta):
        fields = (WagtailUserEditForm.Meta.fields - {"first_name", "last_name"}) | {"name"}


class UserFilterSet(WagtailUserFilterSet):
    """Wagtail's filters, without the time of the last sign-in, which is never written."""

    last_login = None


class UserIndexView(IndexView):
    """Wagtail's list, without the time of the last sign-in."""

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
    filterset_class = UserFilterSet
    menu_label = _("Accounts")

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        return UserEditForm if for_update else UserCreationForm
