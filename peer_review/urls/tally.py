"""Counting, the bulletin and its proofs."""

from django.urls import path

from peer_review.views.tally import bulletin, count

urlpatterns = [
    path("rounds/<str:public_id>/count/rows/", count.rows_view, name="count-rows"),
    path("rounds/<str:public_id>/count/keys/", count.keys_view, name="count-keys"),
    path("rounds/<str:public_id>/count/finish/", count.finish_view, name="count-finish"),
    path("rounds/<str:public_id>/count/progress/", count.progress_view, name="count-progress"),
    path("rounds/<str:public_id>/bulletin/", bulletin.BulletinView.as_view(), name="bulletin"),
    path("rounds/<str:public_id>/bulletin.json", bulletin.bulletin_json_view, name="bulletin-json"),
    path("rounds/<str:public_id>/bulletin/head/", bulletin.bulletin_head_view, name="bulletin-head"),
    path("rounds/<str:public_id>/bulletin/cells/", bulletin.bulletin_cells_view, name="bulletin-cells"),
    path("verify_bulletin.py", bulletin.verifier_view, name="verifier"),
]
