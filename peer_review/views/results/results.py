"""Results, one view an audience. Whatever is not to be seen is not loaded, so it cannot be in the page either.

What a page says comes from domain.readings; it is put beside its pictures here, and noted in the ledger. Lists of many
have a file of their own.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from peer_review.domain.ledger import ledger
from peer_review.domain.outcomes.outcome_status import standing_of
from peer_review.domain.results.presenters import read_subject
from peer_review.models import Result, Round, Subject
from peer_review.rules.roles import has_perm
from peer_review.views.ledger.published import PublishedMixin
from peer_review.views.results import pictures
from peer_review.views.shared.access import SignedInMixin

LIST_PAGE = 20


class ResultListView(SignedInMixin, TemplateView):
    """The published rounds whose results this person may read in some way, newest first, paged by key."""

    template_name = "peer_review/results/result_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        rounds = Round.objects
        kinds = [
            ("own-result", _("My result"), rounds.with_own_result_for(user)),
            ("section-results", _("Results of my section"), rounds.with_section_results_for(user)),
            ("results", _("All results"), rounds.with_all_results_for(user)),
            ("summary", _("Published summary"), rounds.with_summary_for(user)),
        ]
        readable = Q()
        for _name, _label, those in kinds:
            readable |= Q(pk__in=those.order_by().values("pk"))
        rows = rounds.filter(readable).order_by("-published_at", "-pk")
        after = self.request.GET.get("after", "")
        last = rows.filter(pk=after).first() if after.isdecimal() and len(after) < 19 else None
        if last is not None:
            rows = rows.filter(
                Q(published_at__lt=last.published_at) | Q(published_at=last.published_at, pk__lt=last.pk)
            )
        page = list(rows[: LIST_PAGE + 1])
        more, page = len(page) > LIST_PAGE, page[:LIST_PAGE]
        allowed = [
            (name, label, set(those.filter(pk__in=[one.pk for one in page]).values_list("pk", flat=True)))
            for name, label, those in kinds
        ]
        return super().get_context_data(
            rows=[
                {
                    "round": one,
                    "links": [
                        {"url": reverse(f"peer_review:{name}", args=[one.public_id]), "label": label}
                        for name, label, those in allowed
                        if one.pk in those
                    ],
                }
                for one in page
            ],
            after=page[-1].pk if more else None,
            **kwargs,
        )


class SheetMixin(PublishedMixin):
    """A page about one subject's figures."""

    def sheet(self, result: Result) -> dict[str, Any]:
        """Return what result.html shows."""
        result.round = self.round
        reading = read_subject(result, reader=self.user)
        self.note(reading.scope, ledger.audience_of(self.user, self.round, subject=result.subject))
        own = _("You") if reading.own else reading.label
        others = [one.label for one in reading.comparisons]
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
            "alike": [one.label for one in reading.comparisons if not one.distinct],
            "raises": not reading.own and self.may_raise(reading.section_key),
            "standing": standing_of(result.subject, self.user) if result.subject else None,
        }


class OwnResultView(SheetMixin, TemplateView):
    """How do I stand, how sure is it, and what can I do?"""

    template_name = "peer_review/results/result.html"
    permission = "peer_review.view_own_result"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mine = Result.objects.filter(round=self.round).select_related("subject__member")
        result = get_object_or_404(mine, subject__member__user=self.request.user)
        return super().get_context_data(**self.sheet(result), **kwargs)


class SubjectResultView(SheetMixin, TemplateView):
    """One subject's figures, for those who may read them."""

    template_name = "peer_review/results/result.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        subject = get_object_or_404(
            Subject.objects.select_related("round", "member"), round=self.round, pk=self.kwargs["pk"]
        )
        if not has_perm("peer_review.view_subject_result", self.request.user, subject):
            raise PermissionDenied
        result = get_object_or_404(Result.objects.select_related("subject__member"), subject=subject)
        return super().get_context_data(**self.sheet(result), **kwargs)
