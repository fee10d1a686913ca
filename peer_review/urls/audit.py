"""What inspectors read: audit log, ballots, package, anomalies."""

from django.urls import path

from peer_review.views.audit import anomalies, inspector

urlpatterns = [
    path("rounds/<str:public_id>/audit/patterns/", anomalies.AnomaliesView.as_view(), name="anomalies"),
    path(
        "rounds/<str:public_id>/audit/patterns/progress/",
        anomalies.AnomaliesProgressView.as_view(),
        name="anomalies-progress",
    ),
    path("rounds/<str:public_id>/audit/", inspector.InspectorRoundView.as_view(), name="inspector"),
    path("rounds/<str:public_id>/audit/ballots.json", inspector.AuditBallotsView.as_view(), name="audit-ballots"),
    path("rounds/<str:public_id>/audit/package.zip", inspector.AuditPackageView.as_view(), name="audit-package"),
    path("audit/", inspector.InspectorListView.as_view(), name="inspector-list"),
    path("audit/log/", inspector.AuditLogView.as_view(), name="audit-log"),
]
