"""The reader's notices: the page that lists them, and the step that marks them as read."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic import TemplateView, View

from peer_review.domain.announcements import messages
from peer_review.models import Announcement, Notice, Round
from peer_review.paging import page_of, read_id
from peer_review.views.shared.access import SignedInMixin

PAGE = 20


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """A notice as the page and the tag show it, in the reader's language."""

    announcement: Announcement
    round: Round
    heading: str
    paragraphs: list[str]
    read: bool


def shown(notice: Notice) -> ShownNotice:
    """Return a notice in the reader's language."""
    announcement = notice.announcement
    return ShownNotice(
        announcement=announcement,
        round=announcement.round,
        heading=messages.heading(announcement),
        paragraphs=messages.paragraphs(announcement),
        read=notice.read,
    )


class NoticeListView(SignedInMixin, TemplateView):
    """The list of the reader's notices, newest first, paged by key."""

    template_name = "peer_review/announcements/notice_list.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        mine = Notice.objects.visible_to(self.request.user)
        page = page_of(mine, self.request.GET, size=PAGE, order=("-announcement_id",))
        return super().get_context_data(
            notices=[shown(notice) for notice in page],
            paging=page,
            has_unread=any(not notice.read for notice in page),
            **kwargs,
        )


class NoticeReadView(SignedInMixin, View):
    """The step that marks one notice, or all up to one, as read by the reader. Nobody else sees it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        mine = Notice.objects.filter(user=request.user, read=False)  # type: ignore[misc]  # signed in
        for name, lookup in (("announcement", "announcement_id"), ("up_to", "announcement_id__lte")):
            pk = read_id(request.POST.get(name))
            if pk is not None:
                mine.filter(**{lookup: pk}).update(read=True)
        return redirect("peer_review:round-list" if request.POST.get("back") == "rounds" else "peer_review:notice-list")
