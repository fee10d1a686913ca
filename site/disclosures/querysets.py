"""Which rows: chainable reads, no writes."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Self

from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import TruncDate
from django.utils import timezone
from wagtail.query import PageQuerySet

from disclosures import rules
from disclosures.enums import Audience, LedgerState
from organisation.roles import Visitor, groups_of, is_signed_in

if TYPE_CHECKING:
    from organisation.models import User


class DisclosureQuerySet(PageQuerySet):
    """Documents."""

    def visible_to(self, user: Visitor) -> Self:
        """Published documents that are addressed to this person and not closed to them."""
        addressed = Q(audience=Audience.PUBLIC)
        if is_signed_in(user):
            groups = list(groups_of(user))
            addressed |= Q(audience=Audience.STAFF)
            addressed |= Q(
                audience=Audience.GROUPS,
                pk__in=self.model.audience_groups.through.objects.filter(group_id__in=groups).values("disclosurepage"),
            )
        rows = self.live().filter(addressed)
        for path in rules.closed_paths(user):
            rows = rows.exclude(path__startswith=path)
        return rows

    def in_work_of(self, user: User) -> Self:
        """Documents, drafts too, that somebody has in the ledger, wrote, or answers for."""
        if rules.sees_whole_ledger(user):
            return self
        headed = Q(section__in=rules.headed_section_ids(user))
        return self.filter(headed | Q(owner=user.pk) | Q(responsible=user.pk))

    def known_to(self, user: User) -> Self:
        """Documents whose titles somebody who is signed in may know: to read, or to work on."""
        readable = self.model.objects.visible_to(user).order_by().values("pk")
        return self.filter(Q(pk__in=self.model.objects.in_work_of(user).order_by().values("pk")) | Q(pk__in=readable))

    def for_rows(self) -> Self:
        """Load what a row of a list shows."""
        return self.select_related("section").defer("body")

    def in_year(self, year: int) -> Self:
        """Documents dated in that year."""
        return self.filter(document_date__gte=datetime.date(year, 1, 1), document_date__lte=datetime.date(year, 12, 31))

    def in_ledger_of(self, user: Visitor) -> Self:
        """Documents, drafts too, that this person's ledger shows."""
        if rules.sees_whole_ledger(user):
            return self
        return self.filter(section__in=rules.headed_section_ids(user))

    def with_ledger_state(self, today: datetime.date | None = None) -> Self:
        """Each document with `ledger_state` and `published_on`, the day of its first publication."""
        today = today or timezone.localdate()
        return self.annotate(published_on=TruncDate("first_published_at")).annotate(
            ledger_state=Case(
                When(published_on=None, publication_due_date__lt=today, then=Value(LedgerState.OVERDUE.value)),
                When(published_on=None, then=Value(LedgerState.DUE.value)),
                When(published_on__gt=F("publication_due_date"), then=Value(LedgerState.LATE.value)),
                default=Value(LedgerState.PUBLISHED.value),
            ),
        )
