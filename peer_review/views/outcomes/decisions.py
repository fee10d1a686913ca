"""The page on which leaders decide grades, and the notices to everybody."""

from collections.abc import Sequence
from typing import TypedDict

from django.contrib import messages
from django.db.models import Exists, F, FloatField, OuterRef, Prefetch, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.generic import TemplateView, View

from peer_review.conf import conf
from peer_review.counting.scales import GRADES
from peer_review.domain.outcomes.decisions import decide, decisions_fingerprint, tell_outcomes
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
from peer_review.views.outcomes.decision_rows import Row, decidable, grouped, make_rows

PAGE = 50
#: Rows that one post may carry; a page has no more.
MOST = 2 * PAGE


class DecisionsPage(TypedDict):
    """The rows of one page in their groups, and the form that decides them. show: "open" or "decided"."""

    form: DecisionsForm
    proposal: RoundProposal
    groups: list[tuple[str, list[Row]]]
    show: str
    paging: KeysetPage[Result] | None


class DecisionsView(PublishedMixin, TemplateView):
    """The list of decisions beside proposals: ties together, undecided subjects first."""

    template_name = "peer_review/outcomes/decisions.html"
    permission = "peer_review.decide_round"

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        posted = [name.removeprefix("grade-") for name in request.POST if name.startswith("grade-")]
        keys = [pk for key in posted if (pk := read_id(key)) is not None][:MOST]
        page = self.page(list(self.ordered(self.results().filter(subject__in=keys))), data=request.POST)
        form, status = page["form"], 422
        if form.is_valid():
            try:
                decided = decide(self.round, by=self.user, choices=form.choices())
            except Refusal as refusal:
                form.add_error(None, refusal.message)
                status = refusal.status
            else:
                message = ngettext("%(n)s decision recorded.", "%(n)s decisions recorded.", len(decided))
                messages.success(request, message % {"n": len(decided)})
                address = reverse("peer_review:decisions", args=[self.round.public_id])
                return redirect(f"{address}?show={page['show']}")
        return self.render_to_response(self.context_of(page), status=status)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return self.context_of(self.page(*self.asked_for()), **kwargs)

    def context_of(self, page: DecisionsPage, **kwargs: object) -> dict[str, object]:
        """Return the context of the template for a page of rows: how far the round is, and the rows."""
        proposal = page["proposal"]
        everybody = self.round.subjects.count()
        standing = Decision.objects.filter(subject__round=self.round).standing()
        decided = standing.count()
        notices = OutcomeNotice.objects.filter(subject__round=self.round)
        notice_count = notices.count()
        # Whoever is evaluated does not learn their own outcome by subtraction before they are told.
        seen = standing.filter(grade=GRADES[0])
        if not notice_count:
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
            notice_count=notice_count,
            acknowledged=notices.filter(acknowledged_date__isnull=False).count(),
            notices=self.round.public_notices.order_by("number"),
            to_announce=to_announce(self.round).count() if notice_count else 0,
            workdays=conf.PUBLIC_NOTICE_DAYS,
            own_open=self.own_open(),
            fingerprint="" if decided < everybody else decisions_fingerprint(self.round),
            **page,
            **kwargs,
        )

    def results(self) -> "QuerySet[Result]":
        """Return the round's subjects with figures, roll, decisions and notice at hand."""
        of_round = Result.objects.filter(round=self.round).of_scope(ResultScope.SUBJECT)
        latest_first = Decision.objects.select_related("by").order_by("-number")
        decisions = Prefetch("subject__decisions", latest_first)
        return of_round.select_related("subject__member", "subject__outcome_notice").prefetch_related(decisions)

    def ordered(self, rows: "QuerySet[Result]") -> "QuerySet[Result]":
        """Return them with the highest score first and those without figures last."""
        last = Value(-1.0, output_field=FloatField())
        return rows.annotate(at=Coalesce(F("score"), last, output_field=FloatField())).order_by("-at", "pk")

    def asked_for(self) -> tuple[list[Result], str, KeysetPage[Result]]:
        """Return the rows still to decide, or those decided; which of the two; and the page that they make up."""
        decided = Decision.objects.filter(subject=OuterRef("subject")).order_by()
        every_row = self.results().annotate(decided=Exists(decided))
        shown = self.request.GET.get("show", "")
        if shown not in ("open", "decided"):
            shown = "open" if every_row.filter(decided=False).exists() else "decided"
        rows = self.ordered(every_row.filter(decided=shown == "decided"))
        # Whoever stood at the end of a page may have been decided since, and still marks where it ended.
        every = self.ordered(Result.objects.filter(round=self.round))
        page = page_of(rows, self.request.GET, size=PAGE, order=("-at", "pk"), anchors=every)
        return page.rows, shown, page

    def page(
        self,
        results: Sequence[Result],
        shown: str = "",
        paging: KeysetPage[Result] | None = None,
        data: QueryDict | None = None,
    ) -> DecisionsPage:
        """Return the list with its form, in the groups that the line divides it into."""
        subjects = Subject.objects.filter(pk__in=[result.subject_id for result in results])
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
    """The step that tells all outcomes of the round at once."""

    permission = "peer_review.decide_round"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        try:
            notices = tell_outcomes(self.round, by=self.user, seen=request.POST.get("fingerprint", ""))
            message = ngettext("%(n)s outcome told in writing.", "%(n)s outcomes told in writing.", len(notices))
            messages.success(request, message % {"n": len(notices)})
        except Refusal as refusal:
            messages.error(request, refusal.message)
        return redirect("peer_review:decisions", self.round.public_id)
