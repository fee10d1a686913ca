"""Who evaluates whom: the plan, its preview, lists, exclusions."""

from django.urls import path

from peer_review.views import exclusions, plans

urlpatterns = [
    path("organise/<str:public_id>/plan/", plans.PlanView.as_view(), name="round-plan"),
    path("organise/<str:public_id>/plan/preview/", plans.PlanPreviewView.as_view(), name="plan-preview"),
    path("organise/<str:public_id>/plan/use/", plans.PlanUseView.as_view(), name="plan-use"),
    path("organise/<str:public_id>/plan/draw/", plans.DrawAgainView.as_view(), name="plan-draw"),
    path("organise/<str:public_id>/plan/list/", plans.NamedListView.as_view(), name="plan-list"),
    path("organise/<str:public_id>/plan/list/forget/", plans.ForgetListView.as_view(), name="plan-list-forget"),
    path("organise/<str:public_id>/roll/progress/", plans.RollProgressView.as_view(), name="roll-progress"),
    path("organise/<str:public_id>/exclusions/", exclusions.ExclusionsView.as_view(), name="exclusions"),
    path("organise/<str:public_id>/exclusions/lift/", exclusions.ExclusionLiftView.as_view(), name="exclusion-lift"),
]
