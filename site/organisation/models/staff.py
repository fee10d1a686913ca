"""Members of staff and their memberships in sections."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisation.pinyin import name_keys
from organisation.querysets import MembershipQuerySet, StaffQuerySet

PHONE_PATTERN = r"[0-9+()（）/\-—.,;、，转xX# ]*"
NUMBER_PATTERN = r"[0-9A-Za-z][0-9A-Za-z._/\-]*"


class Staff(models.Model):
    """A member of staff. Section and rank are dated: see Membership."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="staff", verbose_name=_("account")
    )
    employee_number = models.CharField(
        _("employee number"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(rf"^{NUMBER_PATTERN}\Z", _("Use letters, digits, dots, dashes only."))],
    )
    position = models.CharField(_("position"), max_length=80, blank=True)
    phone = models.CharField(
        _("phone"),
        max_length=60,
        blank=True,
        validators=[RegexValidator(rf"^{PHONE_PATTERN}\Z", _("This is not a phone number."))],
    )
    joined = models.DateField(_("joined"))
    left = models.DateField(
        _("left on"), null=True, blank=True, help_text=_("The first day on which the person no longer works here.")
    )
    # Kept from the name by save() and by imports, for sorting and searching.
    name_key = models.CharField(max_length=80, blank=True, editable=False)
    search_text = models.CharField(max_length=400, blank=True, editable=False)

    objects = StaffQuerySet.as_manager()

    if TYPE_CHECKING:
        memberships_today: list["Membership"]

    class Meta:
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")
        ordering = ["name_key", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(left=None) | models.Q(left__gte=models.F("joined")),
                name="organisation_staff_leaves_after_joining",
                violation_error_message=_("The day of leaving lies before the day of joining."),
            ),
        ]
        indexes = [models.Index(fields=["name_key", "id"], name="organisation_staff_by_name")]

    def __str__(self) -> str:
        return self.user.get_full_name()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the keys that are made from the name."""
        keys = name_keys(self.user.get_full_name())
        self.name_key, self.search_text = keys.sort, keys.search
        fields = kwargs.get("update_fields")
        if fields is not None:
            kwargs["update_fields"] = {*fields, "name_key", "search_text"}
        super().save(*args, **kwargs)

    @property
    def is_current(self) -> bool:
        """True until the day of leaving has come."""
        return self.left is None or self.left > timezone.localdate()

    @property
    def place(self) -> "Membership | None":
        """Today's section and rank; None before the first and after the last day.

        Costs a query unless the person came from `with_place()`.
        """
        if hasattr(self, "memberships_today"):
            return self.memberships_today[0] if self.memberships_today else None
        return self.memberships.on().select_related("section", "rank").first()


class Membership(models.Model):
    """Section and rank of a person, from the first day up to, not including, `to_date`."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("staff"))
    section = models.ForeignKey(
        "organisation.Section", on_delete=models.PROTECT, related_name="memberships", verbose_name=_("section")
    )
    rank = models.ForeignKey(
        "organisation.Rank", on_delete=models.PROTECT, related_name="memberships", verbose_name=_("rank")
    )
    is_head = models.BooleanField(_("section head"), default=False)
    from_date = models.DateField(_("from"))
    to_date = models.DateField(_("until"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["staff", "from_date"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(to_date=None) | models.Q(to_date__gt=models.F("from_date")),
                name="organisation_membership_ends_after_it_begins",
                violation_error_message=_("The end lies before the beginning."),
            ),
            models.UniqueConstraint(
                fields=["staff"], condition=models.Q(to_date=None), name="organisation_one_open_membership"
            ),
            models.UniqueConstraint(fields=["staff", "from_date"], name="organisation_membership_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.staff} · {self.section}"

    def clean(self) -> None:
        """Refuse a span that overlaps another one of the same person."""
        super().clean()
        if self.from_date is None or self.staff_id is None:
            return
        others = Membership.objects.filter(staff=self.staff_id).exclude(pk=self.pk)
        if others.overlapping(from_date=self.from_date, to_date=self.to_date).exists():
            raise ValidationError(_("This person already belongs to a section at that time."))
