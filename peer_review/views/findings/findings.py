"""From a result, or from what comments have in common, to a finding: the form, and the list of those raised."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from peer_review.domain.findings.findings import figures_for, raise_finding, sections_to_raise
from peer_review.domain.ledger import ledger
from peer_review.domain.preflight.frozen_terms import form_holds
from peer_review.enums import Channel, FindingSource
from peer_review.exceptions.base import Refusal
from peer_review.exceptions.preflight import TermsAltered
from peer_review.forms.findings import FindingForm
from peer_review.models import RaisedFinding, Result, Subject
from peer_review.rules.roles import has_perm
from peer_review.views.shared.access import RoundMixin

PAGE = 30


@dataclass(frozen=True, slots=True)
class Told:
    """A finding, and those of its figures that this reader may read."""

    finding: RaisedFinding
    figures: list[dict[str, Any]]


class FindingRaiseView(RoundMixin, FormView):
    """Say what was found, about which section and criterion, and who is to answer for it.

    GET names what the form begins with: criterion, section, subject (its id), theme=1.
    """

    template_name = "peer_review/findings/finding_raise.html"
    form_class = FindingForm
    permission = "peer_review.raise_findings"

    def permitted(self) -> bool:
        allowed = super().permitted()
        if not form_holds(self.round):
            raise PermissionDenied(TermsAltered().message)
        return allowed

    @cached_property
    def sections(self) -> dict[str, str]:
        """The sections about which this person may raise a finding."""
        return sections_to_raise(self.round, by=self.user)

    @cached_property
    def subject(self) -> Subject | None:
        """Whose result the finding comes from, if GET or the form names one that this person may raise it about."""
        wanted = (self.request.POST if self.request.method == "POST" else self.request.GET).get("subject", "")
        if not wanted.isdecimal() or len(wanted) > 18:
            return None
        subjects = self.round.subjects.filter(pk=wanted, section_key__in=self.sections)
        return subjects.select_related("round", "member").first()

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "round": self.round, "sections": self.sections}

    def get_initial(self) -> dict[str, Any]:
        asked = self.request.GET
        section = self.subject.section_key if self.subject else asked.get("section", "")
        return {
            "source": FindingSource.THEME if asked.get("theme") == "1" else FindingSource.RESULT,
            "section": section if section in self.sections else next(iter(self.sections), ""),
            "criterion": asked.get("criterion", ""),
            "subject": self.subject,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        form = context["form"]
        given = form.data if form.is_bound else form.initial
        criterion = str(given.get("criterion") or "")
        labels = {one["key"]: one["label"] for one in self.round.form["criteria"]}
        section = self.subject.section_key if self.subject else str(given.get("section") or "")
        figures = figures_for(
            self.round,
            reader=self.user,
            subject=self.subject,
            section=section,
            criterion=criterion if criterion in labels else "",
        )
        _note(self, [(section, figure) for figure in figures])
        return context | {"subject": self.subject, "figures": figures, "criterion_label": labels.get(criterion, "")}

    def form_valid(self, form: FindingForm) -> HttpResponse:
        data = form.cleaned_data
        section = data["subject"].section_key if data["subject"] else data["section"]
        about = RaisedFinding(round=self.round, section_key=section)
        if not has_perm("peer_review.raise_finding", self.request.user, about):
            raise PermissionDenied
        try:
            raise_finding(self.round, by=self.user, **data)
        except Refusal as refusal:
            form.add_error("text" if refusal.code in ("words_of_comment", "no_finding_text") else None, refusal.message)
            response = self.form_invalid(form)
            response.status_code = refusal.status
            return response
        messages.success(self.request, _("The finding was raised. It stands in the list below."))
        return redirect("peer_review:finding-list", self.round.public_id)


class FindingListView(RoundMixin, TemplateView):
    """The findings of this round that somebody may read, newest first, paged by key."""

    template_name = "peer_review/findings/finding_list.html"

    def permitted(self) -> bool:
        allowed = super().permitted()
        user = self.request.user
        self.may_raise = bool(has_perm("peer_review.raise_findings", user, self.round))
        self.rows = RaisedFinding.objects.visible_to(user).filter(round=self.round)
        # Without anything to read or to raise it is no page of theirs.
        return allowed and (self.may_raise or self.rows.exists())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.rows.select_related("responsible", "raised_by", "subject").order_by("-pk")
        before = self.request.GET.get("before", "")
        if before.isdecimal() and len(before) < 19:
            rows = rows.filter(pk__lt=int(before))
        page = list(rows[: PAGE + 1])
        more, page = len(page) > PAGE, page[:PAGE]
        wanted = {figure["result"] for one in page for figure in one.figures}
        readable = set(
            Result.objects.filter(round=self.round, pk__in=wanted)
            .visible_to(self.request.user)
            .values_list("pk", flat=True)
        )
        told = [Told(one, [figure for figure in one.figures if figure["result"] in readable]) for one in page]
        _note(self, [(one.finding.section_key, figure) for one in told for figure in one.figures])
        return super().get_context_data(
            told=told, may_raise=self.may_raise, before=page[-1].pk if more else None, **kwargs
        )


def _note(view: RoundMixin, shown: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """Put the figures that a page shows, each with its section, into the ledger."""
    by_section: dict[str, list[str]] = {}
    for section, figure in shown:
        by_section.setdefault(section, []).append(figure["scope"])
    by_audience: dict[str, list[str]] = {}
    for section, scopes in by_section.items():
        by_audience.setdefault(ledger.audience_of(view.user, view.round, section_key=section), []).extend(scopes)
    for audience, scopes in by_audience.items():
        ledger.note_all(view.round, scopes=scopes, channel=Channel.PAGE, audience=audience)
