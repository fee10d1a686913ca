"""Crosstabs: each cell a query to the ledger, asked in one order."""

import pytest

from peer_review.domain.ledger.crosstabs import CrosstabOptions, CrosstabSelection, cross_table, crosstab_options
from peer_review.enums import Channel, CrossRows
from peer_review.exceptions.base import RoundStateInvalid
from peer_review.models import DisclosureEntry, RefusedQuery, Round
from tests.factories.peer_review.counted_rounds import make_crossed_round, make_published_round, papers

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture
def round() -> Round:
    return make_crossed_round()


class TestChoices:
    def test_are_sections_ranks_and_classes_in_the_order_of_roll_and_scheme(self, round: Round) -> None:
        assert crosstab_options(round) == CrosstabOptions(
            sections={"a": "Section a", "b": "Section b"},
            ranks={"rank1": "Rank 1", "rank2": "Rank 2"},
            classes={"leaders": "Leaders", "staff": "Staff"},
            whole=True,
        )

    def test_of_a_head_are_of_the_own_section(self, round: Round) -> None:
        offered = crosstab_options(round, headed="b")
        assert (offered.sections, offered.whole) == ({"b": "Section b"}, False)

    def test_of_a_section_that_is_not_evaluated_are_none(self, round: Round) -> None:
        offered = crosstab_options(round, headed="nowhere")
        assert (offered.sections, offered.ranks) == ({}, {})

    @pytest.mark.parametrize(
        ("rows", "names"),
        [
            (CrossRows.SECTION, ["a", "b"]),
            (CrossRows.RANK, ["rank1", "rank2"]),
            (CrossRows.VOTER_CLASS, ["leaders", "staff"]),
        ],
    )
    def test_rows_are_those_of_their_kind(self, round: Round, rows: str, names: list[str]) -> None:
        assert list(crosstab_options(round).of(rows)) == names

    def test_unknown_rows_are_refused(self, round: Round) -> None:
        with pytest.raises(ValueError, match="person"):
            crosstab_options(round).of("person")


class TestCrossTable:
    def table(self, round: Round, cross: CrosstabSelection) -> dict[str, list[float | None]]:
        rows = cross_table(round, cross, crosstab_options(round), channel=Channel.PAGE, audience="leadership")
        return {row.label: [value for value, _is_asked in row.cells] for row in rows}

    def test_sections_have_their_published_means(self, round: Round) -> None:
        table = self.table(round, CrosstabSelection(CrossRows.SECTION))
        published = {
            result.label: [row.value for row in result.criteria.order_by("criterion")]
            for result in round.results.filter(scope="section")
        }
        assert table == published
        assert DisclosureEntry.objects.filter(round=round, channel="page").count() == 4

    def test_a_cell_that_is_refused_is_empty_and_recorded(self, round: Round) -> None:
        table = self.table(round, CrosstabSelection(CrossRows.RANK, section="a", voter_class="leaders"))
        assert table == {"Rank 1": [None, None], "Rank 2": [None, None]}
        assert RefusedQuery.objects.filter(round=round).count() == 4

    def test_asked_again_it_is_the_same(self, round: Round) -> None:
        cross = CrosstabSelection(CrossRows.VOTER_CLASS)
        assert self.table(round, cross) == self.table(round, cross)

    def test_a_class_that_is_not_asked_a_criterion_is_no_query(self) -> None:
        cells = {("甲", name): papers(6) for name in ("leaders", "staff")}
        round = make_published_round(cells, asked={"spirit": ["staff"]})
        rows = cross_table(
            round,
            CrosstabSelection(CrossRows.VOTER_CLASS),
            crosstab_options(round),
            channel=Channel.PAGE,
            audience="leadership",
        )
        asked = {row.key: [is_asked for _value, is_asked in row.cells] for row in rows}
        assert asked == {"leaders": [True, False], "staff": [True, True]}
        assert not any('"spirit",null,null,"leaders"' in entry.scope for entry in DisclosureEntry.objects.all())

    def test_before_publication_nothing_is_answered(self, round: Round) -> None:
        Round.objects.filter(pk=round.pk).update(state="counted")
        with pytest.raises(RoundStateInvalid):
            self.table(round, CrosstabSelection(CrossRows.SECTION))
        assert not DisclosureEntry.objects.exists()
