"""Files against what was published: the same figures to the last digit, in both languages, and nothing else."""

import re
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone, translation
from openpyxl import load_workbook
from pypdf import PdfReader

from peer_review.domain.ledger.readers import Reader
from peer_review.domain.results.presenters import read_round, read_section, read_subject
from peer_review.enums import Channel
from peer_review.models import Bulletin, DisclosureEntry, Result, Round
from peer_review.reports.group_book import round_book, section_book
from peer_review.reports.groups import round_report, section_report
from peer_review.reports.pdf import render
from peer_review.reports.subject import subject_report
from peer_review.reports.subject_book import subject_book
from tests.factories.peer_review.counted_rounds import make_published_round, papers, spread
from tests.factories.peer_review.rounds import make_user
from tests.peer_review.reports.formulas import Calculator
from tests.peer_review.reports.plain import streams_of, text_of
from tests.peer_review.reports.rounds import (
    SAID,
    THIN_CLASS,
    THIN_SUBJECT,
    TRICKY,
    ReportedRound,
    make_reported_round,
    published_numbers,
)

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.usefixtures("in_english")]


@pytest.fixture
def reported() -> ReportedRound:
    return make_reported_round()


def own_reading(reported: ReportedRound, name: str) -> Any:
    result = reported.result(name)
    return read_subject(result, reader=Reader(result.subject.member.user))


def numbers_in(text: str) -> set[str]:
    """Return every number with one decimal that stands in a text."""
    return set(re.findall(r"(?<![\d.])\d+\.\d(?!\d)", text))


def numbers_of(content: bytes) -> set[float]:
    """Return every number of a workbook, formulas by the value that is kept for them."""
    book = load_workbook(BytesIO(content), data_only=True)
    return {cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "n"} - {None}


def words_of(content: bytes) -> str:
    """Return every text of a workbook."""
    book = load_workbook(BytesIO(content))
    cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "s"]
    return "\n".join([*book.sheetnames, *cells])


# The same figures


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_subject_report_shows_every_published_figure_to_its_last_digit(reported: ReportedRound, language: str) -> None:
    with translation.override(language):
        reading = own_reading(reported, "丙")
        text, book = text_of(render(subject_report(reading))), subject_book(reading)

    published = published_numbers(reported.result("丙"))
    assert published <= numbers_in(text)
    assert {float(one) for one in published} <= numbers_of(book)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_round_report_shows_every_score_and_criterion_of_everybody(reported: ReportedRound, language: str) -> None:
    with translation.override(language):
        reading = read_round(reported.round, reader=Reader(reported.leader))
        text, book = text_of(render(round_report(reading))), round_book(reading)

    published: set[str] = set()
    for result in Result.objects.filter(round=reported.round, score__isnull=False):
        published |= {f"{figure:.1f}" for figure in (result.score, result.low, result.high)}
        published |= {f"{one.value:.1f}" for one in result.criteria.all()}
    assert published <= numbers_in(text)
    assert {float(one) for one in published} <= numbers_of(book)


def test_section_report_tells_of_its_members_and_of_no_others(reported: ReportedRound) -> None:
    reading = read_section(reported.round, "a", reader=Reader(reported.head))
    text, book = text_of(render(section_report(reading))), section_book(reading)

    for name in "甲乙丙丁戊己":
        assert name in text
        assert name in words_of(book)
    for name in "辛壬":
        assert name not in text
        assert name not in words_of(book)


def test_every_page_names_the_round_its_fingerprint_and_the_bulletins_root(reported: ReportedRound) -> None:
    root = Bulletin.objects.get(round=reported.round).root

    pages = PdfReader(BytesIO(render(subject_report(own_reading(reported, "甲"))))).pages

    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        # Between Chinese and digits there is a little room, which reads as a blank.
        text = page.extract_text().replace("2026 年", "2026年")
        assert "2026年度民主测评 · 甲" in text
        assert "0000 0000 0000 0000" in text
        assert root in text
        assert f"Page {number} of {len(pages)}" in text


