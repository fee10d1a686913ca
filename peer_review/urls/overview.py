"""The rounds of a reader, and the page about protection."""

from django.urls import path

from peer_review.views.overview import overview

urlpatterns = [
    path("", overview.RoundListView.as_view(), name="round-list"),
    path("protection/", overview.ProtectionView.as_view(), name="protection"),
    path("rounds/<str:public_id>/", overview.RoundDetailView.as_view(), name="round-detail"),
]
