"""The exposure check before opening."""

from django.urls import path

from peer_review.views.preflight import preflight

urlpatterns = [
    path("organise/<str:public_id>/preflight/", preflight.RoundPreflightView.as_view(), name="round-preflight"),
    path("organise/<str:public_id>/preflight/letters/", preflight.PaperLettersView.as_view(), name="paper-letters"),
    path("organise/<str:public_id>/preflight/merge/", preflight.ClassMergeView.as_view(), name="class-merge"),
    path(
        "organise/<str:public_id>/preflight/newcomers/",
        preflight.NewcomerWithdrawView.as_view(),
        name="newcomers-withdraw",
    ),
    path(
        "organise/<str:public_id>/preflight/leave-out/",
        preflight.SubjectLeaveOutView.as_view(),
        name="subject-leave-out",
    ),
]
