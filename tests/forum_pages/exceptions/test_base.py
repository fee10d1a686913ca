"""Refusals."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.utils import translation

from forum_pages.exceptions.base import Refusal
from forum_pages.exceptions.moderation import TooManyPinned
from forum_pages.exceptions.topics import TopicLocked

FEATURES = ("base", "boards", "comments", "moderation", "topics")


def refusals() -> list[type[Refusal]]:
    """Every refusal of the forum."""
    for feature in FEATURES:
        import_module(f"forum_pages.exceptions.{feature}")
    return Refusal.__subclasses__()


def test_a_refusal_is_a_sentence_in_the_language_of_who_reads_it() -> None:
    refusal = TooManyPinned(limit=3)
    with translation.override("en"):
        assert refusal.message == "3 topics are pinned on this board already. Unpin one first."
    with translation.override("zh-hans"):
        assert "3" in refusal.message
        assert "pinned" not in refusal.message
    assert str(TopicLocked()) == "topic_locked"


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes = [refusal.code for refusal in refusals()]
    assert len(codes) == len(set(codes)) == 17


@pytest.mark.parametrize("refusal", refusals())
def test_every_refusal_has_a_status_and_a_sentence(refusal: type[Refusal]) -> None:
    assert refusal.status in {404, 409, 422}
    assert str(refusal.text).endswith((".", "。"))
