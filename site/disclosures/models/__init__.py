"""Nouns of disclosure."""

from disclosures.models.document import DisclosureAttachment, DisclosurePage
from disclosures.models.index_number import IndexNumberCounter
from disclosures.models.listing import DisclosureColumnPage, DisclosureIndexPage
from disclosures.models.workflow import ApprovalTask, SecrecyReviewTask

__all__ = [
    "ApprovalTask",
    "DisclosureAttachment",
    "DisclosureColumnPage",
    "DisclosureIndexPage",
    "DisclosurePage",
    "IndexNumberCounter",
    "SecrecyReviewTask",
]
