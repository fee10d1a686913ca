"""What became of a round's papers, as the pages of the bulletin and of the audit list it."""

from collections.abc import Iterator

import pytest
from django.http import QueryDict
from django.utils import translation

from peer_review.models import Round
from peer_review.views.tally import cell_fates as views
from peer_review.views.tally.cell_fates import FateSum, cell_fates
from tests.factories.peer_review.counted_rounds import make_counted_round, papers

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def round() -> Round:
    """A round with a cell of each fate: 7 and 6 counted, 6 and 3 counted together, 4 destroyed.

    The same 9 people are asked each time, and 7 of them have drawn.
    """
    cells = {("甲", "leaders"): 7, ("甲", "staff"): 6, ("乙", "leaders"): 6, ("乙", "staff"): 3, ("丙", "leaders"): 4}
    return make_counted_round({cell: papers(ballots) for cell, ballots in cells.items()}, eligible=9)


def test_each_fate_has_a_line_with_what_the_roll_says(round: Round) -> None:
    assert cell_fates(round.bulletin, QueryDict())["fates"] == [
        FateSum("counted", "Counted", 2, 18),
        FateSum("merged", "Counted with a neighbouring class", 2, 18),
        FateSum("few", "Too few: destroyed unread", 1, 9),
    ]


def test_a_joined_cell_names_its_group(round: Round) -> None:
    found = cell_fates(round.bulletin, QueryDict())
    [group] = found["groups"]
    assert (group.group, group.cells, group.eligible) == (1, 2, 18)
    assert group.columns == round.bulletin.read_outcome()["groups"][0]["columns"]
    assert [(cell.group, cell.eligible) for cell in found["cells"] if cell.group] == [(1, 9)] * 2


def test_cells_are_paged_without_loss_and_sums_are_of_all(round: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "CELLS", 2)
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        query = QueryDict(mutable=True)
        query.update({"after": after} if after else {})
        found = cell_fates(round.bulletin, query)
        seen += [cell.cell for cell in found["cells"]]
        assert sum(line.cells for line in found["fates"]) == 5
        assert {group.group for group in found["groups"]} == {cell.group for cell in found["cells"] if cell.group}
        assert {group.cells for group in found["groups"]} <= {2}
        after = found["paging"].after
    assert seen == sorted(round.cells.values_list("key", flat=True))
