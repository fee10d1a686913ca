"""Pages of Wagtail's admin beside a scheme's form: a new version, export, import."""

from urllib.parse import quote

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView, TemplateView, View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from peer_review.domain.schemes.import_export import export_scheme, import_scheme
from peer_review.domain.schemes.schemes import copy_scheme, make_version, next_version
from peer_review.exceptions.base import Refusal
from peer_review.forms.schemes import SchemeCopyForm, SchemeFileForm
from peer_review.models import Scheme
from peer_review.permission_policies import SchemePermissionPolicy
from peer_review.views.shared.access import user_of

LIST = "wagtailsnippets_peer_review_scheme:list"
EDIT = "wagtailsnippets_peer_review_scheme:edit"


class SchemeAdminMixin(PermissionCheckedMixin):
    """The base of views for organisers only, as the list of schemes is."""

    permission_policy = SchemePermissionPolicy(Scheme)
    permission_required = "change"


class SchemePage(SchemeAdminMixin, WagtailAdminTemplateMixin):
    """A page of the admin that belongs to the schemes."""

    header_icon = "list-ul"
    _show_breadcrumbs = True

    def get_breadcrumbs_items(self) -> list[dict[str, object]]:
        items: list[dict[str, object]] = super().get_breadcrumbs_items()
        return [*items, {"url": reverse(LIST), "label": _("Review schemes")}, {"url": "", "label": self.page_title}]


class SchemeFormPage(SchemePage, FormView):
    """A page with a form: what it refuses is answered with 422 and the input kept."""

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 422
        return response


class OneSchemeMixin(SchemeAdminMixin, View):
    """The base of views about one scheme."""

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        super().setup(request, *args, **kwargs)
        self.scheme = get_object_or_404(Scheme, pk=self.kwargs["pk"])


class SchemeVersionView(OneSchemeMixin, SchemePage, TemplateView):
    """The page that says what a new version is, and makes it."""

    template_name = "peer_review/schemes/scheme_version.html"
    page_title = _("New version")

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return super().get_context_data(scheme=self.scheme, next=next_version(self.scheme.name), **kwargs)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = make_version(self.scheme, by=user_of(request))
        messages.success(request, _("Version %(n)s is there. Change it as you like.") % {"n": version.version})
        return redirect(EDIT, version.pk)


class SchemeCopyView(OneSchemeMixin, SchemeFormPage):
    """The page that asks for a copy's name and makes it.

    Wagtail's own copy view would write the inline rows over the original.
    """

    template_name = "peer_review/schemes/scheme_copy.html"
    page_title = _("Copy")
    form_class = SchemeCopyForm

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return super().get_context_data(scheme=self.scheme, **kwargs)

    def form_valid(self, form: SchemeCopyForm) -> HttpResponse:
        try:
            copy = copy_scheme(self.scheme, name=form.cleaned_data["name"], by=user_of(self.request))
        except Refusal as refusal:
            form.add_error("name", refusal.message)
            return self.form_invalid(form)
        messages.success(self.request, _("The copy is there. Change it as you like."))
        return redirect(EDIT, copy.pk)


class SchemeExportView(OneSchemeMixin):
    """The file of a scheme."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        name = quote(slugify(f"{self.scheme.name}-{self.scheme.version}", allow_unicode=True))
        return HttpResponse(
            export_scheme(self.scheme),
            content_type="application/json",
            headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}.json"},
        )


class SchemeImportView(SchemeFormPage):
    """The page that imports a scheme from a file."""

    template_name = "peer_review/schemes/scheme_import.html"
    page_title = _("Import a scheme")
    form_class = SchemeFileForm
    permission_required = "add"

    def form_valid(self, form: SchemeFileForm) -> HttpResponse:
        try:
            scheme = import_scheme(form.cleaned_data["file"].read(), by=user_of(self.request))
        except Refusal as refusal:
            form.add_error("file", refusal.message)
            return self.form_invalid(form)
        messages.success(self.request, _("“%(name)s” has been taken in.") % {"name": str(scheme)})
        return redirect(EDIT, scheme.pk)
