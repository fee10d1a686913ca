"""The inspector's page of the ledger: everything that was ever shown of a round, and how much was refused."""

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
    """What was shown, through which channel, to whom, since when? Newest first, paged by key."""

    template_name = "peer_review/ledger/ledger.html"
    permission = "peer_review.view_ledger"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        page = page_of(DisclosureEntry.objects.filter(round=self.round), self.request.GET, size=PAGE)
        withdrawals = withdrawals_of(self.round)
        names = ScopeNames(self.round, [one.scope for one in [*page, *withdrawals]])
        refused = RefusedQuery.objects.filter(round=self.round).order_by("reason").values_list("reason")
        return super().get_context_data(
            rows=[
                {
                    "what": scope_message(one.scope, names),
                    "channel": one.get_channel_display(),
                    "audience": audience_message(one.audience, names),
                    "first_date": one.first_date,
                    "implied": bool(one.statements) and not one.statements[0].get("new", True),
                }
                for one in page
            ],
            paging=page,
            total=DisclosureEntry.objects.filter(round=self.round).count(),
            refused=[(reason_message(reason), number) for reason, number in refused.annotate(Count("pk"))],
            withdrawals=[(scope_message(one.scope, names), one) for one in withdrawals],
            none=_("Nothing was shown yet."),
            **kwargs,
        )
