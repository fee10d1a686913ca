"""Routes of the search."""

from django.urls import path

from forum_pages.views.search.search import SearchView

urlpatterns = [
    path("search/", SearchView.as_view(), name="search"),
]
