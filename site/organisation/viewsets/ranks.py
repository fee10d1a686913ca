"""Ranks in Wagtail's admin."""

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.model import ModelViewSet

from organisation.forms.ranks import RankForm
from organisation.models import Rank
from organisation.permission_policies import ManagePolicy


class RankViewSet(ModelViewSet):
    """Ranks 职级."""

    model = Rank
    icon = "order"
    menu_label = _("Ranks")
    name = "ranks"
    url_prefix = "organisation/ranks"
    list_display = ["name", "code", "order"]
    search_fields = ["name", "code"]
    ordering = ["order"]
    copy_view_enabled = False
    add_to_reference_index = False

    @cached_property
    def permission_policy(self) -> ManagePolicy:
        return ManagePolicy(self.model)

    def get_form_class(self, for_update: bool = False) -> type[RankForm]:
        return RankForm
