"""Routes of the forum, one file a feature. Boards themselves are Wagtail pages."""

from forum_pages.urls import boards, comments, moderation, reading, search, topics

app_name = "forum_pages"
urlpatterns = [
    *boards.urlpatterns,
    *topics.urlpatterns,
    *comments.urlpatterns,
    *reading.urlpatterns,
    *moderation.urlpatterns,
    *search.urlpatterns,
]
