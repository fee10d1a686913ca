"""Notices and reminders."""

from django.urls import path

from peer_review.views.announcements import notices, remind

urlpatterns = [
    path("notices/", notices.NoticeListView.as_view(), name="notice-list"),
    path("notices/read/", notices.NoticeReadView.as_view(), name="notice-read"),
    path("organise/<str:public_id>/remind/", remind.RoundRemindView.as_view(), name="round-remind"),
]
