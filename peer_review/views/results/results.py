"""Pages of results, one view an audience. Figures that a reader may not see are not loaded.

What a page says comes from domain.results.presenters and is put beside its pictures here. Lists of many have a file of
their own.
"""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from peer_review.domain.outcomes.outcome_status import outcome_status_of
from peer_review.domain.results.presenters import read_subject
from peer_review.domain.results.readable_rounds import ResultKind, readable_rounds, result_kinds
from peer_review.enums import Channel
from peer_review.models import Result, Round, Subject
from peer_review.paging import page_of
from peer_review.rules.roles import has_perm
from peer_review.rules.subjects import is_addressee
from peer_review.views.ledger.published import PublishedMixin
from peer_review.views.results import pictures
from peer_review.views.shared.access import SignedInMixin

LIST_PAGE = 20


class ResultListView(SignedInMixin, TemplateView):
    """The published rounds whose results this person may read in some way, newest first, paged by key."""

    template_name = "peer_review/results/result_list.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        page = page_of(readable_rounds(self.user), self.request.GET, size=LIST_PAGE, order=("-published_at", "-pk"))
        kinds = result_kinds(page.rows, self.user)
        rows = [{"round": round, "links": [result_link(round, kind) for kind in kinds[round.pk]]} for round in page]
        return super().get_context_data(rows=rows, paging=page, **kwargs)


def result_link(round: Round, kind: ResultKind) -> dict[str, str]:
    """Return the address and the label of the page that shows a round's results in this way."""
    name, label = {
        ResultKind.OWN: ("own-result", _("My result")),
        ResultKind.SECTION: ("section-results", _("Results of my section")),
        ResultKind.ALL: ("all-results", _("All results")),
        ResultKind.SUMMARY: ("summary", _("Published summary")),
    }[kind]
    return {"url": reverse(f"peer_review:{name}", args=[round.public_id]), "label": label}


class SheetMixin(PublishedMixin):
    """A page about one subject's figures."""

    def file_address(self, result: Result, channel: Channel) -> str:
        """Return where the page's figures are had as a file."""
        raise NotImplementedError

    def sheet(self, result: Result) -> dict[str, object]:
        """Return what result.html shows."""
        result.round = self.round
        reading = read_subject(result, reader=self.reader)
        own = _("You") if reading.own else reading.label
        others = [comparison.label for comparison in reading.comparisons]
        lines = pictures.subject_lines(reading)
        return {
            "reading": reading,
            "own_name": own,
            "other_names": others,
            "lines": lines,
            "dots": pictures.dots(lines, reading.head, own=own, others=others, personal=True),
            "radar": pictures.profile(lines, own=own, others=others),
            "trend": pictures.over_rounds(reading.trend, reading.head, name="trend", personal=True),
            "tiles": pictures.tiles(reading.criteria),
            "alike": [comparison.label for comparison in reading.comparisons if not comparison.distinct],
            "may_withdraw": has_perm("peer_review.withdraw_figures", self.request.user, self.round)
            and not is_addressee.test(self.request.user, result.subject),
            "may_raise": not reading.own and self.may_raise(reading.section_key),
            "outcome": outcome_status_of(result.subject, self.user) if result.subject else None,
            "pdf": self.file_address(result, Channel.PDF),
            "xlsx": self.file_address(result, Channel.XLSX),
        }


class OwnResultView(SheetMixin, TemplateView):
    """The reader's own result: figures, their certainty, and what can be done."""

    template_name = "peer_review/results/result.html"
    permission = "peer_review.view_own_result"

    def file_address(self, result: Result, channel: Channel) -> str:
        return reverse("peer_review:own-report", args=[self.round.public_id, channel])

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        mine = Result.objects.filter(round=self.round).select_related("subject__member")
        result = get_object_or_404(mine, subject__member__user=self.user)
        return super().get_context_data(**self.sheet(result), **kwargs)


class SubjectResultView(SheetMixin, TemplateView):
    """One subject's figures, for those who may read them."""

    template_name = "peer_review/results/result.html"

    def file_address(self, result: Result, channel: Channel) -> str:
        return reverse("peer_review:subject-report", args=[self.round.public_id, result.subject_id, channel])

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        subject = get_object_or_404(
            Subject.objects.select_related("round", "member"), round=self.round, pk=self.kwargs["pk"]
        )
        if not has_perm("peer_review.view_subject_result", self.user, subject):
            raise PermissionDenied
        result = get_object_or_404(Result.objects.select_related("subject__member"), subject=subject)
        return super().get_context_data(**self.sheet(result), **kwargs)
