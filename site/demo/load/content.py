"""Reads the demonstration's texts."""

import tomllib
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[1] / "data"


def read(name: str) -> dict[str, Any]:
    """Return one data file as a dictionary."""
    return tomllib.loads((DATA / f"{name}.toml").read_text("utf-8"))


def topics() -> list[dict[str, Any]]:
    """Return every topic with its comments; later replies are dealt out board by board, each used once."""
    found = [topic for part in (1, 2, 3) for topic in read(f"topics_{part}")["topic"]]
    replies = read("replies")
    everywhere = replies.pop("any")
    for board, texts in replies.items():
        _deal(texts, [topic for topic in found if topic["board"] == board])
    _deal(everywhere, found)
    return found


def _deal(texts: list[str], found: list[dict[str, Any]]) -> None:
    """Append texts to topics in turn; an answer ("+") goes to the topic that took the text before it."""
    turn = -1
    for text in texts:
        turn += 0 if text.startswith("+ ") else 1
        found[(turn * 7) % len(found)]["comments"].append(text)


def disclosures() -> list[dict[str, Any]]:
    """Return every disclosure, oldest first."""
    return sorted(read("disclosures")["disclosure"], key=lambda entry: -entry["days_ago"])
