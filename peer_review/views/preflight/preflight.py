"""The pre-flight page: whether the round may open, its exposure, the changes that help, and the guarantee."""

from typing import Any

from django.utils.translation import ngettext
from django.views.generic import TemplateView

from peer_review.domain.preflight.fixes import merge_classes
from peer_review.domain.preflight.frozen_terms import terms_hold
from peer_review.domain.preflight.opening_proof import proof_of
from peer_review.domain.preflight.preflight import Preflight, preflight
from peer_review.domain.preflight.sheet_checks import sheet_refusals
from peer_review.enums import RoundState
from peer_review.exceptions.base import SchemeInvalid
from peer_review.exceptions.preflight import NothingToMerge
from peer_review.paging import KeysetPage, page_of_list
from peer_review.views.preflight.messages import (
    SubjectLines,
    attention,
    cells,
    changes,
    comparisons,
    scenarios,
    subject_lines,
)
from peer_review.views.shared.round_pages import ManagedRoundMixin, RoundStepView

#: Subjects on a page.
PAGE = 30


class RoundPreflightView(ManagedRoundMixin, TemplateView):
    """Everything about a round's exposure on one page, the answer first. Its queries do not grow with the round."""

    template_name = "peer_review/preflight/round_preflight.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        round = self.round
        draft = round.state == RoundState.DRAFT
        context: dict[str, Any] = {"editable": draft, "unsound": "", "found": None}
        try:
            found = preflight(round)
        except SchemeInvalid as refusal:
            return super().get_context_data(**context | {"unsound": refusal.message}, **kwargs)
        against = [refusal.message for refusal in sheet_refusals(round)] if draft else []
        if found.certificate.breach:
            against.append(proof_of(found.certificate, found.papers).sentence)
        only = self.request.GET.get("show") == "changed"
        rows, page = self.rows(found, only=only)
        frozen = round.exposure.get("certificate", {})
        return super().get_context_data(
            **context
            | {
                "found": found,
                "empty": not found.papers.subjects,
                "against": against,
                "altered": not draft and not terms_hold(round),
                "same_roll": frozen.get("inputs") == found.certificate.inputs,
                "scenarios": scenarios(found),
                "percent": int(found.share * 100 + 0.5),
                "changes": changes(found, round) if draft else [],
                "lone": len(found.single_voter_pairs),
                "closing": len(found.closing),
                "closing_names": cells(found, found.closing),
                "subjects": rows,
                "paging": page,
                "only": only,
                "attention": int(attention(found).sum()),
                "earlier": comparisons(found),
                "few": found.floor - 1,
            },
            **kwargs,
        )

    def rows(self, found: Preflight, *, only: bool) -> tuple[list[SubjectLines], KeysetPage[int]]:
        """Return the lines of one page of subjects, and the page, whose rows are places in the roll's arrays."""
        wanted = attention(found)
        places = [at for at in range(len(found.papers.subjects)) if wanted[at] or not only]
        page = page_of_list(places, self.request.GET, size=PAGE, key=lambda at: found.papers.subjects[at].pk)
        return [subject_lines(found, at) for at in page], page


class ClassMergeView(RoundStepView):
    """Merge two voter classes for all subjects whom it helps."""

    back = "round-preflight"

    def step(self) -> str:
        source, target = self.request.POST.get("source", ""), self.request.POST.get("target", "")
        if self.round.state == RoundState.DRAFT:
            found = preflight(self.round)
            keys = found.papers.classes
            step = next((one for one in found.merges if (keys[one.source], keys[one.target]) == (source, target)), None)
            if step is None:
                raise NothingToMerge
            subjects = [found.papers.subjects[at].pk for at in step.subjects]
        else:
            subjects = []
        moved = merge_classes(self.round, by=self.user, subjects=subjects, source=source, target=target)
        return ngettext("Merged: %(n)s ballot paper moved.", "Merged: %(n)s ballot papers moved.", moved) % {"n": moved}
