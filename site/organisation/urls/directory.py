"""Routes of the directory."""

from django.urls import path

from organisation.views.directory import DirectoryView, MeView

app_name = "organisation"
urlpatterns = [
    path("", DirectoryView.as_view(), name="directory"),
    path("me/", MeView.as_view(), name="me"),
]