def test_workbook_says_what_it_is_and_what_proves_it(reported: ReportedRound) -> None:
    book = load_workbook(BytesIO(subject_book(own_reading(reported, "甲"))))
    about = book["About this file"]
    said = {str(row[0].value): row[1].value for row in about.iter_rows(min_row=2) if row[0].value}

    assert said["Round"] == "2026年度民主测评"
    assert said["Root of the bulletin"] == Bulletin.objects.get(round=reported.round).root
    assert said["Fingerprint of the keys"] == reported.round.fingerprint
    assert said["Shown from"] == "5 answers on"


def test_chinese_reader_gets_chinese_sheets_and_pages(reported: ReportedRound) -> None:
    with translation.override("zh-hans"):
        reading = own_reading(reported, "甲")
        made, book = render(subject_report(reading)), load_workbook(BytesIO(subject_book(reading)))

    assert "得分" in book.sheetnames
    assert "得分" in text_of(made)
    assert PdfReader(BytesIO(made)).trailer["/Root"]["/Lang"] == "zh-CN"


# Files of a public office: accessible, fit to be kept, reproducible


def test_pdf_is_tagged_titled_and_dated_by_publication(reported: ReportedRound) -> None:
    made = render(subject_report(own_reading(reported, "甲")))
    reader = PdfReader(BytesIO(made))
    root: Any = reader.trailer["/Root"]
    assert reader.metadata is not None

    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - pypdf's own kind of boolean
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    assert reader.metadata.title == "甲"
    assert reader.metadata.author is None
    assert reported.round.published_at is not None
    assert (
        str(reader.metadata.get("/CreationDate", ""))[2:10]
        == f"{timezone.localtime(reported.round.published_at):%Y%m%d}"
    )
    assert b"pdfuaid" in made or b"pdfuaid" in streams_of(made)


def test_pictures_say_in_words_what_they_show(reported: ReportedRound) -> None:
    objects = streams_of(render(subject_report(own_reading(reported, "丙")))).decode("utf-8", "replace")

    assert "/Alt" in objects
    assert "Score and criteria with their intervals. Score: " in objects


def test_same_figures_make_the_same_bytes(reported: ReportedRound) -> None:
    first, second = own_reading(reported, "丙"), own_reading(reported, "丙")

    assert render(subject_report(first)) == render(subject_report(second))
    assert subject_book(first) == subject_book(second)


# Formulas


@pytest.mark.parametrize("name", ["丙", "壬", "辛"])
def test_formulas_of_a_subject_come_to_what_is_kept_and_to_what_was_published(
    reported: ReportedRound, name: str
) -> None:
    reading = own_reading(reported, name)
    calculator = Calculator(subject_book(reading))

    for sheet, cell, computed, kept in calculator.formulas():
        assert float(computed) == pytest.approx(kept, abs=1e-12), (sheet, cell)
    score = {row[0].value: row for row in calculator.book["Score"].iter_rows()}
    if reading.score is None:
        assert (score["Score"][3].value, score["Check"][3].value) == ("too few", "too few")
        return
    check = float(calculator.compute("Score", score["Check"][3].value))
    # A sum of rounded figures may differ from the rounded sum by a last digit, which the sheet then says.
    assert check == pytest.approx(reading.score.value, abs=0.1001)
    less = float(calculator.compute("Score", score["Check less published"][3].value))
    assert less == pytest.approx(check - reading.score.value)


def test_check_that_differs_by_a_last_digit_says_so_and_is_not_bent() -> None:
    """80 and 70.125 make 76.05, published as 76.1; but 70.125 is published as 70.1, and 80 with 70.1 makes 76.0."""
    ballots = [{"quality": 80, "spirit": 71 if at == 0 else 70} for at in range(8)]
    round = make_published_round({("甲", "all"): ballots}, trim=False)
    result = Result.objects.select_related("subject__member", "round").get(round=round, label="甲")
    content = subject_book(read_subject(result, reader=Reader(result.subject.member.user)))
    calculator = Calculator(content)
    rows = {row[0].value: row for row in calculator.book["Score"].iter_rows()}

    assert rows["Score"][3].value == result.score == 76.1
    assert float(calculator.compute("Score", rows["Check"][3].value)) == 76.0
    assert float(calculator.compute("Score", rows["Check less published"][3].value)) == -0.1
    assert "may differ by 0.1" in words_of(content)


