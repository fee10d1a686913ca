"""A rank in Wagtail's admin."""

from wagtail.admin.forms.models import WagtailAdminModelForm

from organisation.models import Rank


class RankForm(WagtailAdminModelForm):
    """A rank, and how high it stands."""

    class Meta:
        model = Rank
        fields = ["code", "name", "order"]
