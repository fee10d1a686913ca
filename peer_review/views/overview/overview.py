"""Pages of those who evaluate: their rounds, the ballot, the check afterwards, and how they are protected."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from peer_review.enums import RoundState
from peer_review.models import Assignment, PublicNotice, Round, SelfEvaluation, Subject
from peer_review.roles import role_names
from peer_review.rules.roles import has_perm
from peer_review.users import User
from peer_review.views.ballots.stages import stage_of
from peer_review.views.shared.access import RoundMixin, SignedInMixin


def self_evaluations_of(user: User) -> Any:
    """Return the open rounds that ask this person what they say of themself; `said` if they have. One query."""
    mine = SelfEvaluation.objects.filter(subject__round=OuterRef("pk"), subject__member__user=user)
    return Round.objects.self_evaluable_by(user).open().annotate(said=Exists(mine.order_by())).order_by("closes_at")


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
        rounds = (
            Round.objects.evaluable_by(user)
            .annotate(
                papers=Count("cells__assignments", filter=mine),
                drawn=Count("cells__assignments", filter=mine & Q(cells__assignments__blinded__isnull=False)),
            )
            .order_by("closes_at")
        )
        for one in rounds:
            one.stage = stage_of(one, drawn=one.drawn > 0)
        waiting = [one for one in rounds if self.waits(one)]
        others = [one for one in reversed(rounds) if not self.waits(one)]
        roles = role_names(user)
        return super().get_context_data(
            waiting=waiting,
            others=others,
            to_review=Round.objects.reviewable_by(user).filter(comments_reviewed=False),
            to_say=self_evaluations_of(user),
            public_notices=PublicNotice.objects.running(timezone.localdate()).select_related("round"),
            answers_contests=bool(roles & {"leadership", "inspector"}),
            is_organiser="organiser" in roles,
            is_scrutineer="scrutineer" in roles,
            is_inspector="inspector" in roles,
            **kwargs,
        )


class RoundDetailView(RoundMixin, TemplateView):
    """A round's terms, its fingerprint, and where this person may go from here."""

    template_name = "peer_review/overview/round.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: User = self.user
        may_evaluate = has_perm("peer_review.evaluate_round", user, self.round)
        mine = Assignment.objects.filter(evaluator=user, cell__round=self.round)
        papers = mine.count() if may_evaluate else 0
        return super().get_context_data(
            papers=papers,
            stage=stage_of(self.round, drawn=mine.drawn().exists()) if papers else None,
            scrutineers=self.round.scrutineers.all(),
            to_say=self_evaluations_of(user).filter(pk=self.round.pk).first(),
            links=self.links(),
            **kwargs,
        )

    def links(self) -> list[dict[str, str]]:
        """Return the pages about this round that this person may open."""
        user, round = self.request.user, self.round
        wanted = [
            ("peer_review.manage_round", "round-manage", _("Organise this round")),
            ("peer_review.open_box", "scrutineer-round", _("The key of the box")),
            ("peer_review.review_comments", "comments-review", _("Review the comments")),
            ("peer_review.evaluate_self", "self-evaluation", _("My self-evaluation")),
            ("peer_review.view_own_result", "own-result", _("My result")),
            ("peer_review.view_section_results", "section-results", _("Results of my section")),
            ("peer_review.view_all_results", "results", _("All results")),
            ("peer_review.decide_round", "decisions", _("Decide the grades")),
            ("peer_review.view_summary", "summary", _("Published summary")),
            ("peer_review.view_bulletin_audit", "inspector", _("Verification")),
        ]
        links = [
            {"url": reverse(f"peer_review:{name}", args=[round.public_id]), "label": label}
            for permission, name, label in wanted
            if has_perm(permission, user, round)
        ]
        if Subject.objects.contestable_by(user).filter(round=round).exists():
            url = reverse("peer_review:my-outcome", args=[round.public_id])
            links.insert(0, {"url": url, "label": _("My outcome, and what I can do about it")})
        if PublicNotice.objects.visible_to(user).filter(round=round).exists():
            url = reverse("peer_review:public-notice", args=[round.public_id])
            links.append({"url": url, "label": _("Public notice")})
        if round.fingerprint:
            links.append({"url": reverse("peer_review:notice", args=[round.public_id]), "label": _("Printed notice")})
        if round.has_bulletin:
            links.append({"url": reverse("peer_review:bulletin", args=[round.public_id]), "label": _("Bulletin")})
        return links


class ProtectionView(TemplateView):
    """How your anonymity is protected: what is promised, what cannot be. Open to everyone."""

    template_name = "peer_review/overview/protection.html"
