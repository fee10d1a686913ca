"""Pages of integrations: people make and revoke tokens for systems that read for them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, View

from peer_review.api.domain import confirm_integration, make_integration, revoke_integration
from peer_review.api.enums import Scope
from peer_review.api.forms import IntegrationForm
from peer_review.api.models import Integration
from peer_review.api.rules import can_confirm_tokens
from peer_review.exceptions.base import Refusal
from peer_review.paging import page_of, read_key
from peer_review.views.shared.access import SignedInMixin

PAGE = 50


class IntegrationListView(SignedInMixin, FormView):
    """The list of the reader's integrations, newest first, and the form that makes one.

    Inspectors and administrators see all.
    """

    template_name = "peer_review_api/integration_list.html"
    form_class = IntegrationForm

    def form_valid(self, form: IntegrationForm) -> HttpResponse:
        integration, token = make_integration(by=self.user, **form.cleaned_data)
        # In the answer itself, not behind a redirect: it would have to be kept somewhere in between.
        context = self.get_context_data(form=IntegrationForm(), integration=integration, token=token)
        answer = self.render_to_response(context)
        answer["Cache-Control"] = "no-store"
        return answer

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        rows = Integration.objects.visible_to(self.request.user).select_related("acts_for", "confirmed_by")
        page = page_of(rows, self.request.GET, size=PAGE, order=("-created", "prefix"), read=read_key)
        names = dict(Scope.choices)
        is_confirmer = can_confirm_tokens(self.user)
        return super().get_context_data(
            rows=[
                {
                    "integration": integration,
                    "scopes": [names[scope] for scope in integration.scopes],
                    "is_confirmable": is_confirmer and integration.is_waiting and integration.acts_for != self.user,
                }
                for integration in page
            ],
            paging=page,
            is_confirmer=is_confirmer,
            address=self.request.build_absolute_uri(reverse("peer_review_api:round-list")),
            **kwargs,
        )


class IntegrationConfirmView(SignedInMixin, View):
    """The step by which a second person lets a token open anything."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, prefix: str) -> HttpResponse:
        integration = get_object_or_404(Integration.objects.visible_to(request.user), prefix=prefix)
        try:
            confirm_integration(integration, by=self.user)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("The token of “%(name)s” is confirmed.") % {"name": integration.name})
        return redirect("peer_review_api:integration-list")


class IntegrationRevokeView(SignedInMixin, View):
    """The step that revokes a token, at once and for good."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, prefix: str) -> HttpResponse:
        integration = get_object_or_404(Integration.objects.visible_to(request.user), prefix=prefix)
        revoke_integration(integration, by=self.user)
        messages.success(request, _("The token of “%(name)s” opens nothing any more.") % {"name": integration.name})
        return redirect("peer_review_api:integration-list")
