"""The printable notice with the fingerprint of a round."""

from io import BytesIO

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.generic import TemplateView

from peer_review.domain.keys import custody
from peer_review.domain.schemes.labels import audience_names
from peer_review.views.shared.access import RoundMixin


class PrintedNoticeView(RoundMixin, TemplateView):
    """The page of the printed notice, with the fingerprint to print and hang up."""

    template_name = "peer_review/rounds/printed_notice.html"

    def permitted(self) -> bool:
        allowed = super().permitted()
        if not self.round.fingerprint:
            raise Http404
        return allowed

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return super().get_context_data(
            scrutineers=self.round.scrutineers.all(),
            custody=custody.custody(self.round),
            audiences=audience_names(self.round.frozen_scheme.audiences),
            kiosk=self.kiosk(),
            **kwargs,
        )

    def kiosk(self) -> str:
        """Return where people on paper cast; empty if nobody votes on paper."""
        if not self.round.urns.exists():
            return ""
        return str(self.request.build_absolute_uri(reverse("peer_review:kiosk", args=[self.round.public_id])))


class PrintedNoticeQrView(PrintedNoticeView):
    """The fingerprint as a picture: black on white, whatever the page's colours."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        code = segno.make(f"{self.round.public_id}:{self.round.fingerprint}", error="m")
        picture = BytesIO()
        code.save(picture, kind="svg", scale=4, border=2, dark="#000", light="#fff", xmldecl=False, nl=False)
        return HttpResponse(picture.getvalue(), content_type="image/svg+xml")
