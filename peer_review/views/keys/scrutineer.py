"""Pages of those who hold a key of the box. The key itself is made and used in their browser only."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.views.generic import TemplateView

from peer_review.domain.keys import custody
from peer_review.enums import RoundState
from peer_review.models import Round
from peer_review.roles import role_names
from peer_review.users import User
from peer_review.views.keys.client_messages import scrutineer
from peer_review.views.shared.access import RoundMixin, SignedInMixin
from zhengyan_crypto.encoding import b64u_encode
from zhengyan_crypto.sharing import MAX_SHARES


class ScrutineerListView(SignedInMixin, TemplateView):
    """The list of the rounds for which the reader is a scrutineer."""

    template_name = "peer_review/keys/scrutineer_list.html"

    def permitted(self) -> bool:
        return "scrutineer" in role_names(self.request.user)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        user = self.user
        return super().get_context_data(
            rounds=Round.objects.openable_by(user),
            to_destroy=set(custody.rounds_to_destroy_key_of(user)),
            **kwargs,
        )


class ScrutineerRoundView(RoundMixin, TemplateView):
    """The scrutineer's page of one round: makes the key while the round is a draft, and opens the box after closing."""

    template_name = "peer_review/keys/scrutineer_round.html"
    permission = "peer_review.open_box"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        response = super().get(request)
        response.headers["Cache-Control"] = "no-store"
        return response

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        round, kept = self.round, custody.custody(self.round)
        scrutineers = list(round.scrutineers.order_by("pk")[:MAX_SHARES])
        total = len(scrutineers)
        mine = kept.shares_of(self.user)
        config = self.config(kept, scrutineers)
        return super().get_context_data(
            config=config,
            epk=config["epk"],
            words=scrutineer(),
            has_urns=round.urns.exists(),
            custody=kept,
            scrutineers=scrutineers,
            thresholds=range(2, total + 1),
            recommended=custody.recommended_threshold(total),
            mine_unconfirmed=[share for share in mine if not share.confirmed],
            mine_undestroyed=[share for share in mine if not share.destroyed],
            **kwargs,
        )

    def config(self, kept: custody.Custody, scrutineers: list[User]) -> dict[str, object]:
        """Return what the page's script is told; nothing of it is secret."""
        round, address = self.round, [self.round.public_id]
        shares = [{"number": share.number, "name": share.holder.get_full_name()} for share in kept.shares]
        draft = round.state == RoundState.DRAFT and kept.made
        return {
            "round": round.public_id,
            "title": round.title,
            "box": round.box_public,
            "epk": b64u_encode(custody.probe_key(round)) if draft else "",
            "custody": {"threshold": kept.threshold, "shares": shares},
            "scrutineers": [{"id": person.pk, "name": person.get_full_name()} for person in scrutineers],
            "csrf": get_token(self.request),
            "csrfCookie": settings.CSRF_COOKIE_NAME,
            "boxKey": reverse("peer_review:box-key", args=address),
            "boxKeyShare": reverse("peer_review:box-key-share", args=address),
            "boxKeyTest": reverse("peer_review:box-key-test", args=address),
            "rows": reverse("peer_review:count-rows", args=address),
            "keys": reverse("peer_review:count-keys", args=address),
            "finish": reverse("peer_review:count-finish", args=address),
            "progress": reverse("peer_review:count-progress", args=address),
        }
