"""Organising a round: setting up, opening, changing, closing, archiving."""

from django.urls import path

from peer_review.views.rounds import calendar, changes, dashboard, early_closing, organiser
from peer_review.views.rounds.printed_notice import PrintedNoticeQrView, PrintedNoticeView

urlpatterns = [
    path("rounds/<str:public_id>/round.ics", calendar.RoundCalendarView.as_view(), name="round-calendar"),
    path("rounds/<str:public_id>/printed-notice/", PrintedNoticeView.as_view(), name="printed-notice"),
    path(
        "rounds/<str:public_id>/printed-notice.svg",
        PrintedNoticeQrView.as_view(),
        name="printed-notice-qr",
    ),
    path("rounds/<str:public_id>/early-closing/", early_closing.EarlyClosingView.as_view(), name="early-closing"),
    path(
        "rounds/<str:public_id>/early-closing/confirm/",
        early_closing.EarlyClosingConfirmView.as_view(),
        name="early-closing-confirm",
    ),
    path(
        "rounds/<str:public_id>/early-closing/withdraw/",
        early_closing.EarlyClosingWithdrawView.as_view(),
        name="early-closing-withdraw",
    ),
    path(
        "organise/<str:public_id>/early-closing/",
        early_closing.EarlyClosingRequestView.as_view(),
        name="early-closing-request",
    ),
    path("organise/", organiser.OrganiserListView.as_view(), name="organiser-list"),
    path("organise/new/", organiser.RoundCreateView.as_view(), name="round-create"),
    path("organise/<str:public_id>/", dashboard.RoundDashboardView.as_view(), name="round-dashboard"),
    path("organise/<str:public_id>/edit/", organiser.RoundEditView.as_view(), name="round-edit"),
    path("organise/<str:public_id>/delete/", organiser.RoundDeleteView.as_view(), name="round-delete"),
    path("organise/<str:public_id>/open/", organiser.RoundOpenView.as_view(), name="round-open"),
    path("organise/<str:public_id>/extend/", changes.RoundExtendView.as_view(), name="round-extend"),
    path("organise/<str:public_id>/repeat/", changes.RoundRepeatView.as_view(), name="round-repeat"),
    path("organise/<str:public_id>/close/", organiser.RoundCloseView.as_view(), name="round-close"),
    path("organise/<str:public_id>/archive/", organiser.RoundArchiveView.as_view(), name="round-archive"),
]
