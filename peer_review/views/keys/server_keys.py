"""The step that prepares the cell keys of a round, and its progress."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.generic import View

from peer_review.domain.keys import server_keys
from peer_review.views.shared.round_pages import ManagedRoundMixin, RoundStepView


class KeysPrepareView(RoundStepView):
    """The step that makes the cells' keys in the background."""

    def step(self) -> str:
        server_keys.request_keys(self.round, by=self.user)
        return _("The keys are being made. You may leave this page.")


class KeysProgressView(ManagedRoundMixin, View):
    """The number of keys that are ready as JSON, for the progress bar."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        progress = server_keys.key_progress(self.round)
        return JsonResponse({"ready": progress.ready, "total": progress.total})
