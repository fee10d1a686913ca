"""The one base of refusals."""

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation
from django.utils.translation import gettext_lazy

from disclosures.exceptions import CommentsClosed
from foundation.refusals import Refusal
from organisation.exceptions import FileRefused, NotLeft


class Named(Refusal):
    message = gettext_lazy("Home")


def test_a_refusal_speaks_the_language_of_whoever_reads_it() -> None:
    refusal = Named()

    assert [sentence_in(refusal, language) for language in ("en", "zh-hans")] == ["Home", "首页"]


def sentence_in(refusal: Refusal, language: str) -> str:
    with translation.override(language):
        return str(refusal)


def test_a_refusal_may_carry_its_own_sentence() -> None:
    assert str(Refusal("Row 3 is empty.")) == "Row 3 is empty."
    assert str(FileRefused("Row 3 is empty.")) == "Row 3 is empty."


def test_a_refusal_without_a_sentence_has_that_of_its_class() -> None:
    with translation.override("en"):
        assert str(Refusal()) == "This cannot be done."
    with translation.override("zh-hans"):
        assert str(Refusal()) == "无法执行此操作。"


@pytest.mark.parametrize("refusal", [CommentsClosed, NotLeft])
def test_every_app_refuses_by_the_one_base(refusal: type[Refusal]) -> None:
    assert isinstance(refusal(), Refusal)


def test_wagtails_admin_answers_a_refusal_of_disclosures_with_403() -> None:
    assert issubclass(CommentsClosed, PermissionDenied)
