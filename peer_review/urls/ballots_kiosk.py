"""Envelopes and the kiosk, for people without a computer."""

from django.urls import path

from peer_review.views.ballots import envelopes, kiosk

urlpatterns = [
    path("organise/<str:public_id>/envelopes/", envelopes.EnvelopesView.as_view(), name="envelopes"),
    path("organise/<str:public_id>/envelopes/<int:number>/", envelopes.sign_view, name="envelopes-sign"),
    path("rounds/<str:public_id>/kiosk/", kiosk.KioskView.as_view(), name="kiosk"),
    path("rounds/<str:public_id>/kiosk/draw/", kiosk.kiosk_draw_view, name="kiosk-draw"),
    path("rounds/<str:public_id>/kiosk/<str:token>/", kiosk.KioskBallotView.as_view(), name="kiosk-ballot"),
]
