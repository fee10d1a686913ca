"""Machine endpoints of drawing and casting."""

from django.urls import path

from peer_review.views import anonymous, draw

urlpatterns = [
    path("rounds/<str:public_id>/draw/", draw.draw_view, name="draw"),
    path("rounds/<str:public_id>/cast/", anonymous.cast_view, name="cast"),
    path("rounds/<str:public_id>/manifest.json", anonymous.manifest_view, name="manifest"),
]
