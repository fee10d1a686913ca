"""The inspectors' page of the disclosure ledger: all that was ever shown of a round, and how much was refused."""

from django.db.models import Count
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from peer_review.domain.ledger.withdrawals import withdrawals_of
from peer_review.models import DisclosureEntry, RefusedQuery
from peer_review.paging import page_of
from peer_review.views.ledger.messages import ScopeNames, audience_message, reason_message, scope_message
from peer_review.views.shared.access import RoundMixin

PAGE = 50


class LedgerView(RoundMixin, TemplateView):
    """The round's disclosure ledger: what, to whom, through which channel, since when. Newest first, paged by key."""

    template_name = "peer_review/ledger/ledger.html"
    permission = "peer_review.view_ledger"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        page = page_of(DisclosureEntry.objects.filter(round=self.round), self.request.GET, size=PAGE)
        withdrawals = withdrawals_of(self.round)
        names = ScopeNames(self.round, [entry.scope for entry in [*page, *withdrawals]])
        refused = RefusedQuery.objects.filter(round=self.round).order_by("reason").values_list("reason")
        return super().get_context_data(
            rows=[
                {
                    "what": scope_message(entry.scope, names),
                    "channel": entry.get_channel_display(),
                    "audience": audience_message(entry.audience, names),
                    "first_date": entry.first_date,
                    "implied": bool(entry.statements) and not entry.statements[0].get("new", True),
                }
                for entry in page
            ],
            paging=page,
            total=DisclosureEntry.objects.filter(round=self.round).count(),
            refused=[(reason_message(reason), number) for reason, number in refused.annotate(Count("pk"))],
            withdrawals=[(scope_message(withdrawal.scope, names), withdrawal) for withdrawal in withdrawals],
            none=_("Nothing was shown yet."),
            **kwargs,
        )
