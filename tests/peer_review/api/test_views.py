"""What is answered equals what was published, to the last digit, and holds nothing that the account may not read."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from peer_review.api import views
from peer_review.api.enums import Scope
from peer_review.enums import Channel
from peer_review.models import DisclosureEntry, Result, Round
from tests.factories.peer_review.counted_rounds import make_published_round, papers, spread
from tests.factories.peer_review.rounds import RoundFactory, SchemeFactory, make_open_round, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])
NAMES = "甲乙丙丁戊己庚"


def address(round: Round, path: str = "") -> str:
    return f"/review/api/v1/rounds/{round.public_id}/{path}"


@pytest.fixture
def head() -> Any:
    return make_user("科室负责人", "section_head")


@pytest.fixture
def round(head: Any) -> Round:
    """Seven subjects in section a, their marks apart; a thin one in b, whose 31 and 37 must be nowhere."""
    cells: dict[Any, Any] = {(name, "all"): spread(9, 61 + 4 * at) for at, name in enumerate(NAMES)}
    cells["辛", "all"] = papers(3, 31, 37)
    return make_published_round(cells, sections={"辛": "b"}, heads={"a": head})


def subject(round: Round, name: str) -> Any:
    return round.subjects.get(label=name)


def test_rounds_are_those_of_the_account_newest_first_and_paged_by_key(
    round: Round, reads_for: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views.ByKey, "page_size", 1)
    RoundFactory()  # somebody else's draft
    other = make_published_round({("甲", "all"): papers(6)})
    read = reads_for(make_user("职工", "staff"), Scope.ROUNDS)
    first = read("/review/api/v1/rounds/").json()
    second = read(first["next"]).json()
    assert {one["id"] for page in (first, second) for one in page["results"]} == {round.public_id, other.public_id}
    assert second["next"] is None


def test_round_tells_what_its_page_tells(round: Round, reads_for: Callable[..., Any]) -> None:
    found = reads_for(make_user("职工", "staff"))(address(round)).json()
    assert (found["id"], found["state"], found["has_results"]) == (round.public_id, "published", True)
    assert not {"organiser", "plan", "form", "manifest", "exposure", "receipt_key"} & set(found)


def test_own_result_equals_what_was_published(round: Round, reads_for: Callable[..., Any]) -> None:
    one = subject(round, "丙")
    found = reads_for(one.member.user)(address(round, "results/own/")).json()
    result = Result.objects.get(subject=one)
    assert (found["score"]["value"], found["score"]["low"], found["score"]["high"]) == (
        result.score,
        result.low,
        result.high,
    )
    stored = {row.criterion: (row.value, row.low, row.high, row.n, None) for row in result.criteria.all()}
    assert all(row.abstentions < found["round"]["floor"] for row in result.criteria.all())
    figures = {line["key"]: line["figure"] for line in found["criteria"]}
    assert {
        key: (figure["value"], figure["low"], figure["high"], figure["n"], figure["abstentions"])
        for key, figure in figures.items()
    } == stored
    assert found["round"]["root"] == round.bulletin.root


def test_all_results_equal_what_was_published_page_by_page(
    round: Round, reads_for: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PAGE", 3)
    read = reads_for(make_user("局长", "leadership"))
    rows: list[Any] = []
    after = ""
    while True:
        page = read(address(round, f"results/{after}")).json()
        rows += page["rows"]
        if page["next"] is None:
            break
        after = f"?after={page['next']}"
    stored = dict(Result.objects.filter(round=round, scope="subject").values_list("label", "score"))
    assert {row["label"]: row["score"] and row["score"]["value"] for row in rows} == stored
    assert [row["label"] for row in rows] == [*NAMES, "辛"]
    unit = Result.objects.get(round=round, scope="unit")
    assert page["unit"]["score"]["value"] == unit.score


@pytest.mark.parametrize("after", ["0", "-1", "x", "9" * 30, "", "\x00"])
def test_page_that_follows_no_row_is_a_bad_request(round: Round, reads_for: Callable[..., Any], after: str) -> None:
    read = reads_for(make_user("局长", "leadership"))
    assert read(address(round, "results/"), {"after": after}).status_code == 400


def test_thin_subject_has_no_figure_in_any_answer(round: Round, reads_for: Callable[..., Any]) -> None:
    """31 and 37 were cast; whoever asks for whatever finds neither, nor their mean."""
    thin = subject(round, "辛")
    texts = [
        reads_for(thin.member.user)(address(round, "results/own/")).content,
        reads_for(make_user("局长", "leadership"))(address(round, "results/")).content,
        reads_for(make_user("局长二", "leadership"))(address(round, f"results/subjects/{thin.pk}/")).content,
        reads_for(make_user("职工", "staff"))(address(round, "results/summary/")).content,
    ]
    for text in texts:
        assert not {31.0, 37.0, 33.4} & set(numbers(json.loads(text)))
    assert json.loads(texts[0])["score"] is None


def numbers(found: Any) -> list[float]:
    """Return every number in an answer, without the primary keys of subjects, which can be any number."""
    if isinstance(found, dict):
        return [number for name, value in found.items() if name != "subject" for number in numbers(value)]
    if isinstance(found, list):
        return [number for value in found for number in numbers(value)]
    return [found] if isinstance(found, int | float) and not isinstance(found, bool) else []


def test_each_account_reads_what_its_pages_show_and_no_more(
    round: Round, head: Any, reads_for: Callable[..., Any]
) -> None:
    one, other = subject(round, "丙"), subject(round, "丁")
    paths = {
        "own": "results/own/",
        "mine": f"results/subjects/{one.pk}/",
        "theirs": f"results/subjects/{other.pk}/",
        "section": "results/sections/a/",
        "other section": "results/sections/b/",
        "all": "results/",
        "summary": "results/summary/",
        "participation": "participation/",
        "bulletin": "bulletin/",
    }
    allowed = {
        "subject": (one.member.user, {"own", "mine", "summary", "bulletin"}),
        "head": (head, {"mine", "theirs", "section", "summary", "bulletin"}),
        "leader": (
            make_user("局长", "leadership"),
            {"mine", "theirs", "section", "other section", "all", "summary", "bulletin"},
        ),
        "organiser": (
            round.organiser,
            {"mine", "theirs", "section", "other section", "all", "summary", "participation", "bulletin"},
        ),
        "staff": (make_user("职工", "staff"), {"summary", "bulletin"}),
        "inspector": (make_user("纪检", "inspector"), {"summary", "bulletin"}),
    }
    for role, (user, wanted) in allowed.items():
        read = reads_for(user)
        found = {name for name, path in paths.items() if read(address(round, path)).status_code == 200}
        assert found == wanted, role


def test_round_that_nobody_may_know_is_not_found(reads_for: Callable[..., Any]) -> None:
    draft = RoundFactory()
    read = reads_for(make_user("职工", "staff"))
    assert read(address(draft)).status_code == 404
    assert read("/review/api/v1/rounds/nothing/results/").status_code == 404


def test_open_round_answers_no_figure_but_participation_above_the_floor(reads_for: Callable[..., Any]) -> None:
    running = make_open_round(evaluators=6, subjects=1)
    read = reads_for(running.round.organiser)
    assert read(address(running.round, "results/")).status_code == 403
    assert read(address(running.round, "bulletin/")).status_code == 404
    running.evaluators[1].draw()
    # Whoever is evaluated has no paper. One number of the whole round, whatever the sections.
    assert read(address(running.round, "participation/")).json() == {"eligible": 5, "drawn": 1}


def test_participation_under_the_floor_and_after_the_count_is_none(reads_for: Callable[..., Any], round: Round) -> None:
    few = make_open_round(evaluators=5, subjects=1, scheme=SchemeFactory(floor=5)).round
    for asked in (few, round):
        answer = reads_for(asked.organiser)(address(asked, "participation/"))
        assert (answer.status_code, answer.json()) == (200, {"eligible": None, "drawn": None})


def test_altered_terms_are_refused_as_on_the_pages(round: Round, reads_for: Callable[..., Any]) -> None:
    Round.objects.filter(pk=round.pk).update(form={**round.form, "floor": 3})
    assert reads_for(make_user("局长", "leadership"))(address(round, "results/")).status_code == 403


def test_ledger_knows_what_went_out(round: Round, reads_for: Callable[..., Any]) -> None:
    one = subject(round, "丙")
    reads_for(one.member.user)(address(round, "results/own/"))
    reads_for(make_user("局长", "leadership"))(address(round, "results/"))
    shown = DisclosureEntry.objects.filter(round=round, channel=Channel.API).values_list("scope", "audience")
    assert set(shown) == {(f"subject:{one.key}", "integration"), ("round", "integration")}


def test_all_results_cost_the_same_for_few_and_for_many(reads_for: Callable[..., Any]) -> None:
    def cost(names: str) -> int:
        round = make_published_round({(name, "all"): papers(6) for name in names})
        read = reads_for(make_user("", "leadership"))
        read(address(round, "results/"))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            read(address(round, "results/"))
        return len(queries)

    assert cost("甲") == cost("甲乙丙丁")


def test_words_come_in_the_language_asked_for(round: Round) -> None:
    from django.test import Client

    from tests.peer_review.api.conftest import token_of

    token = token_of(make_user("局长", "leadership"))
    grades = []
    for language in ("en", "zh-hans"):
        client = Client(headers={"authorization": f"Api-Key {token}", "accept-language": language})
        grades.append(client.get(address(round, "results/")).json()["round"]["grades"][0])
    assert grades == ["Excellent", "优秀"]


def test_figures_of_few_are_told_as_ranges_and_nothing_tells_more(reads_for: Callable[..., Any]) -> None:
    """Five of 96 and 60: "78 or more" and 60; the score is the grade alone, and 81.6 stands nowhere."""
    round = make_published_round({("甲", "all"): papers(5, 96, 60)}, exact=False)
    read = reads_for(make_user("领导", "leadership"), Scope.RESULTS)
    answer = read(address(round, f"results/subjects/{subject(round, '甲').pk}/"))
    found = answer.json()
    quality, spirit = (line["figure"] for line in found["criteria"])
    ranges = ("shown", "value", "least", "most")
    assert [quality[name] for name in ranges] == ["at_least", 78.0, 78.0, 78.0]
    assert [spirit[name] for name in ranges] == ["exact", 60.0, 60.0, 60.0]
    assert [found["score"][name] for name in ranges] == ["between", 80.0, 70.0, 89.9]
    assert found["score"]["grade"] == "competent"
    assert "81.6" not in answer.content.decode()
    assert "96.0" not in answer.content.decode()
