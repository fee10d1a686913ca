"""Findings from results."""

from django.urls import path

from peer_review.views.findings import findings

urlpatterns = [
    path("rounds/<str:public_id>/findings/", findings.FindingListView.as_view(), name="finding-list"),
    path("rounds/<str:public_id>/findings/raise/", findings.FindingRaiseView.as_view(), name="finding-raise"),
]
