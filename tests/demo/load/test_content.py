"""The demonstration's texts."""

from demo.load.content import disclosures, read, topics
from demo.load.disclosures import COLUMNS
from demo.load.forum import BOARDS
from demo.people import SECTIONS


def test_every_topic_belongs_to_a_board_and_has_a_title_of_its_own() -> None:
    entries = topics()

    assert {entry["board"] for entry in entries} == {board["slug"] for board in BOARDS}
    assert len({entry["title"] for entry in entries}) == len(entries)


def test_every_reply_is_used_once() -> None:
    written = [text for part in (1, 2, 3) for topic in read(f"topics_{part}")["topic"] for text in topic["comments"]]  # type: ignore[attr-defined]
    replies = [text for texts in read("replies").values() for text in texts]  # type: ignore[attr-defined]

    comments = [text for entry in topics() for text in entry["comments"]]

    assert sorted(comments) == sorted([*written, *replies])


def test_no_topic_begins_with_an_answer() -> None:
    assert [entry["title"] for entry in topics() if entry["comments"] and entry["comments"][0].startswith("+ ")] == []


def test_disclosures_come_oldest_first_in_known_columns_and_sections() -> None:
    entries = disclosures()

    assert [entry["days_ago"] for entry in entries] == sorted((entry["days_ago"] for entry in entries), reverse=True)
    assert {entry["column"] for entry in entries} <= {key for key, _title, _code in COLUMNS}
    assert {entry["section"] for entry in entries} <= {key for key, _name, _share in SECTIONS}


def test_successors_are_documents_of_the_demonstration() -> None:
    titles = {entry["title"] for entry in disclosures()}

    assert {entry["repealed_by"] for entry in disclosures() if "repealed_by" in entry} <= titles
