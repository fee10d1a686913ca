"""Sign-in by password, for those who still work here."""

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser, Permission
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet

from organisation.models import User
from organisation.roles import groups_of


class StaffBackend(ModelBackend):
    """Django's own backend, closed to whoever has left, from the day of leaving on and without a nightly job."""

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        if user is None or user.is_anonymous or not super().user_can_authenticate(user):
            return False
        try:
            return user.staff.is_current
        except ObjectDoesNotExist:
            return True  # an account without a staff record: the one that set the site up

    def get_user(self, user_id: int) -> User | None:
        """Return the person of a session, with the staff record in the same query; None once they have left."""
        user = User._default_manager.select_related("staff").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    def _get_group_permissions(self, user_obj: User) -> QuerySet[Permission]:
        """Return what the groups that count give: Django would let a role without a confirmed grant count too."""
        return Permission.objects.filter(group__in=list(groups_of(user_obj)))
