"""The box key of the scrutineers and the cell keys of the server."""

from django.urls import path

from peer_review.views.keys import custody, scrutineer, server_keys

urlpatterns = [
    path("scrutineer/", scrutineer.ScrutineerListView.as_view(), name="scrutineer-list"),
    path("scrutineer/<str:public_id>/", scrutineer.ScrutineerRoundView.as_view(), name="scrutineer-round"),
    path("scrutineer/<str:public_id>/rows.json", custody.BoxRowsView.as_view(), name="box-rows"),
    path("scrutineer/<str:public_id>/confirm/", custody.ShareConfirmView.as_view(), name="share-confirm"),
    path("scrutineer/<str:public_id>/destroy/", custody.ShareDestroyView.as_view(), name="share-destroy"),
    path("rounds/<str:public_id>/box-key/", custody.box_key_view, name="box-key"),
    path("rounds/<str:public_id>/box-key/share/", custody.box_key_share_view, name="box-key-share"),
    path("rounds/<str:public_id>/box-key/test/", custody.box_key_test_view, name="box-key-test"),
    path("open_box.py", custody.open_box_view, name="open-box"),
    path("organise/<str:public_id>/keys/", server_keys.KeysPrepareView.as_view(), name="keys-prepare"),
    path("organise/<str:public_id>/keys/progress/", server_keys.KeysProgressView.as_view(), name="keys-progress"),
]
