"""Pages of the reviewer of comments, between count and publication. For everybody else they do not exist."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from peer_review.domain.publication import comments
from peer_review.exceptions.base import Refusal
from peer_review.forms.publication import CommentForm, WithholdForm
from peer_review.paging import page_of_list, read_id
from peer_review.views.shared.access import HiddenRoundMixin

#: Subjects on one page.
PAGE = 20


class CommentsMixin(HiddenRoundMixin):
    """The base of the pages of the round's reviewer of comments."""

    permission = "peer_review.review_comments"


class CommentsReviewView(CommentsMixin, TemplateView):
    """The comments on each subject that has enough of them, and how many of these may be withheld."""

    template_name = "peer_review/publication/comments_review.html"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        response = super().get(request)
        # Words that nobody else may read yet: they stay in no cache of a shared computer.
        response.headers["Cache-Control"] = "no-store"
        return response

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        everything = comments.comments_to_review(self.round)
        page = page_of_list(everything, self.request.GET, size=PAGE, key=lambda row: row.subject.pk)
        first = everything.index(page.rows[0]) if page.rows else 0
        return super().get_context_data(
            subjects=page.rows,
            paging=page,
            # With this cursor an act comes back to this page.
            previous_subject=everything[first - 1].subject.pk if first else "",
            total=sum(len(row.comments) for row in everything),
            many=len(everything),
            hidden=[row.subject for row in everything if not row.is_shown],
            floor=self.round.frozen_scheme.floor,
            reason_length=comments.REASON_LENGTH,
            **kwargs,
        )


class CommentActView(CommentsMixin, View):
    """The base of the reviewer's steps. Each returns to the page where it was taken."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        try:
            messages.success(request, self.act(request))
        except Refusal as refusal:
            messages.error(request, refusal.message)
        after, subject = (read_id(request.POST.get(name)) for name in ("after", "subject"))
        address = reverse("peer_review:comments-review", args=[self.round.public_id])
        address += f"?after={after}" if after is not None else ""
        return redirect(address + (f"#subject-{subject}" if subject is not None else ""))

    def act(self, request: HttpRequest) -> str:
        """Make the one domain call and return the message."""
        raise NotImplementedError


class CommentWithholdView(CommentActView):
    """The step that withholds one comment."""

    def act(self, request: HttpRequest) -> str:
        form = WithholdForm(request.POST)
        form.is_valid()
        comments.withhold_comment(
            self.round,
            by=self.user,
            entry=form.cleaned_data.get("entry", ""),
            reason=form.cleaned_data.get("reason", ""),
        )
        return _("Withheld. Your reason is on record.")


class CommentReadmitView(CommentActView):
    """The step that readmits a withheld comment."""

    def act(self, request: HttpRequest) -> str:
        form = CommentForm(request.POST)
        form.is_valid()
        comments.readmit_comment(self.round, by=self.user, entry=form.cleaned_data.get("entry", ""))
        return _("The comment will be shown after all.")


class CommentsFinishView(CommentActView):
    """The step that finishes the review."""

    def act(self, request: HttpRequest) -> str:
        comments.finish_review(self.round, by=self.user)
        return _("The review is finished. The organiser can publish the results.")
