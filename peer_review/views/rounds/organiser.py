"""Pages of organisers: set a round up, open it, watch participation, close, publish. One POST form per step."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import segno
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from peer_review.domain.keys import custody, server_keys
from peer_review.domain.publication import publish
from peer_review.domain.rounds import lifecycle
from peer_review.exceptions.base import Refusal
from peer_review.forms.rounds import RoundForm
from peer_review.models import Round
from peer_review.views.ballots.paper_cards import audience_names
from peer_review.views.shared.access import RoundMixin, SignedInMixin


class OrganiserListView(SignedInMixin, TemplateView):
    """The rounds this organiser is responsible for."""

    template_name = "peer_review/rounds/organiser_list.html"
    permission = "peer_review.add_round"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(rounds=Round.objects.manageable_by(self.request.user), **kwargs)


class ManagedRoundMixin(RoundMixin):
    """A page for the responsible organiser."""

    permission = "peer_review.manage_round"


class RoundFormView(FormView):
    """Shared by creating and editing: a refusal becomes a form error, and the input stays."""

    template_name = "peer_review/rounds/round_form.html"
    form_class = RoundForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user, "round": getattr(self, "round", None)}

    def form_valid(self, form: RoundForm) -> HttpResponse:
        try:
            saved = self.save(form)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            return self.form_invalid(form)
        messages.success(self.request, _("Saved."))
        return redirect("peer_review:round-manage", saved.public_id)

    def save(self, form: RoundForm) -> Round:
        """Make the one domain call."""
        raise NotImplementedError


class RoundCreateView(SignedInMixin, RoundFormView):
    """A new draft."""

    permission = "peer_review.add_round"

    def save(self, form: RoundForm) -> Round:
        return lifecycle.create_round(by=self.request.user, **form.cleaned_data)


class RoundEditView(ManagedRoundMixin, RoundFormView):
    """Change a draft's terms."""

    def save(self, form: RoundForm) -> Round:
        return lifecycle.update_round(self.round, by=self.request.user, **form.cleaned_data)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One named reason why a round cannot be opened yet, and where to remove it."""

    code: str
    message: str
    remedy: str
    url: str


def remedies(round: Round, obstacles: list[Refusal]) -> list[Obstacle]:
    """Return the obstacles with what to do about each."""
    here = [round.public_id]
    edit = (_("Edit the round"), reverse("peer_review:round-edit", args=here))
    people = (_("Go to the roll"), reverse("peer_review:round-roll", args=here))
    on_page = reverse("peer_review:round-manage", args=here)
    known = {
        "clock_set_back": (_("Ask the administrator to correct the clock."), ""),
        "scheme_invalid": (_("Correct the scheme in the administration."), ""),
        "not_organiser": edit,
        "not_scrutineer": edit,
        "no_scrutineer": edit,
        "dates_invalid": edit,
        "dates_in_past": edit,
        "batch_settings_invalid": edit,
        "no_comment_reviewer": edit,
        "comment_reviewer_evaluated": edit,
        "sheet_names_receiver": people,
        "sheet_lists_differ": people,
        "exposure_unproved": (_("Look at the pre-flight"), reverse("peer_review:round-preflight", args=here)),
        "empty_roll": people,
        "self_evaluation": people,
        "subject_with_nobody": people,
        "cell_with_nobody": people,
        "roll_being_written": people,
        "unknown_voter_class": people,
        "keys_missing": (_("Prepare the keys"), on_page + "#keys"),
        "no_box_key": (
            _("Ask a scrutineer to make it on their page; they find it under “Boxes whose key I hold”."),
            "",
        ),
        "shares_unconfirmed": (_("Each holder confirms in the ceremony, or on their own page of scrutineers."), ""),
        "box_key_untested": (_("Ask the scrutineer to confirm and test the key."), ""),
    }
    return [Obstacle(one.code, one.message, *known.get(one.code, ("", ""))) for one in obstacles]


class RoundStepView(ManagedRoundMixin, View):
    """One step, one button: a refusal is said on the page it came from."""

    http_method_names = ["post"]
    back = "round-manage"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            said = self.step()
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, said)
        return redirect(self.back_url())

    def step(self) -> str:
        """Make the one domain call and return what to say."""
        raise NotImplementedError

    def back_url(self) -> str:
        """Return the page to show afterwards."""
        return reverse(f"peer_review:{self.back}", args=[self.round.public_id])


class RoundOpenView(RoundStepView):
    """Draft to open."""

    def step(self) -> str:
        lifecycle.open_round(self.round, by=self.request.user)
        return _("The round is open. Print the notice with its fingerprint.")


class RoundCloseView(RoundStepView):
    """Open to closed."""

    def step(self) -> str:
        lifecycle.close_round(self.round, by=self.request.user)
        return _("The round is closed. A scrutineer can open the box now.")


class RoundPublishView(RoundStepView):
    """Counted to published."""

    def step(self) -> str:
        publish.publish_round(self.round, by=self.request.user)
        return _("The results are published.")


class RoundArchiveView(RoundStepView):
    """Published to archived."""

    def step(self) -> str:
        lifecycle.archive_round(self.round, by=self.request.user)
        return _("The round is archived. Its results stay readable.")


class RoundDeleteView(RoundStepView):
    """Delete a draft."""

    def step(self) -> str:
        lifecycle.delete_round(self.round, by=self.request.user)
        return _("The draft is deleted.")

    def back_url(self) -> str:
        gone = not Round.objects.filter(public_id=self.round.public_id).exists()
        return reverse("peer_review:organiser-list") if gone else super().back_url()


class KeysPrepareView(RoundStepView):
    """Make the cells' keys in the background."""

    def step(self) -> str:
        server_keys.request_keys(self.round, by=self.request.user)
        return _("The keys are being made. You may leave this page.")


class KeysProgressView(ManagedRoundMixin, View):
    """How many keys are ready, for the progress bar."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        progress = server_keys.key_progress(self.round)
        return JsonResponse({"ready": progress.ready, "total": progress.total})


class RoundNoticeView(RoundMixin, TemplateView):
    """The fingerprint to print and hang up."""

    template_name = "peer_review/rounds/notice.html"

    def permitted(self) -> bool:
        allowed = super().permitted()
        if not self.round.fingerprint:
            raise Http404
        return allowed

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            scrutineers=self.round.scrutineers.all(),
            custody=custody.custody(self.round),
            audiences=audience_names(self.round.form),
            kiosk=self.kiosk(),
            **kwargs,
        )

    def kiosk(self) -> str:
        """Return where people on paper cast; empty if nobody votes on paper."""
        if not self.round.urns.exists():
            return ""
        return str(self.request.build_absolute_uri(reverse("peer_review:kiosk", args=[self.round.public_id])))


class NoticeQrView(RoundNoticeView):
    """The fingerprint as a picture: black on white, whatever the page's colours."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        code = segno.make(f"{self.round.public_id}:{self.round.fingerprint}", error="m")
        picture = BytesIO()
        code.save(picture, kind="svg", scale=4, border=2, dark="#000", light="#fff", xmldecl=False, nl=False)
        return HttpResponse(picture.getvalue(), content_type="image/svg+xml")
