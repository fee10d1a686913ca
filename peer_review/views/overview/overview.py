"""Pages of those who evaluate: their rounds, one round, and how they are protected."""

from django.db.models import Count, Q
from django.utils import timezone
from django.views.generic import TemplateView

from peer_review.domain.ballots.turnout import has_drawn, rounds_drawn_by
from peer_review.domain.planning.roll_confirmation import rolls_to_confirm
from peer_review.domain.rounds.early_closing import standing_early_closing
from peer_review.enums import RoundState
from peer_review.models import Assignment, EarlyClosing, PublicNotice, Round
from peer_review.roles import role_names
from peer_review.rules.roles import has_perm
from peer_review.users import User
from peer_review.views.ballots.stages import Stage, stage_of
from peer_review.views.overview.round_links import round_links
from peer_review.views.shared.access import RoundMixin, SignedInMixin


class RoundListView(SignedInMixin, TemplateView):
    """The list of the reader's rounds: those that wait for them with the last day, then the others."""

    template_name = "peer_review/overview/round_list.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        user = self.user
        mine = Q(cells__assignments__evaluator=user)
        papers = Count("cells__assignments", filter=mine)
        rounds = list(Round.objects.evaluable_by(user).annotate(papers=papers).order_by("closes_at"))
        drawn = rounds_drawn_by(user, rounds)
        waiting: list[tuple[Round, Stage | None]] = []
        others: list[tuple[Round, Stage | None]] = []
        for round in rounds:
            stage = stage_of(round, drawn=round.pk in drawn)
            # Nothing is to be done where the drawing ended without this evaluator.
            waits = round.state == RoundState.OPEN and (stage is None or bool(stage.action))
            (waiting if waits else others).append((round, stage))
        roles = role_names(user)
        seconds = bool(roles & {"inspector", "scrutineer"})
        return super().get_context_data(
            drawn=drawn,
            waiting=waiting,
            others=others[::-1],
            review_rounds=Round.objects.reviewable_by(user).filter(comments_reviewed=False),
            self_evaluation_rounds=Round.objects.asking_self_evaluation_of(user),
            public_notices=PublicNotice.objects.running(timezone.localdate()).select_related("round"),
            answers_contests=bool(roles & {"leadership", "inspector"}),
            early_closings=EarlyClosing.objects.confirmable_by(user).select_related("round") if seconds else (),
            rolls=rolls_to_confirm(user) if seconds else (),
            is_organiser="organiser" in roles,
            is_scrutineer="scrutineer" in roles,
            is_inspector="inspector" in roles,
            **kwargs,
        )


class RoundDetailView(RoundMixin, TemplateView):
    """The page of one round: its terms, its fingerprint, and links to what the reader may open."""

    template_name = "peer_review/overview/round_detail.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        user: User = self.user
        may_evaluate = has_perm("peer_review.evaluate_round", user, self.round)
        mine = Assignment.objects.filter(evaluator=user, cell__round=self.round)
        papers = mine.count() if may_evaluate else 0
        return super().get_context_data(
            papers=papers,
            stage=stage_of(self.round, drawn=has_drawn(self.round, user)) if papers else None,
            scrutineers=self.round.scrutineers.all(),
            self_evaluation_round=Round.objects.asking_self_evaluation_of(user).filter(pk=self.round.pk).first(),
            links=round_links(self.round, user),
            early_closing=standing_early_closing(self.round) if self.round.state == RoundState.OPEN else None,
            **kwargs,
        )


class ProtectionView(TemplateView):
    """The page that says how anonymity is protected, what is promised and what cannot be. Open to everyone."""

    template_name = "peer_review/overview/protection.html"
