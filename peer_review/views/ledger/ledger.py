"""The inspector's page of the ledger: everything that was ever shown of a round, and how much was refused."""

from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from peer_review.domain.ledger.withdrawals import withdrawals_of
from peer_review.models import Refused, Shown
from peer_review.paging import page_of
from peer_review.views.ledger.messages import Names, audience_in_words, reason_in_words, scope_in_words
from peer_review.views.shared.access import RoundMixin

PAGE = 50


class LedgerView(RoundMixin, TemplateView):
    """What was shown, through which channel, to whom, since when? Newest first, paged by key."""

    template_name = "peer_review/ledger/ledger.html"
    permission = "peer_review.view_ledger"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = page_of(Shown.objects.filter(round=self.round), self.request.GET, size=PAGE)
        withdrawals = withdrawals_of(self.round)
        names = Names(self.round, [one.scope for one in [*page, *withdrawals]])
        refused = Refused.objects.filter(round=self.round).order_by("reason").values_list("reason")
        return super().get_context_data(
            rows=[
                {
                    "what": scope_in_words(one.scope, names),
                    "channel": one.get_channel_display(),
                    "audience": audience_in_words(one.audience, names),
                    "first_at": one.first_at,
                    "implied": bool(one.statements) and not one.statements[0].get("new", True),
                }
                for one in page
            ],
            paging=page,
            total=Shown.objects.filter(round=self.round).count(),
            refused=[(reason_in_words(reason), number) for reason, number in refused.annotate(Count("pk"))],
            withdrawals=[(scope_in_words(one.scope, names), one) for one in withdrawals],
            none=_("Nothing was shown yet."),
            **kwargs,
        )
