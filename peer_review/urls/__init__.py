"""Named routes, one file an audience."""

from .answering import urlpatterns as answering
from .asking import urlpatterns as asking
from .findings import urlpatterns as findings
from .inspecting import urlpatterns as inspecting
from .outcomes import urlpatterns as outcomes
from .paper import urlpatterns as paper
from .people import urlpatterns as people
from .planning import urlpatterns as planning
from .preflight import urlpatterns as preflight
from .reports import urlpatterns as reports
from .scrutineers import urlpatterns as scrutineers

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
