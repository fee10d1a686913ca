"""Pages of what was done to a roll by hand, for the organiser and the second person who confirms it."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from peer_review.domain.planning.roll_confirmation import confirm_roll, standing_confirmation
from peer_review.domain.planning.roll_fingerprint import roll_fingerprint
from peer_review.domain.planning.roll_lists import evaluators_by_class
from peer_review.enums import RoundState
from peer_review.exceptions.base import Refusal
from peer_review.models import Assignment, Round, TouchedSubject
from peer_review.paging import page_of
from peer_review.roles import role_names
from peer_review.rules.roles import has_perm
from peer_review.views.planning.touch_messages import NAMED, ListedTouch, touch_lines
from peer_review.views.shared.access import HiddenRoundMixin

PAGE = 50
#: Subjects of one act on a page, each with the names of all who evaluate it.
SUBJECTS = 20


class TouchedRollMixin(HiddenRoundMixin):
    """The base of these pages. A second person reads a draft here, and nowhere else; others find no such page."""

    permission = "peer_review.view_roll_touches"

    def load(self) -> None:
        rounds = Round.objects.with_roll_touches_for(self.request.user).select_related("scheme", "organiser")
        self.round = get_object_or_404(rounds.defer("plan"), public_id=self.kwargs["public_id"])

    @property
    def is_organiser(self) -> bool:
        """Whether the reader organises this round."""
        return bool(has_perm("peer_review.manage_round", self.user, self.round))


class RollTouchesView(TouchedRollMixin, TemplateView):
    """The page of all acts by hand in plain words, the size of the roll they led to, and the confirmation."""

    template_name = "peer_review/planning/roll_touches.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        round = self.round
        # A list may be about ten thousand subjects: the first few are named, and all are counted.
        named = Prefetch("subjects", TouchedSubject.objects.order_by("pk")[:NAMED], to_attr="named_subjects")
        touches = round.roll_touches.select_related("by").annotate(subject_count=Count("subjects"))
        touches = touches.prefetch_related(named)
        page = page_of(touches, self.request.GET, size=PAGE, order=("pk",))
        keys = {subject.subject_key for touch in page for subject in cast("ListedTouch", touch).named_subjects}
        labels = dict(round.subjects.filter(key__in=keys).values_list("key", "label"))
        # Whoever inspects reads the reasons of exclusions, as in the audit log; a scrutineer does not.
        with_reasons = self.is_organiser or "inspector" in role_names(self.user)
        fingerprint = roll_fingerprint(round)
        return super().get_context_data(
            rows=touch_lines(page, labels, with_reasons=with_reasons),
            paging=page,
            is_organiser=self.is_organiser,
            draft=round.state == RoundState.DRAFT,
            fingerprint=fingerprint,
            confirmation=standing_confirmation(round, fingerprint=fingerprint),
            was_confirmed=round.roll_confirmations.exists(),
            may_confirm=has_perm("peer_review.confirm_roll", self.user, round),
            members=round.members.count(),
            subjects=round.subjects.count(),
            papers=Assignment.objects.filter(cell__round=round).count(),
            **kwargs,
        )


class RollTouchView(TouchedRollMixin, TemplateView):
    """The page of one act: whose list it changed, and who is on each of these lists now, by class and name."""

    template_name = "peer_review/planning/roll_touch.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        touch = get_object_or_404(self.round.roll_touches.select_related("by"), pk=self.kwargs["touch"])
        # Never the reader's own: taking somebody off shortens all lists, and those who may confirm it are on some.
        rows = TouchedSubject.objects.filter(touch=touch).exclude(subject_key=f"p{self.user.pk}")
        page = page_of(rows, self.request.GET, size=SUBJECTS, order=("pk",))
        subjects = self.round.subjects.filter(key__in=[row.subject_key for row in page])
        listed = {subject.key: subject for subject in subjects}
        voters = evaluators_by_class(self.round, listed.values())
        lists = []
        for row in page:
            subject = listed.get(row.subject_key)
            lists.append((subject.label, voters[subject.pk]) if subject is not None else (str(row), None))
        # The address names the act too.
        return super().get_context_data(**{**kwargs, "touch": touch, "rows": lists, "paging": page})


class RollConfirmView(TouchedRollMixin, View):
    """The step that confirms the roll as it was read. A refusal is shown on the page of the acts."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not has_perm("peer_review.confirm_roll", self.user, self.round):
            raise PermissionDenied
        try:
            confirm_roll(self.round, by=self.user, fingerprint=request.POST.get("fingerprint", ""))
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("Confirmed as it stands. Any later change voids it."))
        return redirect("peer_review:roll-touches", self.round.public_id)
