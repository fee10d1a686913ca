"""The plan, its preview, lists, exclusions and the roll."""

from django.urls import path

from peer_review.views.planning import exclusions, plan, roll

urlpatterns = [
    path("organise/<str:public_id>/plan/", plan.PlanView.as_view(), name="round-plan"),
    path("organise/<str:public_id>/plan/preview/", plan.PlanPreviewView.as_view(), name="plan-preview"),
    path("organise/<str:public_id>/plan/use/", plan.PlanUseView.as_view(), name="plan-use"),
    path("organise/<str:public_id>/plan/draw/", plan.DrawAgainView.as_view(), name="plan-draw"),
    path("organise/<str:public_id>/plan/list/", plan.NamedListView.as_view(), name="plan-list"),
    path("organise/<str:public_id>/plan/list/forget/", plan.ForgetListView.as_view(), name="plan-list-forget"),
    path("organise/<str:public_id>/roll/progress/", plan.RollProgressView.as_view(), name="roll-progress"),
    path("organise/<str:public_id>/exclusions/", exclusions.ExclusionsView.as_view(), name="exclusions"),
    path("organise/<str:public_id>/exclusions/lift/", exclusions.ExclusionLiftView.as_view(), name="exclusion-lift"),
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
