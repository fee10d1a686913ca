"""The step that publishes a round."""

from django.utils.translation import gettext as _

from peer_review.domain.publication import publish
from peer_review.views.shared.round_pages import RoundStepView


class RoundPublishView(RoundStepView):
    """The step that publishes the results of a counted round."""

    def step(self) -> str:
        publish.publish_round(self.round, by=self.user)
        return _("The results are published.")
