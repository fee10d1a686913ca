"""Files for the same people as the pages, noted where they were shown, and refused in words."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape
from openpyxl import load_workbook
from wagtail.models import ModelLogEntry

from peer_review.domain.publication.publish import publish_round
from peer_review.enums import Channel, RoundState
from peer_review.exceptions.results import NoChineseFont
from peer_review.models import DisclosureEntry, Round
from tests.factories.peer_review.counted_rounds import make_counted_round, make_published_round, papers
from tests.factories.peer_review.rounds import make_user
from tests.peer_review.reports.plain import text_of

pytestmark = pytest.mark.django_db(databases=["default", "box"])

FORMATS = ("pdf", "xlsx")


@pytest.fixture
def round() -> Round:
    """甲 to 丁 in section a, 戊 to 辛 in b; a has a head."""
    cells = {(name, "all"): papers(6, 60 + 4 * at, 62 + 4 * at) for at, name in enumerate("甲乙丙丁戊己庚辛")}
    heads = {"a": make_user("甲科长", "section_head")}
    return make_published_round(cells, sections=dict.fromkeys("戊己庚辛", "b"), heads=heads)


def person(round: Round, name: str) -> Any:
    return round.subjects.get(label=name).member.user


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def get(user: Any, round: Round, name: str, *more: Any, query: str = "", **headers: str) -> HttpResponse:
    client = Client(headers={"accept-language": "en", **headers})
    if user is not None:
        client.force_login(user)
    return client.get(reverse(f"peer_review:{name}", args=[round.public_id, *more]) + query)  # type: ignore[return-value]


def people(round: Round) -> dict[str, Any]:
    """Return one person of every role."""
    return {
        "nobody": None,
        "subject": person(round, "甲"),
        "other subject": person(round, "戊"),
        "head": round.members.get(is_section_head=True).user,
        "leader": make_user("局长", "leadership"),
        "organiser": round.organiser,
        "other organiser": make_user("另一组织者", "organiser"),
        "scrutineer": round.scrutineers.first() or make_user("监票人", "scrutineer"),
        "inspector": make_user("纪检", "inspector"),
        "superuser": make_user("超级用户", is_superuser=True),
        "staff": make_user("职工", "staff"),
    }


@pytest.mark.parametrize("format", FORMATS)
def test_each_file_answers_everybody_as_its_page_does(round: Round, format: str) -> None:
    """Every role, every file: 200, 403, 404 or the way to sign in, exactly as on the page of the same figures."""
    of = round.subjects.get(label="甲").pk
    files = {
        "own-report": ("own-result", []),
        "subject-report": ("subject-result", [of]),
        "section-report": ("section-results", []),
        "round-report": ("all-results", []),
    }
    found = {}
    for role, user in people(round).items():
        for name, (page, more) in files.items():
            expected = get(user, round, page, *more).status_code
            if name == "section-report" and role in ("leader", "organiser"):
                # They read sections on the page of all results, one by one; without naming one there is none.
                expected = 404
            found[role, name] = (get(user, round, name, *more, format).status_code, expected)

    assert {one: two for one, two in found.items() if two[0] != two[1]} == {}
    assert found["head", "section-report"] == (200, 200)
    assert found["leader", "round-report"] == (200, 200)
    assert (
        found["superuser", "round-report"] == found["superuser", "all-results"]
        if ("superuser", "all-results") in found
        else True
    )
    assert found["staff", "subject-report"][0] in (403, 404)


@pytest.mark.parametrize(
    ("who", "key", "status"),
    [
        ("head", "a", 200),
        ("head", "b", 404),
        ("head", "nowhere", 404),
        ("leader", "a", 200),
        ("leader", "b", 200),
        ("leader", "nowhere", 404),
        ("organiser", "b", 200),
        ("subject", "a", 403),
    ],
)
def test_section_is_given_to_its_head_and_to_who_sees_all(round: Round, who: str, key: str, status: int) -> None:
    assert get(people(round)[who], round, "section-report", "xlsx", query=f"?section={key}").status_code == status


@pytest.mark.parametrize("visibility", [{"section_head": True}, {"leadership": True}, {"subject": True}])
def test_audience_that_the_scheme_leaves_out_gets_no_file(visibility: dict[str, bool]) -> None:
    head, leader = make_user("科长", "section_head"), make_user("局长", "leadership")
    shown = dict.fromkeys(["subject", "section_head", "leadership", "staff"], False) | visibility
    round = make_published_round({(name, "all"): papers(6) for name in "甲乙"}, heads={"a": head}, visibility=shown)
    answers = {
        "subject": get(person(round, "甲"), round, "own-report", "xlsx").status_code,
        "section_head": get(head, round, "section-report", "xlsx").status_code,
        "leadership": get(leader, round, "round-report", "xlsx").status_code,
    }

    assert answers == {audience: 200 if shown[audience] else 403 for audience in answers}


def test_results_that_are_not_published_are_in_no_file() -> None:
    round = make_counted_round({("甲", "all"): papers(6)})
    leader = make_user("局长", "leadership")

    for format in FORMATS:
        assert get(leader, round, "round-report", format).status_code == 403
        assert get(person(round, "甲"), round, "own-report", format).status_code == 403

    publish_round(round, by=round.organiser)
    assert get(leader, round, "round-report", "pdf").status_code == 200


def test_another_format_is_not_found(round: Round) -> None:
    leader = make_user("局长", "leadership")

    for format in ("docx", "PDF", "csv", "api", "page"):
        assert get(leader, round, "round-report", format).status_code == 404


def test_file_is_saved_under_a_chinese_name_and_kept_by_nobody_between(round: Round) -> None:
    Round.objects.filter(pk=round.pk).update(title='2026年度"民主"测评/甲')

    answer = get(person(round, "甲"), round, "own-report", "pdf")

    name = unquote(answer["Content-Disposition"].partition("filename*=utf-8''")[2])
    assert name == "2026年度-民主-测评-甲 甲.pdf"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["Content-Disposition"].isascii()
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["Content-Type"] == "application/pdf"


@pytest.mark.parametrize("format", FORMATS)
def test_each_file_is_in_the_readers_language(round: Round, format: str) -> None:
    leader = make_user("局长", "leadership")
    english = get(leader, round, "round-report", format).content
    chinese = get(leader, round, "round-report", format, **{"accept-language": "zh-hans"}).content

    if format == "pdf":
        assert ("All results" in text_of(english), "全部结果" in text_of(chinese)) == (True, True)
    else:
        assert "Subjects" in load_workbook(BytesIO(english)).sheetnames
        assert "被评对象" in load_workbook(BytesIO(chinese)).sheetnames


@pytest.mark.parametrize("format", FORMATS)
def test_ledger_knows_what_was_shown_in_which_file_to_which_role(round: Round, format: str) -> None:
    everybody = people(round)
    subject = round.subjects.get(label="甲")
    get(everybody["subject"], round, "own-report", format)
    get(everybody["head"], round, "section-report", format)
    get(everybody["leader"], round, "round-report", format)
    get(everybody["leader"], round, "round-report", format)
    get(everybody["leader"], round, "subject-report", subject.pk, format)

    shown = set(DisclosureEntry.objects.filter(round=round).values_list("scope", "channel", "audience"))

    assert shown == {
        (f"subject:{subject.key}", format, "subject"),
        ("section:a", format, "section_head:a"),
        ("round", format, "leadership"),
        (f"subject:{subject.key}", format, "leadership"),
    }


def test_files_about_many_stand_in_the_audit_log_and_ones_own_do_not(round: Round) -> None:
    everybody = people(round)
    get(everybody["subject"], round, "own-report", "pdf")
    get(everybody["head"], round, "section-report", "pdf")
    get(everybody["leader"], round, "round-report", "xlsx")

    entries = ModelLogEntry.objects.filter(action="peer_review.round.report").order_by("pk")

    assert [(entry.user, entry.data) for entry in entries] == [
        (everybody["head"], {"scope": "section:a", "format": "pdf"}),
        (everybody["leader"], {"scope": "round", "format": "xlsx"}),
    ]


def test_refused_file_leaves_no_trace_and_says_what_to_do(round: Round, tmp_path: Path) -> None:
    user = person(round, "甲")
    with override_settings(PEER_REVIEW_FONT_PATHS=[tmp_path], PEER_REVIEW_SYSTEM_FONTS=False):
        pdf = get(user, round, "own-report", "pdf")
        workbook = get(user, round, "own-report", "xlsx")

    assert pdf.status_code == 503
    assert "fonts-noto-cjk" in pdf.content.decode()
    assert reverse("peer_review:own-report", args=[round.public_id, "xlsx"]) in pdf.content.decode()
    assert workbook.status_code == 200
    assert list(DisclosureEntry.objects.values_list("channel", flat=True)) == [Channel.XLSX]


def test_refusal_is_told_in_the_readers_language(round: Round, tmp_path: Path) -> None:
    with override_settings(PEER_REVIEW_FONT_PATHS=[tmp_path], PEER_REVIEW_SYSTEM_FONTS=False):
        pdf = get(person(round, "甲"), round, "own-report", "pdf", **{"accept-language": "zh-hans"})

    with translation.override("zh-hans"):
        assert escape(NoChineseFont(package="fonts-noto-cjk").message) in pdf.content.decode()
    assert 'lang="zh-Hans"' in pdf.content.decode()


def test_file_of_altered_terms_is_refused_as_its_page_is(round: Round) -> None:
    leader = make_user("局长", "leadership")
    form = {**round.form, "floor": 3}
    Round.objects.filter(pk=round.pk).update(form=form)

    assert get(leader, round, "round-report", "pdf").status_code == get(leader, round, "all-results").status_code == 403


def test_pages_lead_to_their_files(round: Round) -> None:
    everybody = people(round)
    pk = round.subjects.get(label="甲").pk
    pages: list[tuple[str, str, list[int], str]] = [
        ("subject", "own-result", [], "own-report"),
        ("leader", "subject-result", [pk], "subject-report"),
        ("head", "section-results", [], "section-report"),
        ("leader", "all-results", [], "round-report"),
    ]
    for who, page, more, name in pages:
        text = get(everybody[who], round, page, *more).content.decode()
        for format in FORMATS:
            address = reverse(f"peer_review:{name}", args=[round.public_id, *more, format])
            [found] = re.findall(rf'href="({re.escape(address)}[^"]*)"', text)
            assert signed_in(everybody[who]).get(found).status_code == 200, found


@pytest.mark.parametrize(
    ("who", "page", "name"),
    [
        ("subject", "own-result", "own-report"),
        ("head", "section-results", "section-report"),
        ("leader", "all-results", "round-report"),
    ],
)
def test_page_pdf_and_workbook_say_the_same_figures(round: Round, who: str, page: str, name: str) -> None:
    user = people(round)[who]
    html = get(user, round, page).content.decode()
    # But for how far rounded parts may differ, which the page says in a sentence.
    seen = figures_in(re.sub(r"<(svg|style|script).*?</\1>|<[^>]*>", " ", html, flags=re.DOTALL)) - {"0.1"}
    book = load_workbook(BytesIO(get(user, round, name, "xlsx").content), data_only=True)
    cells = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "n"}

    assert len(seen) > 8
    assert seen - figures_in(text_of(get(user, round, name, "pdf").content)) == set()
    assert {float(one) for one in seen} - cells == set()


def figures_in(text: str) -> set[str]:
    """Return every number with one decimal in a text."""
    return set(re.findall(r"(?<![\d.])\d+\.\d(?!\d)", text))


def test_round_of_another_state_keeps_its_files_when_archived(round: Round) -> None:
    Round.objects.filter(pk=round.pk).update(state=RoundState.ARCHIVED)

    assert get(make_user("局长", "leadership"), round, "round-report", "xlsx").status_code == 200


def test_round_is_read_in_as_many_queries_however_many_subjects() -> None:
    leader, counts = make_user("局长", "leadership"), {}
    for many in (1, 3):
        round = make_published_round({(name, "all"): papers(6) for name in "甲乙丙"[:many]})
        get(leader, round, "round-report", "xlsx")  # in the ledger from now on
        with CaptureQueriesContext(connection) as queries:
            get(leader, round, "round-report", "xlsx")
        counts[many] = len(queries)

    assert counts[1] == counts[3]
