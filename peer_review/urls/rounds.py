"""Pages of evaluators and organisers."""

from django.urls import path

from peer_review.views.announcements import notices, remind
from peer_review.views.overview import overview
from peer_review.views.planning import roll
from peer_review.views.rounds import calendar, dashboard, organiser

urlpatterns = [
    path("", overview.RoundListView.as_view(), name="round-list"),
    path("protection/", overview.ProtectionView.as_view(), name="protection"),
    path("rounds/<str:public_id>/", overview.RoundDetailView.as_view(), name="round"),
    path("rounds/<str:public_id>/ballot/", overview.BallotView.as_view(), name="ballot"),
    path("rounds/<str:public_id>/check/", overview.CheckView.as_view(), name="check"),
    path("rounds/<str:public_id>/round.ics", calendar.RoundCalendarView.as_view(), name="round-calendar"),
    path("notices/", notices.NoticeListView.as_view(), name="notice-list"),
    path("notices/read/", notices.NoticeReadView.as_view(), name="notices-read"),
    path("rounds/<str:public_id>/notice/", organiser.RoundNoticeView.as_view(), name="notice"),
    path("rounds/<str:public_id>/notice.svg", organiser.NoticeQrView.as_view(), name="notice-qr"),
    path("organise/", organiser.OrganiserListView.as_view(), name="organiser-list"),
    path("organise/new/", organiser.RoundCreateView.as_view(), name="round-create"),
    path("organise/<str:public_id>/", dashboard.RoundManageView.as_view(), name="round-manage"),
    path("organise/<str:public_id>/edit/", organiser.RoundEditView.as_view(), name="round-edit"),
    path("organise/<str:public_id>/delete/", organiser.RoundDeleteView.as_view(), name="round-delete"),
    path("organise/<str:public_id>/open/", organiser.RoundOpenView.as_view(), name="round-open"),
    path("organise/<str:public_id>/remind/", remind.RoundRemindView.as_view(), name="round-remind"),
    path("organise/<str:public_id>/lengthen/", remind.RoundLengthenView.as_view(), name="round-lengthen"),
    path("organise/<str:public_id>/repeat/", remind.RoundRepeatView.as_view(), name="round-repeat"),
    path("organise/<str:public_id>/close/", organiser.RoundCloseView.as_view(), name="round-close"),
    path("organise/<str:public_id>/publish/", organiser.RoundPublishView.as_view(), name="round-publish"),
    path("organise/<str:public_id>/archive/", organiser.RoundArchiveView.as_view(), name="round-archive"),
    path("organise/<str:public_id>/keys/", organiser.KeysPrepareView.as_view(), name="keys-prepare"),
    path("organise/<str:public_id>/keys/progress/", organiser.KeysProgressView.as_view(), name="keys-progress"),
    path("organise/<str:public_id>/roll/", roll.RollView.as_view(), name="round-roll"),
    path("organise/<str:public_id>/roll/propose/", roll.RollProposeView.as_view(), name="roll-propose"),
    path("organise/<str:public_id>/roll/add/", roll.RollAddView.as_view(), name="roll-add"),
    path("organise/<str:public_id>/roll/paper/", roll.RollOnPaperView.as_view(), name="roll-on-paper"),
    path("organise/<str:public_id>/roll/remove/", roll.RollRemoveView.as_view(), name="roll-remove"),
    path("organise/<str:public_id>/roll/unsubject/", roll.SubjectRemoveView.as_view(), name="subject-remove"),
    path(
        "organise/<str:public_id>/roll/members/<int:member>/subject/",
        roll.SubjectAddView.as_view(),
        name="subject-add",
    ),
    path(
        "organise/<str:public_id>/roll/subjects/<int:subject>/",
        roll.SubjectRollView.as_view(),
        name="roll-subject",
    ),
    path(
        "organise/<str:public_id>/roll/subjects/<int:subject>/class/",
        roll.SubjectClassView.as_view(),
        name="subject-class",
    ),
]
