"""The opening checklist, each item with its remedy."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from peer_review.exceptions.base import OpeningRefusal
from peer_review.models import Round


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One reason why a draft cannot be opened yet, and the page where it is removed (`url`, empty without one)."""

    refusal: OpeningRefusal
    url: str

    @property
    def code(self) -> str:
        """The stable name of the reason."""
        return self.refusal.code

    @property
    def message(self) -> str:
        """The reason as a sentence."""
        return self.refusal.message

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return str(self.refusal.remedy.label)


def checklist(round: Round, refusals: Iterable[OpeningRefusal]) -> list[ChecklistItem]:
    """Return the refusals as items of the round's checklist, in their order."""
    return [ChecklistItem(refusal, _remedy_url(round, refusal)) for refusal in refusals]


def _remedy_url(round: Round, refusal: OpeningRefusal) -> str:
    remedy = refusal.remedy
    if not remedy.route:
        return ""
    url = reverse(f"peer_review:{remedy.route}", args=[round.public_id])
    return f"{url}#{remedy.anchor}" if remedy.anchor else url
