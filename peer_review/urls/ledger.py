"""Composed tables and the disclosure ledger."""

from django.urls import path

from peer_review.views.ledger import crosstabs, ledger, withdrawals

urlpatterns = [
    path("rounds/<str:public_id>/audit/ledger/", ledger.LedgerView.as_view(), name="ledger"),
    path("organise/<str:public_id>/withdraw/", withdrawals.FiguresWithdrawView.as_view(), name="figures-withdraw"),
    path("rounds/<str:public_id>/crosstab/", crosstabs.CrosstabView.as_view(), name="crosstab"),
]
