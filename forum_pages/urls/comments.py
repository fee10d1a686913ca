"""Routes of comments, and of reactions to any post."""

from django.urls import path

from forum_pages.views.comments.comment import CommentView
from forum_pages.views.comments.edit import CommentEditView
from forum_pages.views.comments.history import CommentHistoryView
from forum_pages.views.comments.post import CommentPostView, CommentReplyView
from forum_pages.views.comments.reactions import CommentReactView, TopicReactView
from forum_pages.views.comments.remove import CommentRemoveView

urlpatterns = [
    path("topics/<int:pk>/comment/", CommentPostView.as_view(), name="comment-post"),
    path("topics/<int:pk>/react/", TopicReactView.as_view(), name="topic-react"),
    path("comments/<int:pk>/", CommentView.as_view(), name="comment"),
    path("comments/<int:pk>/reply/", CommentReplyView.as_view(), name="comment-reply"),
    path("comments/<int:pk>/edit/", CommentEditView.as_view(), name="comment-edit"),
    path("comments/<int:pk>/remove/", CommentRemoveView.as_view(), name="comment-remove"),
    path("comments/<int:pk>/history/", CommentHistoryView.as_view(), name="comment-history"),
    path("comments/<int:pk>/react/", CommentReactView.as_view(), name="comment-react"),
]
