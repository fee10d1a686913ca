"""Machine endpoints of drawing and casting."""

from django.urls import path

from peer_review.views.ballots import credentials
from peer_review.views.shared import json_endpoints

urlpatterns = [
    path("rounds/<str:public_id>/draw/", credentials.draw_view, name="draw"),
    path("rounds/<str:public_id>/cast/", json_endpoints.cast_view, name="cast"),
    path("rounds/<str:public_id>/manifest.json", json_endpoints.manifest_view, name="manifest"),
]
