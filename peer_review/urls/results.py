"""Results as files."""

from django.urls import path

from peer_review.views.results import files

urlpatterns = [
    path("rounds/<str:public_id>/my-result.<str:format>", files.OwnReportView.as_view(), name="report-own"),
    path(
        "rounds/<str:public_id>/results/<int:pk>.<str:format>",
        files.SubjectReportView.as_view(),
        name="report-subject",
    ),
    path("rounds/<str:public_id>/section.<str:format>", files.SectionReportView.as_view(), name="report-section"),
    path("rounds/<str:public_id>/results.<str:format>", files.RoundReportView.as_view(), name="report-round"),
]
