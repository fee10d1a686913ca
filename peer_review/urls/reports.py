"""Results as files."""

from django.urls import path

from peer_review.views import reports

urlpatterns = [
    path("rounds/<str:public_id>/my-result.<str:format>", reports.OwnReportView.as_view(), name="report-own"),
    path(
        "rounds/<str:public_id>/results/<int:pk>.<str:format>",
        reports.SubjectReportView.as_view(),
        name="report-subject",
    ),
    path("rounds/<str:public_id>/section.<str:format>", reports.SectionReportView.as_view(), name="report-section"),
    path("rounds/<str:public_id>/results.<str:format>", reports.RoundReportView.as_view(), name="report-round"),
]
