"""Counting, comments and self-evaluations, results, bulletin and proofs."""

from django.urls import path

from peer_review.views.audit import inspector
from peer_review.views.ledger import crosstabs
from peer_review.views.publication import comments, self_evaluation
from peer_review.views.results import result_lists, results
from peer_review.views.tally import bulletin, count

urlpatterns = [
    path("rounds/<str:public_id>/count/rows/", count.rows_view, name="count-rows"),
    path("rounds/<str:public_id>/count/keys/", count.keys_view, name="count-keys"),
    path("rounds/<str:public_id>/count/finish/", count.finish_view, name="count-finish"),
    path("rounds/<str:public_id>/count/progress/", count.progress_view, name="count-progress"),
    path("rounds/<str:public_id>/comments/", comments.CommentsReviewView.as_view(), name="comments-review"),
    path("rounds/<str:public_id>/comments/withhold/", comments.CommentWithholdView.as_view(), name="comment-withhold"),
    path("rounds/<str:public_id>/comments/readmit/", comments.CommentReadmitView.as_view(), name="comment-readmit"),
    path("rounds/<str:public_id>/comments/finish/", comments.CommentsFinishView.as_view(), name="comments-finish"),
    path("rounds/<str:public_id>/self/", self_evaluation.SelfEvaluationView.as_view(), name="self-evaluation"),
    path("rounds/<str:public_id>/bulletin/", bulletin.BulletinView.as_view(), name="bulletin"),
    path("rounds/<str:public_id>/bulletin.json", bulletin.bulletin_json_view, name="bulletin-json"),
    path("rounds/<str:public_id>/proof/<str:leaf>/", bulletin.proof_view, name="proof"),
    path("results/", results.ResultListView.as_view(), name="result-list"),
    path("verify_bulletin.py", bulletin.verifier_view, name="verifier"),
    path("rounds/<str:public_id>/my-result/", results.OwnResultView.as_view(), name="own-result"),
    path("rounds/<str:public_id>/section/", result_lists.SectionResultsView.as_view(), name="section-results"),
    path("rounds/<str:public_id>/results/", result_lists.AllResultsView.as_view(), name="results"),
    path("rounds/<str:public_id>/results/<int:pk>/", results.SubjectResultView.as_view(), name="subject-result"),
    path("rounds/<str:public_id>/tables/", crosstabs.DrilldownView.as_view(), name="drilldown"),
    path("rounds/<str:public_id>/summary/", result_lists.SummaryView.as_view(), name="summary"),
    path("rounds/<str:public_id>/audit/", inspector.InspectorRoundView.as_view(), name="inspector"),
    path("rounds/<str:public_id>/audit/ballots.json", inspector.AuditBallotsView.as_view(), name="audit-ballots"),
    path("rounds/<str:public_id>/audit/package.zip", inspector.AuditPackageView.as_view(), name="audit-package"),
    path("audit/", inspector.InspectorListView.as_view(), name="inspector-list"),
    path("audit/log/", inspector.AuditLogView.as_view(), name="audit-log"),
]
