"""The pre-flight page: whether the round may open, its exposure, the changes that help, and the guarantee."""

import numpy as np
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from peer_review.domain.preflight.fixes import merge_classes
from peer_review.domain.preflight.floor_risk import TURNOUTS
from peer_review.domain.preflight.frozen_terms import terms_hold
from peer_review.domain.preflight.known_answers import known_share_in_words
from peer_review.domain.preflight.opening_proof import proof_of, subtraction_refusals
from peer_review.domain.preflight.preflight import Preflight, preflight
from peer_review.domain.preflight.sheet_checks import sheet_refusals
from peer_review.domain.preflight.subtraction_fixes import leave_out, withdraw_newcomers
from peer_review.domain.schemes.schemes import freeze_for
from peer_review.enums import RoundState
from peer_review.exceptions.base import SchemeInvalid
from peer_review.exceptions.preflight import NoNewcomers, NothingToMerge
from peer_review.models import Round
from peer_review.paging import KeysetPage, page_of_list, read_id
from peer_review.views.preflight.messages import (
    NAMED,
    SHOWN_TURNOUTS,
    SubjectLines,
    attention,
    cells,
    changes,
    comparisons,
    exposed_rows,
    joined_rows,
    scenarios,
    shared_rows,
    subject_lines,
)
from peer_review.views.shared.round_pages import ManagedRoundMixin, RoundStepView

#: Subjects on a page.
PAGE = 30


class RoundPreflightView(ManagedRoundMixin, TemplateView):
    """The page of a round's exposure, the answer first. Its queries do not grow with the round."""

    template_name = "peer_review/preflight/round_preflight.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        round = self.round
        draft = round.state == RoundState.DRAFT
        context: dict[str, object] = {"editable": draft, "unsound": "", "exposure": None}
        try:
            exposure = preflight(round)
        except SchemeInvalid as refusal:
            return super().get_context_data(**context | {"unsound": refusal.message}, **kwargs)
        against = [refusal.message for refusal in sheet_refusals(round)] if draft else []
        if exposure.certificate.breach:
            against.append(proof_of(exposure.certificate, exposure.papers).sentence)
        against += [refusal.message for refusal in subtraction_refusals(exposure.subtraction, floor=exposure.floor)]
        only = self.request.GET.get("show") == "changed"
        voters = read_id(self.request.GET.get("voters"))
        rows, page = self.rows(exposure, only=only, voters=voters)
        frozen = round.exposure.get("certificate", {})
        return super().get_context_data(
            **context
            | {
                "exposure": exposure,
                "empty": not exposure.papers.subjects,
                "against": against,
                "altered": not draft and not terms_hold(round),
                "known_answers": known_share_in_words(
                    round.frozen_scheme if round.has_frozen_scheme else freeze_for(round)
                ),
                "same_roll": frozen.get("inputs") == exposure.certificate.inputs,
                "scenarios": scenarios(exposure),
                "percent": int(exposure.share * 100 + 0.5),
                "changes": changes(exposure, round) if draft else [],
                "lone": len(exposure.single_voter_pairs),
                "closing": len(exposure.closing),
                "closing_names": cells(exposure, exposure.closing),
                "subjects": rows,
                "paging": page,
                "only": only,
                "voters": voters,
                "turnouts": TURNOUTS,
                "shown_turnouts": SHOWN_TURNOUTS,
                "joined": joined_rows(exposure),
                "shared": shared_rows(exposure),
                "lost": len(exposure.lost),
                "lost_names": cells(exposure, exposure.lost),
                "without_cover": named_members(round, exposure.without_cover),
                "without_cover_count": len(exposure.without_cover),
                "attention": int(attention(exposure).sum()),
                "earlier": comparisons(exposure),
                "exposed": exposed_rows(exposure, self.user),
                "coarse": [exposed.label for exposed in exposure.subtraction.coarse],
                "few": exposure.floor - 1,
            },
            **kwargs,
        )

    def rows(
        self, exposure: Preflight, *, only: bool, voters: int | None
    ) -> tuple[list[SubjectLines], KeysetPage[int]]:
        """Return the lines of one page of subjects, and the page, whose rows are places in the roll's arrays.

        voters: only subjects with a paper that so many may vote at computers.
        """
        wanted = attention(exposure) if only else np.ones(len(exposure.papers.subjects), dtype=bool)
        if voters is not None:
            wanted &= (exposure.papers.of_papers.at_computers == voters).any(axis=1)
        places: list[int] = np.flatnonzero(wanted).tolist()
        page = page_of_list(places, self.request.GET, size=PAGE, key=lambda place: exposure.papers.subjects[place].pk)
        return [subject_lines(exposure, place) for place in page], page


class PaperLettersView(ManagedRoundMixin, TemplateView):
    """A letter for each person on paper who gives nobody cover, to print before the round opens."""

    template_name = "peer_review/preflight/paper_letters.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        if self.round.state != RoundState.DRAFT:
            raise Http404
        try:
            people = preflight(self.round).without_cover
        except SchemeInvalid as refusal:
            raise Http404 from refusal
        members = self.round.members.filter(user_id__in=people)
        return super().get_context_data(members=members, floor=self.round.floor, **kwargs)


def named_members(round: Round, users: list[int]) -> list[str]:
    """Return the names of the first of these people, as the roll lists them."""
    return list(round.members.filter(user_id__in=users[:NAMED]).values_list("name", flat=True)) if users else []


class ClassMergeView(RoundStepView):
    """The step that merges two voter classes for all subjects whom it helps."""

    back = "round-preflight"

    def step(self) -> str:
        source, target = self.request.POST.get("source", ""), self.request.POST.get("target", "")
        if self.round.state == RoundState.DRAFT:
            exposure = preflight(self.round)
            keys = exposure.papers.classes
            offered = [
                merge for merge in exposure.merges if (keys[merge.source], keys[merge.target]) == (source, target)
            ]
            if not offered:
                raise NothingToMerge
            subjects = [exposure.papers.subjects[place].pk for place in offered[0].subjects]
        else:
            subjects = []
        moved = merge_classes(self.round, by=self.user, subjects=subjects, source=source, target=target)
        return ngettext("Merged: %(n)s ballot paper moved.", "Merged: %(n)s ballot papers moved.", moved) % {"n": moved}


class NewcomerWithdrawView(RoundStepView):
    """The step that takes from newcomers their papers about a subject of whom other rounds leave too few voters."""

    back = "round-preflight"

    def step(self) -> str:
        papers = withdraw_newcomers(self.round, by=self.user, subject=posted_subject(self.request.POST))
        return ngettext("%(n)s paper taken away.", "%(n)s papers taken away.", papers) % {"n": papers}


class SubjectLeaveOutView(RoundStepView):
    """The step that leaves such a subject out of the round."""

    back = "round-preflight"

    def step(self) -> str:
        label = leave_out(self.round, by=self.user, subject=posted_subject(self.request.POST))
        return _("%(subject)s is not evaluated in this round.") % {"subject": label}


def posted_subject(posted: QueryDict) -> int:
    """Return the id of the subject that a step names.

    Raises: NoNewcomers for anything that is no id.
    """
    subject = read_id(posted.get("subject", ""))
    if subject is None:
        raise NoNewcomers
    return subject
