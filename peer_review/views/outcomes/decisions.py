"""The page on which leaders decide grades, and the notices to everybody."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Exists, F, FloatField, OuterRef, Prefetch, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.generic import TemplateView, View

from peer_review.conf import conf
from peer_review.counting.scales import GRADES
from peer_review.domain.outcomes.decisions import decide, tell_outcomes
from peer_review.domain.outcomes.proposals import RoundProposal
from peer_review.domain.outcomes.public_notices import to_announce
from peer_review.domain.results.presenters import read_proposal
from peer_review.domain.schemes.grades import grade_names
from peer_review.enums import ResultScope
from peer_review.exceptions.base import Refusal
from peer_review.forms.outcomes import DecisionsForm
from peer_review.models import Decision, OutcomeNotice, Result, Subject
from peer_review.paging import KeysetPage, page_of, read_id
from peer_review.views.ledger.published import PublishedMixin
from peer_review.views.outcomes.decision_rows import decidable, grouped, make_rows

PAGE = 50
#: Rows that one post may carry; a page has no more.
MOST = 2 * PAGE


class DecisionsView(PublishedMixin, TemplateView):
    """The list of decisions beside proposals: ties together, undecided subjects first."""

    template_name = "peer_review/outcomes/decisions.html"
    permission = "peer_review.decide_round"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        posted = [name.removeprefix("grade-") for name in request.POST if name.startswith("grade-")]
        keys = [pk for key in posted if (pk := read_id(key)) is not None][:MOST]
        context = self.page(list(self.ordered(self.results().filter(subject__in=keys))), data=request.POST)
        form, status = context["form"], 422
        if form.is_valid():
            try:
                made = decide(self.round, by=self.user, choices=form.choices())
            except Refusal as refusal:
                form.add_error(None, refusal.message)
                status = refusal.status
            else:
                said = ngettext("%(n)s decision recorded.", "%(n)s decisions recorded.", len(made))
                messages.success(request, said % {"n": len(made)})
                address = reverse("peer_review:decisions", args=[self.round.public_id])
                return redirect(f"{address}?show={context['show']}")
        return self.render_to_response(self.get_context_data(**context), status=status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if "form" not in kwargs:
            kwargs |= self.page(*self.asked_for())
        proposal: RoundProposal = kwargs["proposal"]
        everybody = self.round.subjects.count()
        standing = Decision.objects.filter(subject__round=self.round).standing()
        decided = standing.count()
        told = OutcomeNotice.objects.filter(subject__round=self.round)
        told_count = told.count()
        # Whoever is evaluated does not learn their own outcome by subtraction before they are told.
        seen = standing.filter(grade=GRADES[0])
        if not told_count:
            others = self.round.subjects.all().not_addressed_to(self.request.user)
            seen = seen.filter(subject__in=others.order_by().values("pk"))
        return super().get_context_data(
            everybody=everybody,
            decided_count=decided,
            open_count=everybody - decided,
            excellent=seen.count(),
            excellent_name=grade_names(self.round.frozen_scheme)[GRADES[0]],
            above=sum(grade == GRADES[0] for grade in proposal.grades.values()),
            tied_names=self.round.subjects.filter(pk__in=proposal.tied).order_by("sort_order", "pk"),
            told=told_count,
            acknowledged=told.filter(acknowledged_date__isnull=False).count(),
            notices=self.round.public_notices.order_by("number"),
            to_announce=to_announce(self.round).count() if told_count else 0,
            workdays=conf.PUBLIC_NOTICE_DAYS,
            own_open=self.own_open(),
            **kwargs,
        )

    def results(self) -> "QuerySet[Any]":
        """Return the round's subjects with figures, roll, decisions and notice at hand."""
        of_round = Result.objects.filter(round=self.round).of_scope(ResultScope.SUBJECT)
        latest_first = Decision.objects.select_related("by").order_by("-number")
        chain = Prefetch("subject__decisions", latest_first, to_attr="chain")
        return of_round.select_related("subject__member", "subject__outcome_notice").prefetch_related(chain)

    def ordered(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Return them with the highest score first and those without figures last."""
        last = Value(-1.0, output_field=FloatField())
        return rows.annotate(at=Coalesce(F("score"), last, output_field=FloatField())).order_by("-at", "pk")

    def asked_for(self) -> tuple[list[Any], str, KeysetPage[Any]]:
        """Return the rows still to decide, or those decided; which of the two; and the page that they make up."""
        decided = Decision.objects.filter(subject=OuterRef("subject")).order_by()
        rows = self.results().annotate(decided=Exists(decided))
        shown = self.request.GET.get("show", "")
        if shown not in ("open", "decided"):
            shown = "open" if rows.filter(decided=False).exists() else "decided"
        rows = self.ordered(rows.filter(decided=shown == "decided"))
        # Whoever stood at the end of a page may have been decided since, and still marks where it ended.
        every = self.ordered(Result.objects.filter(round=self.round))
        page = page_of(rows, self.request.GET, size=PAGE, order=("-at", "pk"), anchors=every)
        return page.rows, shown, page

    def page(
        self, results: Sequence[Any], shown: str = "", paging: KeysetPage[Any] | None = None, data: Any = None
    ) -> dict[str, Any]:
        """Return the list with its form, in the groups that the line divides it into."""
        subjects = Subject.objects.filter(pk__in=[one.subject_id for one in results])
        theirs = set(subjects.not_addressed_to(self.request.user).values_list("pk", flat=True))
        proposal, names = read_proposal(self.round, reader=self.reader), grade_names(self.round.frozen_scheme)
        form = DecisionsForm(data, rows=decidable(results, theirs), proposal=proposal, grades=names)
        asked = data.get("show") if data is not None else shown
        return {
            "form": form,
            "proposal": proposal,
            "groups": grouped(make_rows(results, self.round.frozen_scheme, fields=form, theirs=theirs)),
            "show": "decided" if asked == "decided" else "open",
            "paging": paging,
        }

    def own_open(self) -> bool:
        """Whether the reader's own outcome still waits for another leader."""
        undecided = self.round.subjects.filter(decisions__isnull=True)
        return undecided.count() > undecided.not_addressed_to(self.request.user).count()


class OutcomesTellView(PublishedMixin, View):
    """Tell all outcomes of the round at once."""

    permission = "peer_review.decide_round"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            made = tell_outcomes(self.round, by=self.user)
            said = ngettext("%(n)s outcome told in writing.", "%(n)s outcomes told in writing.", len(made))
            messages.success(request, said % {"n": len(made)})
        except Refusal as refusal:
            messages.error(request, refusal.message)
        return redirect("peer_review:decisions", self.round.public_id)
