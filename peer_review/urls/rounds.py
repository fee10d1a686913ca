"""Organising a round: setting up, opening, changing, closing, archiving."""

from django.urls import path

from peer_review.views.rounds import calendar, changes, dashboard, organiser, printed_notice

urlpatterns = [
    path("rounds/<str:public_id>/round.ics", calendar.RoundCalendarView.as_view(), name="round-calendar"),
    path("rounds/<str:public_id>/notice/", printed_notice.RoundNoticeView.as_view(), name="notice"),
    path("rounds/<str:public_id>/notice.svg", printed_notice.NoticeQrView.as_view(), name="notice-qr"),
    path("organise/", organiser.OrganiserListView.as_view(), name="organiser-list"),
    path("organise/new/", organiser.RoundCreateView.as_view(), name="round-create"),
    path("organise/<str:public_id>/", dashboard.RoundManageView.as_view(), name="round-manage"),
    path("organise/<str:public_id>/edit/", organiser.RoundEditView.as_view(), name="round-edit"),
    path("organise/<str:public_id>/delete/", organiser.RoundDeleteView.as_view(), name="round-delete"),
    path("organise/<str:public_id>/open/", organiser.RoundOpenView.as_view(), name="round-open"),
    path("organise/<str:public_id>/lengthen/", changes.RoundLengthenView.as_view(), name="round-lengthen"),
    path("organise/<str:public_id>/repeat/", changes.RoundRepeatView.as_view(), name="round-repeat"),
    path("organise/<str:public_id>/close/", organiser.RoundCloseView.as_view(), name="round-close"),
    path("organise/<str:public_id>/archive/", organiser.RoundArchiveView.as_view(), name="round-archive"),
]
