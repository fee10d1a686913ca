"""What inspectors look into once results are published."""

from django.urls import path

from peer_review.views.audit import anomalies
from peer_review.views.ledger import ledger

urlpatterns = [
    path("rounds/<str:public_id>/audit/patterns/", anomalies.AnomaliesView.as_view(), name="anomalies"),
    path(
        "rounds/<str:public_id>/audit/patterns/progress/",
        anomalies.AnomaliesProgressView.as_view(),
        name="anomalies-progress",
    ),
    path("rounds/<str:public_id>/audit/ledger/", ledger.LedgerView.as_view(), name="ledger"),
]
