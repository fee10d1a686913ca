"""Routes: version 1 of the interface, its description, and the page on which people make tokens."""

from django.urls import path

from peer_review.api import integrations, views
from peer_review.api.description import DescriptionView

app_name = "peer_review_api"
reads = [
    path("v1/rounds/", views.RoundListView.as_view(), name="round-list"),
    path("v1/rounds/<str:round>/", views.RoundView.as_view(), name="round-detail"),
    path("v1/rounds/<str:round>/participation/", views.ParticipationView.as_view(), name="participation"),
    path("v1/rounds/<str:round>/bulletin/", views.BulletinView.as_view(), name="bulletin"),
    path("v1/rounds/<str:round>/results/", views.RoundResultsView.as_view(), name="round-results"),
    path("v1/rounds/<str:round>/results/own/", views.OwnResultView.as_view(), name="own-result"),
    path("v1/rounds/<str:round>/results/summary/", views.SummaryView.as_view(), name="summary"),
    path("v1/rounds/<str:round>/results/sections/<str:section>/", views.SectionView.as_view(), name="section-results"),
    path(
        "v1/rounds/<str:round>/results/subjects/<int:subject>/",
        views.SubjectResultView.as_view(),
        name="subject-result",
    ),
]
urlpatterns = [
    *reads,
    path("v1/openapi.json", DescriptionView.as_view(patterns=reads), name="openapi"),
    path("tokens/", integrations.IntegrationListView.as_view(), name="integration-list"),
    path("tokens/<str:prefix>/confirm/", integrations.IntegrationConfirmView.as_view(), name="integration-confirm"),
    path("tokens/<str:prefix>/revoke/", integrations.IntegrationRevokeView.as_view(), name="integration-revoke"),
]