def test_class_weights_make_each_criterion_and_the_score(reported: ReportedRound) -> None:
    reading = own_reading(reported, "丙")
    calculator = Calculator(subject_book(reading))
    rows = {row[0].value: row for row in calculator.book["Voter classes"].iter_rows()}

    published = [cell.value for cell in rows["All classes, published"][2:5]]
    checks = [float(calculator.compute("Voter classes", cell.value)) for cell in rows["Check"][2:5]]

    assert published == [reading.score.value, *(line.own.value for line in reading.criteria)]
    assert checks == pytest.approx(published, abs=0.1001)


def test_formulas_of_a_round_come_to_what_is_kept(reported: ReportedRound) -> None:
    calculator = Calculator(round_book(read_round(reported.round, reader=Reader(reported.leader))))
    formulas = calculator.formulas()

    assert len(formulas) > 20
    for sheet, cell, computed, kept in formulas:
        assert float(computed) == pytest.approx(kept, abs=1e-12), (sheet, cell)


def test_mean_of_a_section_is_recomputed_from_the_subjects_listed(reported: ReportedRound) -> None:
    calculator = Calculator(section_book(read_section(reported.round, "a", reader=Reader(reported.head))))
    rows = {row[0].value: row for row in calculator.book["Means"].iter_rows()}
    section = Result.objects.get(round=reported.round, scope="section", section_key="a")

    mean = calculator.compute("Means", rows[section.label][6].value)

    assert float(mean) == pytest.approx(section.score, abs=0.1001)


def test_mean_of_a_section_with_a_thin_subject_is_not_made_of_those_listed(reported: ReportedRound) -> None:
    book = load_workbook(BytesIO(round_book(read_round(reported.round, reader=Reader(reported.leader)))))
    rows = {row[0].value: row for row in book["Means"].iter_rows()}
    section = Result.objects.get(round=reported.round, scope="section", section_key="b")

    assert rows[section.label][6].value == "–"


# What is held back


def test_thin_subject_is_in_no_byte_of_any_report(reported: ReportedRound) -> None:
    reading = own_reading(reported, "辛")
    everybody = read_round(reported.round, reader=Reader(reported.leader))
    for made in (render(subject_report(reading)), render(round_report(everybody))):
        assert not {f"{one}.0" for one in THIN_SUBJECT} & numbers_in(text_of(made))
        assert not {f"{one}.0" for one in THIN_SUBJECT} & numbers_in(streams_of(made).decode("latin-1"))
        assert "不为人知" not in text_of(made)
    for book in (subject_book(reading), round_book(everybody)):
        assert not {float(one) for one in THIN_SUBJECT} & numbers_of(book)
        assert "不为人知" not in words_of(book)
    assert "too few" in text_of(render(subject_report(reading)))
    assert "too few" in words_of(subject_book(reading))


def test_thin_class_is_in_no_cell_and_no_picture(reported: ReportedRound) -> None:
    reading = own_reading(reported, "壬")
    text, book = text_of(render(subject_report(reading))), subject_book(reading)

    assert "too few ballots came in from one of them: Leaders and Staff." in re.sub(r"\s+", " ", text)
    assert "too few ballots came in from one of them: Leaders and Staff." in words_of(book)
    assert not {f"{one}.0" for one in THIN_CLASS} & numbers_in(text)
    assert not {float(one) for one in THIN_CLASS} & numbers_of(book)


