"""Drawing, casting, checking; envelopes and the kiosk."""

from django.urls import path

from peer_review.views.ballots import ballot, cast, credentials, envelopes, kiosk

urlpatterns = [
    path("rounds/<str:public_id>/draw/", credentials.draw_view, name="draw"),
    path("rounds/<str:public_id>/cast/", cast.cast_view, name="cast"),
    path("rounds/<str:public_id>/manifest.json", cast.manifest_view, name="manifest"),
    path("scrutineer/<str:public_id>/envelopes/", envelopes.EnvelopesView.as_view(), name="envelopes"),
    path("scrutineer/<str:public_id>/envelopes/<int:number>/", envelopes.tickets_view, name="envelopes-make"),
    path(
        "scrutineer/<str:public_id>/envelopes/<int:number>/witness/",
        envelopes.EnvelopesWitnessView.as_view(),
        name="envelopes-witness",
    ),
    path("rounds/<str:public_id>/kiosk/", kiosk.KioskView.as_view(), name="kiosk"),
    path("rounds/<str:public_id>/kiosk/open/", kiosk.kiosk_open_view, name="kiosk-open"),
    path("rounds/<str:public_id>/kiosk/draw/", kiosk.kiosk_draw_view, name="kiosk-draw"),
    path("rounds/<str:public_id>/kiosk/<str:token>/", kiosk.KioskBallotView.as_view(), name="kiosk-ballot"),
    path("rounds/<str:public_id>/ballot/", ballot.BallotView.as_view(), name="ballot"),
    path("rounds/<str:public_id>/check/", ballot.BallotCheckView.as_view(), name="ballot-check"),
]
