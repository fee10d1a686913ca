"""Routes of topics."""

from django.urls import path

from forum_pages.views.topics.edit import TopicEditView
from forum_pages.views.topics.history import TopicHistoryView
from forum_pages.views.topics.preview import PreviewView
from forum_pages.views.topics.start import TopicStartView
from forum_pages.views.topics.topic import TopicView
from forum_pages.views.topics.withdraw import TopicWithdrawView

urlpatterns = [
    path("preview/", PreviewView.as_view(), name="preview"),
    path("boards/<int:pk>/new/", TopicStartView.as_view(), name="topic-start"),
    path("topics/<int:pk>/", TopicView.as_view(), name="topic"),
    path("topics/<int:pk>/edit/", TopicEditView.as_view(), name="topic-edit"),
    path("topics/<int:pk>/withdraw/", TopicWithdrawView.as_view(), name="topic-withdraw"),
    path("topics/<int:pk>/history/", TopicHistoryView.as_view(), name="topic-history"),
]
