"""What inspectors read: audit log, ballots, package, anomalies."""

from django.urls import path

from peer_review.views.audit import anomalies, audit

urlpatterns = [
    path("rounds/<str:public_id>/audit/anomalies/", anomalies.AnomalyListView.as_view(), name="anomaly-list"),
    path(
        "rounds/<str:public_id>/audit/anomalies/progress/",
        anomalies.AnomalyProgressView.as_view(),
        name="anomaly-progress",
    ),
    path("rounds/<str:public_id>/audit/", audit.AuditRoundView.as_view(), name="audit-round"),
    path("rounds/<str:public_id>/audit/ballots.json", audit.AuditBallotsView.as_view(), name="audit-ballots"),
    path("rounds/<str:public_id>/audit/package.zip", audit.AuditPackageView.as_view(), name="audit-package"),
    path("audit/", audit.AuditListView.as_view(), name="audit-list"),
    path("audit/log/", audit.AuditLogView.as_view(), name="audit-log"),
]