def test_workbook_has_no_hidden_sheet_row_or_column_and_no_note(reported: ReportedRound) -> None:
    book = load_workbook(BytesIO(round_book(read_round(reported.round, reader=Reader(reported.leader)))))

    for sheet in book:
        assert sheet.sheet_state == "visible"
        assert not [one for one in sheet.row_dimensions.values() if one.hidden]
        assert not [one for one in sheet.column_dimensions.values() if one.hidden]
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.comment is not None]
    assert list(book.defined_names) == []


# Names and words are data


def test_name_that_looks_like_a_command_prints_as_it_is_written(reported: ReportedRound) -> None:
    reading = own_reading(reported, TRICKY)
    made, book = render(subject_report(reading)), load_workbook(BytesIO(subject_book(reading)))

    assert TRICKY in text_of(made)
    assert "root:" not in text_of(made)
    formulas = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert not [one for one in formulas if "read(" in one]
    assert TRICKY in [
        cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "s"
    ]


def test_comments_print_as_they_were_written(reported: ReportedRound) -> None:
    reading = own_reading(reported, "甲")
    text, book = text_of(render(subject_report(reading))), subject_book(reading)

    for said in SAID:
        for line in said.splitlines():
            assert line in text
        assert said in words_of(book)
    assert "一年来认真履职。" in text
    assert "一年来认真履职。" in words_of(book)


# Over the rounds, and at the quota's line


def make_second_round() -> tuple[Round, Any]:
    """Return a round with an earlier one of the same people and voters, and a leader."""
    ballots = {(name, "all"): spread(8, 70 + 4 * at) for at, name in enumerate("甲乙丙丁戊己庚")}
    earlier = make_published_round(ballots)
    Round.objects.filter(pk=earlier.pk).update(title="2025年度民主测评")
    later = {key: spread(8, 75 + 3 * at) for at, key in enumerate(ballots)}
    return make_published_round(later, earlier=earlier), make_user("局长", "leadership")


def test_trend_shows_each_round_as_it_was_published_and_is_on_record() -> None:
    round, leader = make_second_round()
    result = Result.objects.select_related("subject__member").get(round=round, label="乙", scope="subject")
    then = Result.objects.exclude(round=round).get(label="乙", scope="subject")

    reading = read_subject(result, reader=Reader(leader, Channel.PDF))
    text = re.sub(r"\s+", " ", text_of(render(subject_report(reading))))
    book = load_workbook(BytesIO(subject_book(reading)))

    _before, _heading, trend = text.partition("Over the rounds")
    assert f"{then.score:.1f} {then.low:.1f} – {then.high:.1f}" in trend
    rows = list(book["Over the rounds"].iter_rows(min_row=2, max_row=3, values_only=True))
    assert [row[0] for row in rows] == [round.title, "2025年度民主测评"]
    assert [row[2:5] for row in rows] == [(one.score, one.low, one.high) for one in (result, then)]
    assert [row[5] for row in rows] == [one.criteria.get(criterion="quality").value for one in (result, then)]
    assert DisclosureEntry.objects.filter(round=round, channel=Channel.PDF, scope__startswith="trend:").exists()


def test_round_that_is_held_back_is_in_no_byte_and_said_in_words() -> None:
    ballots = {(name, "all"): spread(8, 70 + 4 * at) for at, name in enumerate("甲乙丙丁戊己庚")}
    earlier = make_published_round(ballots)
    Round.objects.filter(pk=earlier.pk).update(title="相差一人的那一轮")
    round = make_published_round(ballots, earlier=earlier, strangers=1)
    result = Result.objects.select_related("subject__member").get(round=round, label="乙", scope="subject")

    reading = read_subject(result, reader=Reader(make_user("局长", "leadership")))
    made, book = render(subject_report(reading)), subject_book(reading)

    assert reading.trend.held_back == 1
    assert "1 earlier round is not set beside these" in re.sub(r"\s+", " ", text_of(made))
    assert "1 earlier round is not set beside these" in words_of(book)
    assert "相差一人的那一轮" not in text_of(made) + words_of(book)


