"""Pages of those who evaluate: their rounds, the ballot, the check afterwards, and how they are protected."""

from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.views.generic import TemplateView

from peer_review.domain.ballots.turnout import has_drawn, rounds_drawn_by
from peer_review.enums import RoundState
from peer_review.models import Assignment, PublicNotice, Round
from peer_review.roles import role_names
from peer_review.rules.roles import has_perm
from peer_review.users import User
from peer_review.views.ballots.stages import stage_of
from peer_review.views.overview.round_links import round_links
from peer_review.views.shared.access import RoundMixin, SignedInMixin


class RoundListView(SignedInMixin, TemplateView):
    """What waits for me, its last day and state; then what is past."""

    template_name = "peer_review/overview/round_list.html"

    @staticmethod
    def waits(round: Any) -> bool:
        """Whether there is anything to do: not where the drawing ended without this evaluator."""
        return round.state == RoundState.OPEN and (round.stage is None or bool(round.stage.action))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.user
        mine = Q(cells__assignments__evaluator=user)
        papers = Count("cells__assignments", filter=mine)
        rounds = list(Round.objects.evaluable_by(user).annotate(papers=papers).order_by("closes_at"))
        drawn = rounds_drawn_by(user, rounds)
        for one in rounds:
            one.drawn = one.pk in drawn
            one.stage = stage_of(one, drawn=one.drawn)
        waiting = [one for one in rounds if self.waits(one)]
        others = [one for one in reversed(rounds) if not self.waits(one)]
        roles = role_names(user)
        return super().get_context_data(
            waiting=waiting,
            others=others,
            to_review=Round.objects.reviewable_by(user).filter(comments_reviewed=False),
            to_say=Round.objects.asking_self_evaluation_of(user),
            public_notices=PublicNotice.objects.running(timezone.localdate()).select_related("round"),
            answers_contests=bool(roles & {"leadership", "inspector"}),
            is_organiser="organiser" in roles,
            is_scrutineer="scrutineer" in roles,
            is_inspector="inspector" in roles,
            **kwargs,
        )


class RoundDetailView(RoundMixin, TemplateView):
    """A round's terms, its fingerprint, and where this person may go from here."""

    template_name = "peer_review/overview/round_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: User = self.user
        may_evaluate = has_perm("peer_review.evaluate_round", user, self.round)
        mine = Assignment.objects.filter(evaluator=user, cell__round=self.round)
        papers = mine.count() if may_evaluate else 0
        return super().get_context_data(
            papers=papers,
            stage=stage_of(self.round, drawn=has_drawn(self.round, user)) if papers else None,
            scrutineers=self.round.scrutineers.all(),
            to_say=Round.objects.asking_self_evaluation_of(user).filter(pk=self.round.pk).first(),
            links=round_links(self.round, user),
            **kwargs,
        )


class ProtectionView(TemplateView):
    """How your anonymity is protected: what is promised, what cannot be. Open to everyone."""

    template_name = "peer_review/overview/protection.html"
