"""Routes of boards."""

from django.urls import path

from forum_pages.views.boards.overview import OverviewView

urlpatterns = [
    path("", OverviewView.as_view(), name="overview"),
]
