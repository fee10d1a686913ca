"""Registration in Wagtail's admin: schemes, and the actions of the audit log."""

from collections.abc import Iterable, Iterator
from functools import partial

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets.button import Button
from wagtail.log_actions import LogActionRegistry
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from peer_review import audit_log
from peer_review.domain.schemes.schemes import check_unused, is_in_use
from peer_review.exceptions.schemes import SchemeInUse
from peer_review.forms.schemes import SchemeForm
from peer_review.forms.widgets import AudiencesWidget, BandsWidget, LinesWidget, SheetRulesWidget, WordsWidget
from peer_review.models import Scheme
from peer_review.permission_policies import SchemePermissionPolicy
from peer_review.rules.roles import has_perm
from peer_review.users import AnyUser
from peer_review.views.schemes import schemes


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    """Register our actions in Wagtail's log."""
    audit_log.register(actions)


@hooks.register("before_delete_snippet")
def keep_schemes_in_use(request: HttpRequest, instances: Iterable[Model]) -> HttpResponse | None:
    """Say why a scheme stays, instead of failing; and let nobody delete in bulk who may not delete at all."""
    schemes = [instance for instance in instances if isinstance(instance, Scheme)]
    if schemes and not has_perm("peer_review.manage_schemes", request.user):
        raise PermissionDenied
    try:
        for scheme in schemes:
            check_unused(scheme)
    except SchemeInUse as refusal:
        messages.error(request, refusal.message)
        return redirect("wagtailsnippets_peer_review_scheme:list")
    return None


@hooks.register("before_edit_snippet")
def keep_versions_in_use(request: HttpRequest, instance: Model) -> HttpResponse | None:
    """A version that an opened round was made from stays as it is: offer a new one instead."""
    if not isinstance(instance, Scheme) or not is_in_use(instance):
        return None
    messages.warning(request, _("A round was made from this version, so it stays as it is."))
    return redirect("wagtailsnippets_peer_review_scheme:version", instance.pk)


@hooks.register("register_snippet_listing_buttons")
def scheme_buttons(snippet: Model, user: AnyUser | None, next_url: str | None = None) -> Iterator[Button]:
    """Offer versions and files beside each scheme of the list."""
    if not isinstance(snippet, Scheme) or not has_perm("peer_review.manage_schemes", user):
        return
    of = partial(reverse, args=[snippet.pk])
    yield Button(_("Copy"), of("wagtailsnippets_peer_review_scheme:duplicate"), icon_name="copy", priority=30)
    yield Button(_("New version"), of("wagtailsnippets_peer_review_scheme:version"), icon_name="history", priority=40)
    yield Button(_("Export"), of("wagtailsnippets_peer_review_scheme:export"), icon_name="download", priority=50)


class SchemeIndexView(IndexView):
    """The list of schemes, with a link to the import."""

    @property
    def header_more_buttons(self) -> list[Button]:
        door = Button(
            _("Import"), reverse("wagtailsnippets_peer_review_scheme:import"), icon_name="upload", priority=30
        )
        return [*super().header_more_buttons, door]


class SchemeViewSet(SnippetViewSet):
    """Schemes for organisers: criteria and voter classes on one page."""

    model = Scheme
    icon = "list-ul"
    menu_label = _("Review schemes")
    add_to_admin_menu = True
    copy_view_enabled = False  # it would overwrite the original's rows: see views.schemes.SchemeCopyView
    list_display = ["name", "version", "scale", "paper", "floor", Column("standing", label=_("For new rounds"))]
    list_filter = ["retired", "scale", "paper"]
    index_view_class = SchemeIndexView
    search_fields = ["name"]
    permission_policy = SchemePermissionPolicy(Scheme)
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldPanel("name"),
                    FieldPanel("description"),
                    FieldPanel("scale"),
                    FieldPanel("grade_set"),
                    FieldPanel("bands", widget=BandsWidget()),
                    FieldPanel("retired"),
                ],
                heading=_("Questionnaire"),
            ),
            InlinePanel(
                "criteria",
                heading=_("Criteria"),
                label=_("Criterion"),
                min_num=1,
                panels=[
                    FieldPanel("key"),
                    FieldPanel("label"),
                    FieldPanel("description"),
                    FieldPanel("weight"),
                    FieldPanel("anchors", widget=LinesWidget(attrs={"rows": 5})),
                    FieldRowPanel([FieldPanel("comment_below"), FieldPanel("comment_above")]),
                    FieldPanel("classes", widget=WordsWidget()),
                ],
            ),
            InlinePanel(
                "voter_classes",
                heading=_("Voter classes"),
                label=_("Voter class"),
                min_num=1,
                panels=[FieldPanel("key"), FieldPanel("label"), FieldPanel("weight")],
            ),
            MultiFieldPanel(
                [
                    FieldPanel("paper"),
                    FieldPanel("sheet_rules", widget=SheetRulesWidget()),
                    FieldPanel("comments"),
                    FieldPanel("comment_limit"),
                    FieldPanel("self_evaluation"),
                ],
                heading=_("Ballot papers"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("floor"),
                    FieldPanel("trim"),
                    FieldPanel("exact_scores"),
                    FieldPanel("min_return"),
                    FieldPanel("excellent_quota"),
                    FieldPanel("quota_approval"),
                    FieldPanel("visibility", widget=AudiencesWidget()),
                ],
                heading=_("Counting and publication"),
            ),
        ],
        base_form_class=SchemeForm,
    )

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("import/", schemes.SchemeImportView.as_view(), name="import"),
            path("version/<int:pk>/", schemes.SchemeVersionView.as_view(), name="version"),
            path("duplicate/<int:pk>/", schemes.SchemeCopyView.as_view(), name="duplicate"),
            path("export/<int:pk>/", schemes.SchemeExportView.as_view(), name="export"),
        ]


register_snippet(SchemeViewSet)
