"""The ballot page and the page that checks a ballot."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.generic import TemplateView

from peer_review.domain.ballots.turnout import has_drawn
from peer_review.domain.planning.envelope_groups import is_paper_voter
from peer_review.domain.rounds.lifecycle import pass_barrier
from peer_review.domain.tally import bulletin as bulletins
from peer_review.enums import RoundState
from peer_review.exceptions.ballots import VotesOnPaper
from peer_review.exceptions.base import RoundStateInvalid
from peer_review.models import Round
from peer_review.users import User
from peer_review.views.ballots import client_messages
from peer_review.views.ballots.ballot_page import ballot_context
from peer_review.views.ballots.paper_cards import own_papers, paper_cards
from peer_review.views.ballots.stages import CAST, mode_of
from peer_review.views.shared.access import RoundMixin


def browser_tag(user: User, round: Round) -> str:
    """Return an opaque name under which a browser keeps this person's drafts, apart from those of others who use it."""
    return salted_hmac("peer_review.browser_tag", f"{user.pk}|{round.public_id}").hexdigest()[:16]


class BallotView(RoundMixin, TemplateView):
    """The ballot page: filling in, looking over, casting, receipt. One document, so that nothing need outlive the tab.

    In two stages the same page first draws and later casts; whoever opens it first after the time has come ends the
    drawing, should the clock's own task not have done so.
    """

    template_name = "peer_review/ballots/ballot.html"
    permission = "peer_review.evaluate_round"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        self.now = timezone.now()
        self.mode = mode_of(self.round, now=self.now)
        if self.round.state == RoundState.OPEN and self.mode == CAST and self.round.barrier_at is None:
            try:
                self.round = pass_barrier(self.round, by=None, now=self.now)
            except RoundStateInvalid:
                self.round.refresh_from_db()  # Closed meanwhile.
        if self.round.state != RoundState.OPEN:
            return redirect("peer_review:ballot-check", self.round.public_id)
        if is_paper_voter(self.round, self.user):
            messages.info(request, VotesOnPaper().message)
            return redirect("peer_review:round-detail", self.round.public_id)
        response = super().get(request)
        response.headers["Cache-Control"] = "no-store"
        return response

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        round, user = self.round, self.user
        drawn = has_drawn(round, user)
        context = ballot_context(
            round,
            paper_cards(round, user),
            drawn=drawn,
            mode=self.mode,
            now=self.now,
            draw=reverse("peer_review:draw", args=[round.public_id]),
            owner=browser_tag(user, round),
            csrf=get_token(self.request),
            csrfCookie=settings.CSRF_COOKIE_NAME,
        )
        too_late = self.mode == CAST and not drawn
        return super().get_context_data(**context, too_late=too_late, **kwargs)


class BallotCheckView(RoundMixin, TemplateView):
    """The page that checks the reader's ballots: the browser asks for the blocks of all the reader's papers.

    What the page asks for depends on round and roll only, never on what lies in the browser. That is why it carries the
    key by which receipts are signed, rather than fetching the manifest where none was kept.
    """

    template_name = "peer_review/ballots/ballot_check.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        address = [self.round.public_id]
        papers = own_papers(self.round, self.user)
        is_version_1 = self.round.has_bulletin and bulletins.is_version_1(self.round)
        config = {
            "round": self.round.public_id,
            "owner": browser_tag(self.user, self.round),
            "fingerprint": self.round.fingerprint,
            # A void round of which too few papers came back has its bulletin, and the check finds each ballot in it.
            "state": RoundState.COUNTED if self.round.has_bulletin else self.round.state,
            "receiptKey": self.round.receipt_public,
            "head": reverse("peer_review:bulletin-head", args=address),
            "cells": reverse("peer_review:bulletin-cells", args=address),
            # All papers of the reader, drawn or not: what is asked for repeats the roll and says no more.
            "own": [] if is_version_1 else sorted(paper.cell for paper in papers),
            # Where there is no block to ask for, everybody reads the bulletin whole.
            "whole": reverse("peer_review:bulletin-json", args=address) if is_version_1 else "",
        }
        return super().get_context_data(
            config=config,
            words=client_messages.check(),
            counted=self.round.has_bulletin,
            papers=papers if self.round.has_bulletin else [],
            **kwargs,
        )