def test_those_tied_at_the_quotas_line_are_named_and_marked() -> None:
    ballots = {(name, "all"): papers(6, 95, 95) for name in "甲乙"}
    ballots |= {(name, "all"): papers(6, 70, 70) for name in "丙丁戊己庚辛"}
    round, leader = make_published_round(ballots, excellent_quota=20), make_user("局长", "leadership")

    reading = read_round(round, reader=Reader(leader))
    text, book = re.sub(r"\s+", " ", text_of(render(round_report(reading)))), round_book(reading)

    assert sorted(row.label for row in reading.rows if row.line == "tied") == ["乙", "甲"]
    assert "Tied at the line: 甲, 乙." in text or "Tied at the line: 乙, 甲." in text
    assert text.count("tied at the line") == 2
    assert words_of(book).count("tied at the line") == 2


# Room


def test_tables_of_many_criteria_lie_across_and_nothing_else_does() -> None:
    criteria = [(f"c{at}", 10) for at in range(10)]
    ballots = {(name, "all"): [{key: 70 + at for key, _weight in criteria} for at in range(6)] for name in "甲乙"}
    round = make_published_round(ballots, criteria=criteria)

    reading = read_round(round, reader=Reader(make_user("局长", "leadership")))
    pages = PdfReader(BytesIO(render(round_report(reading)))).pages

    across = [page.extract_text() for page in pages if page.mediabox.width > page.mediabox.height]
    upright = [page.extract_text() for page in pages if page.mediabox.width < page.mediabox.height]
    assert len(across) == 2
    assert ["Sections" in across[0], "Criterion by criterion" in across[1]] == [True, True]
    assert any("Place" in text for text in upright)
    assert "What proves the count" in upright[-1]


def test_long_names_are_whole_on_the_first_page_and_short_above_each() -> None:
    title, name = "长" * 120, "名" * 80
    round = make_published_round({(name, "all"): spread(6)})
    Round.objects.filter(pk=round.pk).update(title=title)
    result = Result.objects.select_related("subject__member", "round").get(label=name, scope="subject")

    pages = PdfReader(
        BytesIO(render(subject_report(read_subject(result, reader=Reader(result.subject.member.user)))))
    ).pages
    texts = [re.sub(r"\s+", "", page.extract_text()) for page in pages]

    assert title in texts[0]
    assert name in texts[0]
    for text in texts:
        assert f"{'长' * 59}…·{'名' * 29}…" in text


def test_long_list_repeats_its_heads_on_every_page() -> None:
    round = make_published_round({(f"人{at:02d}", "all"): spread(6, 60 + at % 30) for at in range(60)})

    reading = read_round(round, reader=Reader(make_user("局长", "leadership")))
    texts = [page.extract_text() for page in PdfReader(BytesIO(render(round_report(reading)))).pages]

    ranked = [text for text in texts if re.search(r"\d+–\d+\s*人", text)]
    assert len(ranked) > 1
    assert all("Place" in text and "Ballots" in text for text in ranked)


def test_ranges_read_as_ranges_and_formulas_reckon_with_their_bound() -> None:
    """Five of 96 and 60: "78 or more" in PDF and workbook, and neither holds the mean or the exact score 81.6."""
    round = make_published_round({("甲", "all"): papers(5, 96, 60)}, exact=False)
    result = Result.objects.get(round=round, subject__isnull=False)
    reading = read_subject(result, reader=Reader(result.subject.member.user))
    text, content = text_of(render(subject_report(reading))), subject_book(reading)
    assert "78 or more" in text
    assert "70–89.9" in text
    assert not {"96.0", "81.6"} & numbers_in(text)
    assert not {96.0, 81.6} & numbers_of(content)
    cells = [cell for sheet in load_workbook(BytesIO(content)) for row in sheet.iter_rows() for cell in row]
    assert {(cell.value, cell.number_format) for cell in cells if cell.value == 78.0} == {(78.0, '"78 or more"')}
