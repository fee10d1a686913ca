"""Routes of read marks."""

from django.urls import path

from forum_pages.views.reading.board_read import BoardReadView

urlpatterns = [
    path("boards/<int:pk>/read/", BoardReadView.as_view(), name="board-read"),
]
