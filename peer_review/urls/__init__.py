"""Named routes, one file a feature."""

from peer_review.urls import (
    announcements,
    audit,
    ballots,
    findings,
    keys,
    ledger,
    outcomes,
    overview,
    planning,
    preflight,
    publication,
    results,
    rounds,
    tally,
)

app_name = "peer_review"
urlpatterns = [
    *announcements.urlpatterns,
    *audit.urlpatterns,
    *ballots.urlpatterns,
    *findings.urlpatterns,
    *keys.urlpatterns,
    *ledger.urlpatterns,
    *outcomes.urlpatterns,
    *overview.urlpatterns,
    *planning.urlpatterns,
    *preflight.urlpatterns,
    *publication.urlpatterns,
    *results.urlpatterns,
    *rounds.urlpatterns,
    *tally.urlpatterns,
]
