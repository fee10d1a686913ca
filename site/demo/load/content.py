"""Reads the demonstration's texts."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import NotRequired, TypedDict, cast

DATA = Path(__file__).resolve().parents[1] / "data"


class TopicEntry(TypedDict):
    """A topic of the forum with its comments; a comment that begins with "+ " answers the one before it."""

    board: str
    title: str
    days_ago: int
    body: str
    comments: list[str]
    pinned: NotRequired[bool]


class DisclosureEntry(TypedDict):
    """A document. `repealed_by` is the title of the one that took its place."""

    column: str
    title: str
    section: str
    days_ago: int
    summary: str
    body: list[str]
    table: NotRequired[list[list[str]]]
    repealed_by: NotRequired[str]


def read(name: str) -> dict[str, object]:
    """Return one data file as a dictionary."""
    return tomllib.loads((DATA / f"{name}.toml").read_text("utf-8"))


def topics() -> list[TopicEntry]:
    """Return every topic with its comments; later replies are dealt out board by board, each used once."""
    entries = [topic for part in (1, 2, 3) for topic in cast(list[TopicEntry], read(f"topics_{part}")["topic"])]
    replies = cast(dict[str, list[str]], read("replies"))
    everywhere = replies.pop("any")
    for board, texts in replies.items():
        _deal(texts, [topic for topic in entries if topic["board"] == board])
    _deal(everywhere, entries)
    return entries


def _deal(texts: Sequence[str], entries: Sequence[TopicEntry]) -> None:
    """Append texts to topics in turn; an answer ("+") goes to the topic that took the text before it."""
    turn = -1
    for text in texts:
        turn += 0 if text.startswith("+ ") else 1
        entries[(turn * 7) % len(entries)]["comments"].append(text)


def disclosures() -> list[DisclosureEntry]:
    """Return every disclosure, oldest first."""
    entries = cast(list[DisclosureEntry], read("disclosures")["disclosure"])
    return sorted(entries, key=lambda entry: -entry["days_ago"])
