"""Settings are read when used, fall back to defaults, and their dotted paths lead somewhere."""

from typing import Any

import pytest
from django.utils.module_loading import import_string

from peer_review.conf import DEFAULTS, conf


def test_conf_reads_the_projects_setting_and_else_the_default(settings: Any) -> None:
    assert conf.FLOOR == DEFAULTS["FLOOR"] == 5

    settings.PEER_REVIEW_FLOOR = 7
    assert conf.FLOOR == 7


@pytest.mark.parametrize("given", [None, ""])
def test_conf_uses_the_projects_secret_where_none_is_given(settings: Any, given: str | None) -> None:
    settings.PEER_REVIEW_KEY_SECRET = given
    assert conf.KEY_SECRET == settings.SECRET_KEY

    settings.PEER_REVIEW_KEY_SECRET = "own"
    assert conf.KEY_SECRET == "own"


def test_conf_uses_wagtails_address_where_none_is_given(settings: Any) -> None:
    settings.PEER_REVIEW_BASE_URL, settings.WAGTAILADMIN_BASE_URL = "", "https://intranet.example"
    assert conf.BASE_URL == "https://intranet.example"

    settings.PEER_REVIEW_BASE_URL = "https://review.example"
    assert conf.BASE_URL == "https://review.example"

    del settings.WAGTAILADMIN_BASE_URL
    settings.PEER_REVIEW_BASE_URL = ""
    assert conf.BASE_URL == ""


def test_conf_knows_no_other_setting() -> None:
    with pytest.raises(AttributeError, match="FLOORS"):
        conf.FLOORS  # noqa: B018 - the access is what is tested


@pytest.mark.parametrize("name", ["ROLL_SOURCE", "LANGUAGE_SOURCE", "WORKDAYS"])
def test_default_functions_exist(name: str) -> None:
    assert callable(import_string(DEFAULTS[name]))
