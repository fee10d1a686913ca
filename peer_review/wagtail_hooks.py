"""Registration in Wagtail's admin: schemes, and the words of the audit log."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.log_actions import LogActionRegistry
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from peer_review import audit, rules
from peer_review.admin_forms import AudiencesWidget, LinesWidget, SchemeForm
from peer_review.domain.schemes import check_unused
from peer_review.exceptions import SchemeInUse
from peer_review.models import Scheme
from peer_review.permission_policies import SchemePermissionPolicy


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    """Name our acts in Wagtail's log."""
    audit.register(actions)


@hooks.register("before_delete_snippet")
def keep_schemes_in_use(request: HttpRequest, instances: Iterable[Any]) -> HttpResponse | None:
    """Say why a scheme stays, instead of failing; and let nobody delete in bulk who may not delete at all."""
    schemes = [one for one in instances if isinstance(one, Scheme)]
    if schemes and not rules.has_perm("peer_review.manage_schemes", request.user):
        raise PermissionDenied
    try:
        for scheme in schemes:
            check_unused(scheme)
    except SchemeInUse as refusal:
        messages.error(request, refusal.message)
        return redirect("wagtailsnippets_peer_review_scheme:list")
    return None


class SchemeViewSet(SnippetViewSet):
    """Schemes for organisers: criteria and voter classes on one page."""

    model = Scheme
    icon = "list-ul"
    menu_label = _("Review schemes")
    add_to_admin_menu = True
    list_display = ["name", "scale", "floor"]
    search_fields = ["name"]
    permission_policy = SchemePermissionPolicy(Scheme)
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [FieldPanel("name"), FieldPanel("description"), FieldPanel("scale")], heading=_("Questionnaire")
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
                [FieldPanel("floor"), FieldPanel("trim"), FieldPanel("visibility", widget=AudiencesWidget())],
                heading=_("Counting and publication"),
            ),
        ],
        base_form_class=SchemeForm,
    )


register_snippet(SchemeViewSet)
