"""The plan, its preview, lists, exclusions and the roll."""

from django.urls import path

from peer_review.views.planning import exclusions, plan, roll, roll_touches

urlpatterns = [
    path("organise/<str:public_id>/plan/", plan.RoundPlanView.as_view(), name="round-plan"),
    path("organise/<str:public_id>/plan/preview/", plan.PlanPreviewView.as_view(), name="plan-preview"),
    path("organise/<str:public_id>/plan/use/", plan.PlanUseView.as_view(), name="plan-use"),
    path("organise/<str:public_id>/plan/seed/renew/", plan.SeedRenewView.as_view(), name="seed-renew"),
    path("organise/<str:public_id>/plan/list/", plan.ListImportView.as_view(), name="list-import"),
    path("organise/<str:public_id>/plan/list/remove/", plan.ListRemoveView.as_view(), name="list-remove"),
    path("organise/<str:public_id>/roll/progress/", plan.RollProgressView.as_view(), name="roll-progress"),
    path("organise/<str:public_id>/exclusions/", exclusions.ExclusionListView.as_view(), name="exclusion-list"),
    path(
        "organise/<str:public_id>/exclusions/remove/", exclusions.ExclusionRemoveView.as_view(), name="exclusion-remove"
    ),
    path("rounds/<str:public_id>/roll/by-hand/", roll_touches.RollTouchesView.as_view(), name="roll-touches"),
    path("rounds/<str:public_id>/roll/by-hand/<int:touch>/", roll_touches.RollTouchView.as_view(), name="roll-touch"),
    path("rounds/<str:public_id>/roll/confirm/", roll_touches.RollConfirmView.as_view(), name="roll-confirm"),
    path("organise/<str:public_id>/roll/anonymity/", roll.ClassAnonymityView.as_view(), name="class-anonymity"),
    path("organise/<str:public_id>/roll/", roll.RoundRollView.as_view(), name="round-roll"),
    path("organise/<str:public_id>/roll/propose/", roll.RollProposeView.as_view(), name="roll-propose"),
    path("organise/<str:public_id>/roll/add/", roll.RollAddView.as_view(), name="roll-add"),
    path("organise/<str:public_id>/roll/paper/", roll.RollOnPaperView.as_view(), name="roll-on-paper"),
    path("organise/<str:public_id>/roll/remove/", roll.RollRemoveView.as_view(), name="roll-remove"),
    path("organise/<str:public_id>/roll/subjects/remove/", roll.SubjectRemoveView.as_view(), name="subject-remove"),
    path(
        "organise/<str:public_id>/roll/members/<int:member>/subject/",
        roll.SubjectAddView.as_view(),
        name="subject-add",
    ),
    path(
        "organise/<str:public_id>/roll/subjects/<int:subject>/",
        roll.SubjectVotersView.as_view(),
        name="subject-voters",
    ),
    path(
        "organise/<str:public_id>/roll/subjects/<int:subject>/class/",
        roll.VoterClassView.as_view(),
        name="voter-class",
    ),
]
