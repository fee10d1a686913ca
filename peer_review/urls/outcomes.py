"""Decisions on grades, notices of them, reviews and appeals."""

from django.urls import path

from peer_review.views.outcomes import appeal_desk, appeals, decisions, public_notices

urlpatterns = [
    path("rounds/<str:public_id>/decisions/", decisions.DecisionsView.as_view(), name="decisions"),
    path("rounds/<str:public_id>/decisions/tell/", decisions.OutcomesTellView.as_view(), name="outcomes-tell"),
    path("rounds/<str:public_id>/public-notice/", public_notices.PublicNoticeView.as_view(), name="public-notice"),
    path(
        "rounds/<str:public_id>/public-notice/start/",
        public_notices.PublicNoticeStartView.as_view(),
        name="public-notice-start",
    ),
    path("rounds/<str:public_id>/outcome/", appeals.MyOutcomeView.as_view(), name="my-outcome"),
    path("rounds/<str:public_id>/outcome/<int:pk>/", appeals.ContestView.as_view(), name="contest"),
    path(
        "rounds/<str:public_id>/outcome/<int:pk>/received/",
        appeals.OutcomeAcknowledgeView.as_view(),
        name="outcome-acknowledge",
    ),
    path("rounds/<str:public_id>/outcome/<int:pk>/appeal/", appeals.ContestAppealView.as_view(), name="contest-appeal"),
    path(
        "rounds/<str:public_id>/outcome/<int:pk>/withdraw/",
        appeals.ContestWithdrawView.as_view(),
        name="contest-withdraw",
    ),
    path("contests/", appeal_desk.ContestListView.as_view(), name="contest-list"),
    path("contests/<int:pk>/", appeal_desk.ContestAnswerView.as_view(), name="contest-answer"),
    path("contests/<int:pk>/claim/", appeal_desk.ContestClaimView.as_view(), name="contest-claim"),
    path("contests/<int:pk>/reassign/", appeal_desk.ContestReassignView.as_view(), name="contest-reassign"),
    path("contests/<int:pk>/extend/", appeal_desk.ContestExtendView.as_view(), name="contest-extend"),
]
