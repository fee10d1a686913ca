"""The base of pages that show figures of a published round."""

from django.core.exceptions import PermissionDenied

from peer_review.domain.ledger.readers import Reader
from peer_review.domain.preflight.frozen_terms import form_holds
from peer_review.exceptions.preflight import TermsAltered
from peer_review.models import RaisedFinding
from peer_review.rules.roles import has_perm
from peer_review.views.shared.access import RoundMixin


class PublishedMixin(RoundMixin):
    """The base of the pages of published figures, which are refused where the round's terms are not the frozen ones."""

    def permitted(self) -> bool:
        allowed = super().permitted()
        if not form_holds(self.round):
            raise PermissionDenied(TermsAltered().message)
        return allowed

    @property
    def reader(self) -> Reader:
        """The reader of the page, as presenters take it."""
        return Reader(self.user)

    def may_raise(self, section_key: str) -> bool:
        """Whether the reader may raise a finding about this section, or, without a key, about all together."""
        about = RaisedFinding(round=self.round, section_key=section_key)
        return bool(has_perm("peer_review.raise_finding", self.request.user, about))
