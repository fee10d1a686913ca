"""Comments, self-evaluations and publishing."""

from django.urls import path

from peer_review.views.publication import comments, publish, self_evaluation

urlpatterns = [
    path("organise/<str:public_id>/publish/", publish.RoundPublishView.as_view(), name="round-publish"),
    path("rounds/<str:public_id>/comments/", comments.CommentsReviewView.as_view(), name="comments-review"),
    path("rounds/<str:public_id>/comments/withhold/", comments.CommentWithholdView.as_view(), name="comment-withhold"),
    path("rounds/<str:public_id>/comments/readmit/", comments.CommentReadmitView.as_view(), name="comment-readmit"),
    path("rounds/<str:public_id>/comments/finish/", comments.CommentsFinishView.as_view(), name="comments-finish"),
    path("rounds/<str:public_id>/self/", self_evaluation.SelfEvaluationView.as_view(), name="self-evaluation"),
]
