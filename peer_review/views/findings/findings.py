"""Pages of findings: the form to raise one, and the list of those raised."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from peer_review.domain.findings.findings import raise_finding, sections_to_raise
from peer_review.domain.ledger.readers import Reader
from peer_review.domain.preflight.frozen_terms import form_holds
from peer_review.domain.results.finding_figures import read_figures, read_findings
from peer_review.enums import FindingSource
from peer_review.exceptions.base import Refusal
from peer_review.exceptions.preflight import TermsAltered
from peer_review.forms.findings import FindingForm
from peer_review.models import RaisedFinding, Subject
from peer_review.paging import page_of, read_id
from peer_review.querysets.findings import RaisedFindingQuerySet
from peer_review.rules.roles import has_perm
from peer_review.views.shared.access import RoundMixin

PAGE = 30


class FindingRaiseView(RoundMixin, FormView):
    """The form that raises a finding about a section and a criterion, and names who is to answer for it.

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
        """The subject whose result the finding comes from; None unless the request names one, and the reader may."""
        wanted = (self.request.POST if self.request.method == "POST" else self.request.GET).get("subject", "")
        pk = read_id(wanted)
        if pk is None:
            return None
        subjects = self.round.subjects.filter(pk=pk, section_key__in=self.sections)
        return subjects.select_related("round", "member").first()

    def get_form_kwargs(self) -> dict[str, object]:
        return {**super().get_form_kwargs(), "round": self.round, "sections": self.sections}

    def get_initial(self) -> dict[str, object]:
        asked = self.request.GET
        section = self.subject.section_key if self.subject else asked.get("section", "")
        return {
            "source": FindingSource.THEME if asked.get("theme") == "1" else FindingSource.RESULT,
            "section": section if section in self.sections else next(iter(self.sections), ""),
            "criterion": asked.get("criterion", ""),
            "subject": self.subject,
        }

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        context = super().get_context_data(**kwargs)
        form = context["form"]
        assert isinstance(form, FindingForm)
        given = form.data if form.is_bound else form.initial
        criterion = str(given.get("criterion") or "")
        labels = self.round.frozen_scheme.criterion_labels
        section = self.subject.section_key if self.subject else str(given.get("section") or "")
        figures = read_figures(
            self.round,
            reader=Reader(self.user),
            subject=self.subject,
            section=section,
            criterion=criterion if criterion in labels else "",
        )
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
            form.add_error("text" if refusal.code in ("quotes_comment", "no_finding_text") else None, refusal.message)
            response = self.form_invalid(form)
            response.status_code = refusal.status
            return response
        messages.success(self.request, _("The finding was raised. It stands in the list below."))
        return redirect("peer_review:finding-list", self.round.public_id)


class FindingListView(RoundMixin, TemplateView):
    """The list of the round's findings that the reader may read, newest first, paged by key."""

    template_name = "peer_review/findings/finding_list.html"

    @cached_property
    def may_raise(self) -> bool:
        """Whether the reader may raise a finding in this round."""
        return bool(has_perm("peer_review.raise_findings", self.user, self.round))

    def readable(self) -> RaisedFindingQuerySet:
        """Return the findings of the round that the reader may read."""
        findings: RaisedFindingQuerySet = RaisedFinding.objects.visible_to(self.user).filter(round=self.round)
        return findings

    def permitted(self) -> bool:
        # Without anything to read or to raise it is no page of theirs.
        return super().permitted() and (self.may_raise or self.readable().exists())

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        rows = self.readable().select_related("responsible", "raised_by", "subject")
        page = page_of(rows, self.request.GET, size=PAGE)
        findings = read_findings(self.round, page.rows, reader=Reader(self.user))
        return super().get_context_data(findings=findings, may_raise=self.may_raise, paging=page, **kwargs)
