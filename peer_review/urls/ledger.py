"""Composed tables and the disclosure ledger."""

from django.urls import path

from peer_review.views.ledger import crosstabs, ledger

urlpatterns = [
    path("rounds/<str:public_id>/audit/ledger/", ledger.LedgerView.as_view(), name="ledger"),
    path("rounds/<str:public_id>/tables/", crosstabs.DrilldownView.as_view(), name="drilldown"),
]
