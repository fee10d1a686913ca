"""Routes of the forum. Boards themselves are Wagtail pages."""

from django.urls import path

from forum_pages.views.boards import overview as boards
from forum_pages.views.comments import comment as comments
from forum_pages.views.moderation import queue as moderation
from forum_pages.views.search import search
from forum_pages.views.topics import topic as topics

app_name = "forum_pages"
urlpatterns = [
    path("", boards.OverviewView.as_view(), name="overview"),
    path("search/", search.SearchView.as_view(), name="search"),
    path("preview/", topics.PreviewView.as_view(), name="preview"),
    path("boards/<int:pk>/new/", topics.TopicStartView.as_view(), name="topic-start"),
    path("boards/<int:pk>/read/", boards.BoardReadView.as_view(), name="board-read"),
    path("topics/<int:pk>/", topics.TopicView.as_view(), name="topic"),
    path("topics/<int:pk>/edit/", topics.TopicEditView.as_view(), name="topic-edit"),
    path("topics/<int:pk>/withdraw/", topics.TopicWithdrawView.as_view(), name="topic-withdraw"),
    path("topics/<int:pk>/history/", topics.TopicHistoryView.as_view(), name="topic-history"),
    path("topics/<int:pk>/react/", topics.TopicReactView.as_view(), name="topic-react"),
    path("topics/<int:pk>/report/", topics.TopicReportView.as_view(), name="topic-report"),
    path("topics/<int:pk>/moderate/", moderation.TopicModerateView.as_view(), name="topic-moderate"),
    path("topics/<int:pk>/decide/", moderation.TopicDecideView.as_view(), name="topic-decide"),
    path("topics/<int:pk>/comment/", comments.CommentPostView.as_view(), name="comment-post"),
    path("comments/<int:pk>/", comments.CommentView.as_view(), name="comment"),
    path("comments/<int:pk>/reply/", comments.CommentReplyView.as_view(), name="comment-reply"),
    path("comments/<int:pk>/edit/", comments.CommentEditView.as_view(), name="comment-edit"),
    path("comments/<int:pk>/remove/", comments.CommentRemoveView.as_view(), name="comment-remove"),
    path("comments/<int:pk>/restore/", moderation.CommentRestoreView.as_view(), name="comment-restore"),
    path("comments/<int:pk>/history/", comments.CommentHistoryView.as_view(), name="comment-history"),
    path("comments/<int:pk>/react/", comments.CommentReactView.as_view(), name="comment-react"),
    path("comments/<int:pk>/report/", comments.CommentReportView.as_view(), name="comment-report"),
    path("comments/<int:pk>/decide/", moderation.CommentDecideView.as_view(), name="comment-decide"),
    path("queue/", moderation.QueueView.as_view(), name="queue"),
    path("reports/<int:pk>/decide/", moderation.ReportDecideView.as_view(), name="report-decide"),
]
