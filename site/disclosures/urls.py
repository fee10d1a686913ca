"""Routes of disclosures, below /disclosure-feeds/. The pages themselves are Wagtail's."""

from django.urls import path

from disclosures.views.feeds import DisclosureFeed

app_name = "disclosures"
urlpatterns = [
    path("", DisclosureFeed(), name="feed"),
    path("<int:column_id>/", DisclosureFeed(), name="column-feed"),
]
