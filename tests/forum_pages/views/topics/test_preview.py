"""The preview of a text."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

pytestmark = pytest.mark.django_db


def test_preview_is_the_rendered_text_cut_at_the_longest(as_reader: Client, settings: Settings) -> None:
    settings.FORUM_PAGES_TOPIC_MAX = 5
    answer = as_reader.post(reverse("forum_pages:preview"), {"source": "**粗**长长长"})
    assert answer.context["preview"] == "<p><strong>粗</strong></p>\n"
    assert as_reader.get(reverse("forum_pages:preview")).status_code == 405
