"""Pages of the reviewer of comments, between count and publication. For everybody else there are none."""

from typing import Any

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
    """A page of the round's reviewer of comments."""

    permission = "peer_review.review_comments"


class CommentsReviewView(CommentsMixin, TemplateView):
    """What was said of whom, as far as there is enough of it; what may be withheld; when it is done."""

    template_name = "peer_review/publication/comments_review.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().get(request, *args, **kwargs)
        # Words that nobody else may read yet: they stay in no cache of a shared computer.
        response.headers["Cache-Control"] = "no-store"
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        everything = comments.comments_to_review(self.round)
        page = page_of_list(everything, self.request.GET, size=PAGE, key=lambda one: one.subject.pk)
        first = everything.index(page.rows[0]) if page.rows else 0
        return super().get_context_data(
            subjects=page.rows,
            paging=page,
            # With this cursor an act comes back to this page.
            here=everything[first - 1].subject.pk if first else "",
            total=sum(len(one.comments) for one in everything),
            many=len(everything),
            hidden=[one.subject for one in everything if not one.is_shown],
            floor=self.round.frozen_scheme.floor,
            reason_length=comments.REASON_LENGTH,
            **kwargs,
        )


class CommentActView(CommentsMixin, View):
    """One act of the reviewer, posted; then back to where they were."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            messages.success(request, self.act(request))
        except Refusal as refusal:
            messages.error(request, refusal.message)
        after, subject = (read_id(request.POST.get(name)) for name in ("after", "subject"))
        address = reverse("peer_review:comments-review", args=[self.round.public_id])
        address += f"?after={after}" if after is not None else ""
        return redirect(address + (f"#subject-{subject}" if subject is not None else ""))

    def act(self, request: HttpRequest) -> str:
        """Make the one domain call and return what to say."""
        raise NotImplementedError


class CommentWithholdView(CommentActView):
    """Keep one comment from being shown."""

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
    """Let a withheld comment be shown after all."""

    def act(self, request: HttpRequest) -> str:
        form = CommentForm(request.POST)
        form.is_valid()
        comments.readmit_comment(self.round, by=self.user, entry=form.cleaned_data.get("entry", ""))
        return _("The comment will be shown after all.")


class CommentsFinishView(CommentActView):
    """The review is done."""

    def act(self, request: HttpRequest) -> str:
        comments.finish_review(self.round, by=self.user)
        return _("The review is finished. The organiser can publish the results.")
