"""Named routes, one file an audience."""

from peer_review.urls.audit import urlpatterns as inspecting
from peer_review.urls.ballots import urlpatterns as asking
from peer_review.urls.ballots_kiosk import urlpatterns as paper
from peer_review.urls.keys import urlpatterns as scrutineers
from peer_review.urls.results import urlpatterns as reports
from peer_review.urls.rounds import urlpatterns as people
from peer_review.urls.tally import urlpatterns as answering

from .findings import urlpatterns as findings
from .outcomes import urlpatterns as outcomes
from .planning import urlpatterns as planning
from .preflight import urlpatterns as preflight

app_name = "peer_review"
urlpatterns = [
    *asking,
    *answering,
    *findings,
    *inspecting,
    *outcomes,
    *people,
    *paper,
    *planning,
    *preflight,
    *reports,
    *scrutineers,
]
