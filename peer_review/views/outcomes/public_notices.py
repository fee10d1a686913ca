"""Pages of public notices (公示): the list for all staff, and the form that starts one."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from peer_review.conf import conf
from peer_review.domain.outcomes.public_notices import last_day, names_fingerprint, start_public_notice, to_announce
from peer_review.exceptions.base import Refusal
from peer_review.forms.outcomes import PublicNoticeForm
from peer_review.models import PublicNotice, Round
from peer_review.views.shared.access import RoundMixin, SignedInMixin


class PublicNoticeView(SignedInMixin, TemplateView):
    """The public notices of a round: names, dates, where to object. Open to all staff, on the roll or not."""

    template_name = "peer_review/outcomes/public_notice.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        notices = list(
            PublicNotice.objects.visible_to(self.request.user)
            .filter(round__public_id=self.kwargs["public_id"])
            .select_related("by", "contact")
            .prefetch_related("entries__subject")
        )
        if not notices:
            raise Http404
        # Not Round.visible_to: the list is for all, the round itself is not.
        round = get_object_or_404(Round.objects.only("pk", "public_id", "title", "form"), pk=notices[0].round_id)
        return super().get_context_data(notices=notices, round=round, today=timezone.localdate(), **kwargs)


class PublicNoticeStartView(RoundMixin, FormView):
    """The form that shows the names, asks where to object, and starts the notice."""

    template_name = "peer_review/outcomes/public_notice_start.html"
    permission = "peer_review.decide_round"
    form_class = PublicNoticeForm

    def form_valid(self, form: PublicNoticeForm) -> HttpResponse:
        data = form.cleaned_data
        try:
            start_public_notice(
                self.round,
                by=self.user,
                contact=data["contact"],
                contact_words=data["contact_words"],
                seen=self.request.POST.get("fingerprint", ""),
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            return self.form_invalid(form, status=refusal.status)
        messages.success(self.request, _("The public notice runs. All staff see it from today on."))
        return redirect("peer_review:public-notice", self.round.public_id)

    def form_invalid(self, form: PublicNoticeForm, *, status: int = 422) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        until, provisional = last_day(timezone.localdate(), conf.PUBLIC_NOTICE_DAYS)
        listed = list(to_announce(self.round))
        return super().get_context_data(
            listed=listed,
            fingerprint=names_fingerprint(listed),
            until=until,
            provisional=provisional,
            workdays=conf.PUBLIC_NOTICE_DAYS,
            **kwargs,
        )
