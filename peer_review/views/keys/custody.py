"""Custody of the box key: endpoints that take its public half, its holders and its test, and pages for the holders of
shares. The key itself is sent to none of them."""

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_variables
from django.views.generic import View

from peer_review.domain.keys import box_export, custody
from peer_review.exceptions.base import BadEncoding, Refusal
from peer_review.exceptions.keys import SharesInvalid
from peer_review.offline import OPEN_BOX
from peer_review.users import User
from peer_review.views.shared.access import RoundMixin, scrutineers_round, user_of
from peer_review.views.shared.json_endpoints import read_json, unlogged_endpoint
from zhengyan_crypto import canonical
from zhengyan_crypto.encoding import b64u_decode, b64u_encode
from zhengyan_crypto.errors import CryptoError


@csrf_protect
@unlogged_endpoint("POST")
def box_key_view(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take {"public": base64url}, a box key's public half, and for a key in shares also {"threshold", "holders": [user
    ids in the order of the shares]}; answer {"epk"} of a test row sealed for it."""
    round = scrutineers_round(request, public_id)
    posted = read_json(request, limit=10_000)
    fields = {"public", "threshold", "holders"} if type(posted) is dict and "holders" in posted else {"public"}
    body = canonical.expect_fields(posted, frozenset(fields), "box key")
    public = b64u_decode(body["public"])
    threshold, holders = 1, None
    if "holders" in fields:
        threshold, holders = _integer(body["threshold"]), _holders(body["holders"])
    epk = custody.set_box_key(round, by=user_of(request), public=public, threshold=threshold, holders=holders)
    return JsonResponse({"epk": b64u_encode(epk)})


@csrf_protect
@unlogged_endpoint("POST")
def box_key_share_view(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take {"number"} of a share whose holder has written it down, and {"epk"} of the test row that its key was given
    with; answer {"ok": true}."""
    round = scrutineers_round(request, public_id)
    body = canonical.expect_fields(read_json(request, limit=1_000), frozenset({"number", "epk"}), "share")
    number, epk = _integer(body["number"]), b64u_decode(body["epk"])
    custody.confirm_share(round, by=user_of(request), number=number, epk=epk)
    return JsonResponse({"ok": True})


@csrf_protect
@sensitive_variables()
@unlogged_endpoint("POST")
def box_key_test_view(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take {"key": base64url}, the test row's content key; answer {"ok": true} if it opens the row."""
    round = scrutineers_round(request, public_id)
    body = canonical.expect_fields(read_json(request, limit=1_000), frozenset({"key"}), "test")
    custody.confirm_box_key(round, by=user_of(request), key=b64u_decode(body["key"]))
    return JsonResponse({"ok": True})


@unlogged_endpoint("GET")
def open_box_view(request: HttpRequest) -> FileResponse:
    """Return the file of the command that makes keys and opens boxes. It is public code and holds no secret."""
    return FileResponse(
        OPEN_BOX.open("rb"), as_attachment=True, filename=OPEN_BOX.name, content_type="text/x-python; charset=utf-8"
    )


class BoxRowsView(RoundMixin, View):
    """The file that the command combines with the key: the test row before opening, every row after closing."""

    permission = "peer_review.open_box"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        try:
            rows = box_export.rows_file(self.round)
        except Refusal as refusal:
            messages.error(request, refusal.message)
            return redirect("peer_review:scrutineer-round", self.round.public_id)
        response = HttpResponse(rows, content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="box-rows-{self.round.public_id[:8]}.json"'
        response["Cache-Control"] = "no-store"
        return response


class ShareStepView(RoundMixin, View):
    """The base of the steps by which a holder says something about their own share."""

    permission = "peer_review.open_box"

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        try:
            self.record()
        except Refusal as refusal:
            messages.error(request, refusal.message)
        return redirect("peer_review:scrutineer-round", self.round.public_id)

    def record(self) -> None:
        """Make the one domain call."""
        raise NotImplementedError


class ShareConfirmView(ShareStepView):
    """The step by which a holder confirms that they have their share on paper."""

    def record(self) -> None:
        try:
            epk = b64u_decode(self.request.POST.get("epk", ""))
        except CryptoError:
            epk = b""  # of no key
        for share in custody.custody(self.round).shares_of(self.user):
            custody.confirm_share(self.round, by=self.user, number=share.number, epk=epk)
        messages.success(self.request, _("Recorded: you have your share on paper."))


class ShareDestroyView(ShareStepView):
    """The step by which a holder records that they have destroyed their share."""

    def record(self) -> None:
        custody.destroy_share(self.round, by=self.user)
        messages.success(self.request, _("Recorded: what you kept of the key is destroyed."))


def _integer(value: object) -> int:
    if type(value) is not int:
        raise BadEncoding
    return value


def _holders(value: object) -> list[User]:
    """Return the users with these ids, in this order."""
    if type(value) is not list or any(type(pk) is not int for pk in value):
        raise BadEncoding
    users = get_user_model()._default_manager.in_bulk(value)
    if set(users) != set(value):
        raise SharesInvalid
    return [users[pk] for pk in value]
