"""Which results: by scope, with figures, readable."""

import pytest

from peer_review.enums import ResultScope
from peer_review.models import CriterionResult, Result, Round
from tests.factories.peer_review.counted_rounds import make_published_round, papers
from tests.factories.peer_review.rounds import make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture
def round() -> Round:
    cells = {(name, "all"): papers(6) for name in "甲乙丙"} | {("丁", "all"): papers(2)}
    return make_published_round(cells, sections={"甲": "a", "乙": "a", "丙": "a", "丁": "b"})


def test_results_are_selected_by_scope_and_by_whether_they_have_figures(round: Round) -> None:
    subjects = Result.objects.of_scope(ResultScope.SUBJECT)

    assert set(subjects.values_list("label", flat=True)) == set("甲乙丙丁")
    assert set(subjects.shown().values_list("label", flat=True)) == set("甲乙丙")
    assert not Result.objects.of_scope("nothing").exists()


def test_criteria_are_readable_where_their_result_is(round: Round) -> None:
    person = round.subjects.select_related("member__user").get(label="甲")
    assert person.member is not None

    for user in (make_user("", "leadership"), person.member.user, None):
        readable = set(Result.objects.visible_to(user).values_list("pk", flat=True))
        rows = CriterionResult.objects.visible_to(user)
        assert set(rows.values_list("result", flat=True)) == {
            pk for pk in readable if CriterionResult.objects.filter(result=pk).exists()
        }


def test_sections_are_listed_for_their_heads_and_for_whoever_sees_all() -> None:
    head = make_user()
    round = make_published_round(
        {(name, "all"): papers(6) for name in "甲乙"}, sections={"甲": "a", "乙": "b"}, heads={"a": head}
    )
    sections = Result.objects.filter(round=round)

    def keys(user: object) -> set[str]:
        return set(sections.with_section_for(user).values_list("section_key", flat=True))

    assert keys(head) == {"a"}
    assert keys(make_user("", "leadership")) == keys(round.organiser) == {"a", "b"}
    assert keys(make_user("", "staff")) == keys(None) == set()
