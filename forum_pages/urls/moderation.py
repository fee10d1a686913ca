"""Routes of reports and of the moderators."""

from django.urls import path

from forum_pages.views.moderation.comment_restore import CommentRestoreView
from forum_pages.views.moderation.decisions import CommentDecideView, ReportDecideView, TopicDecideView
from forum_pages.views.moderation.queue import QueueView
from forum_pages.views.moderation.reports import CommentReportView, TopicReportView
from forum_pages.views.moderation.topic_moderate import TopicModerateView

urlpatterns = [
    path("queue/", QueueView.as_view(), name="queue"),
    path("topics/<int:pk>/report/", TopicReportView.as_view(), name="topic-report"),
    path("comments/<int:pk>/report/", CommentReportView.as_view(), name="comment-report"),
    path("reports/<int:pk>/decide/", ReportDecideView.as_view(), name="report-decide"),
    path("topics/<int:pk>/decide/", TopicDecideView.as_view(), name="topic-decide"),
    path("topics/<int:pk>/moderate/", TopicModerateView.as_view(), name="topic-moderate"),
    path("comments/<int:pk>/decide/", CommentDecideView.as_view(), name="comment-decide"),
    path("comments/<int:pk>/restore/", CommentRestoreView.as_view(), name="comment-restore"),
]
