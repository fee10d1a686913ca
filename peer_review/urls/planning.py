"""Who evaluates whom: the plan, its preview, lists, exclusions."""

from django.urls import path

from peer_review.views.planning import exclusions, plan

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
]
