"""Results as pages and as files."""

from django.urls import path

from peer_review.views.results import files, result_lists, results

urlpatterns = [
    path("rounds/<str:public_id>/my-result.<str:format>", files.OwnReportView.as_view(), name="own-report"),
    path(
        "rounds/<str:public_id>/results/<int:pk>.<str:format>",
        files.SubjectReportView.as_view(),
        name="subject-report",
    ),
    path("rounds/<str:public_id>/section.<str:format>", files.SectionReportView.as_view(), name="section-report"),
    path("rounds/<str:public_id>/results.<str:format>", files.RoundReportView.as_view(), name="round-report"),
    path("results/", results.ResultListView.as_view(), name="result-list"),
    path("rounds/<str:public_id>/my-result/", results.OwnResultView.as_view(), name="own-result"),
    path("rounds/<str:public_id>/section/", result_lists.SectionResultsView.as_view(), name="section-results"),
    path("rounds/<str:public_id>/results/", result_lists.AllResultsView.as_view(), name="all-results"),
    path("rounds/<str:public_id>/results/<int:pk>/", results.SubjectResultView.as_view(), name="subject-result"),
    path("rounds/<str:public_id>/summary/", result_lists.SummaryView.as_view(), name="summary"),
]
