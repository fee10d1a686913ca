"""The reference organisation as `make demo` loads it."""

import pytest
from django.core.management import call_command

from demo.load import rounds
from disclosures.models import DisclosurePage
from forum_pages.models import Topic
from organisation.models import Staff
from peer_review.domain.rounds.early_closing import standing_early_closing
from peer_review.enums import CellKind, ResultScope
from peer_review.models import Result, Round
from peer_review.protocol.bulletin import CellRow, Fate


def sizes() -> dict[str, int]:
    models = (Staff, Topic, DisclosurePage, Round)
    return {model.__name__: model.objects.count() for model in models}


@pytest.mark.django_db(databases=["default", "box"], transaction=True)
def test_loading_again_doubles_nothing(demonstration: None) -> None:
    loaded = {"Staff": 120, "Topic": 62, "DisclosurePage": 40, "Round": 5}
    assert sizes() == loaded

    call_command("demo")

    assert sizes() == loaded


def rows_of(title: str, *, words: bool) -> list[CellRow]:
    """Return what the bulletin of a round says of its papers for words, or of its others."""
    round = Round.objects.get(title=title)
    comments = set(round.cells.filter(kind=CellKind.COMMENT).values_list("key", flat=True))
    return [row for row in round.bulletin.read_outcome()["cells"] if (row["cell"] in comments) is words]


@pytest.mark.django_db(databases=["default", "box"], transaction=True)
def test_every_fate_can_be_looked_at_and_an_early_closing_waits(demonstration: None) -> None:
    fates = [row["fate"] for row in rows_of(rounds.PUBLISHED, words=False)]
    published = Result.objects.filter(round__title=rounds.PUBLISHED, scope=ResultScope.SUBJECT)
    closing = standing_early_closing(Round.objects.get(title=rounds.SHEET))

    assert {Fate.MERGED, Fate.FEW} <= set(fates)
    assert published.exclude(joined={}).filter(score__isnull=False).exists()
    assert published.filter(score=None).exists()
    assert Fate.FEW in [row["fate"] for row in rows_of(rounds.FULL_CIRCLE, words=True)]
    assert closing is not None
    assert closing.confirmed_by is None
