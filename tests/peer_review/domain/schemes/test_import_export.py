"""Schemes as files: what goes out comes in again, and what is something else is refused with words."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import translation

from peer_review.domain.schemes.default_schemes import create_default_schemes
from peer_review.domain.schemes.import_export import MAX_BYTES, export_scheme, import_scheme
from peer_review.domain.schemes.schemes import freeze_scheme
from peer_review.exceptions.base import SchemeInvalid
from peer_review.exceptions.schemes import SchemeFileInvalid
from peer_review.models import Criterion, Scheme
from tests.factories.peer_review.rounds import SchemeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.mark.parametrize("key", ["annual", "section", "graded", "full_circle", "sheet", "pulse"])
def test_a_scheme_comes_back_as_it_went_out(key: str) -> None:
    scheme = create_default_schemes()[key]
    file = export_scheme(scheme)
    scheme.criteria.all().delete()
    Scheme.objects.all().delete()

    made = import_scheme(file, by=None)

    assert export_scheme(made) == file
    assert (made.version, made.retired) == (1, False)
    assert json.loads(file)["name"] == made.name


def test_a_name_that_is_there_already_becomes_the_next_version_and_nothing_is_overwritten() -> None:
    scheme = SchemeFactory()
    before = freeze_scheme(scheme)

    made = import_scheme(export_scheme(scheme), by=None)

    assert (made.name, made.version) == (scheme.name, 2)
    assert freeze_scheme(Scheme.objects.get(pk=scheme.pk)) == before


@pytest.mark.parametrize(
    "spoil",
    [
        lambda value: value.pop("format"),
        lambda value: value.update(format="zhengyan.scheme/9"),
        lambda value: value.pop("bands"),
        lambda value: value["criteria"][0].pop("anchors"),
        lambda value: value["criteria"][0].update(weight="much"),
        lambda value: value["criteria"][0].update(key="x" * 80),
        lambda value: value.update(criteria="none"),
        lambda value: value.update(classes=[1]),
        lambda value: value.update(scale="stars"),
        lambda value: value.update(name=None),
        lambda value: value.update(name="\x00"),
        lambda value: value.update(name="\ud800"),
        lambda value: value.update(description=["x"]),
        lambda value: value.update(visibility=None),
        lambda value: value.update(visibility={"subject": "yes"}),
        lambda value: value.update(sheet_rules=[None]),
        lambda value: value.update(sheet_rules=[{"kind": {}}]),
        lambda value: value.update(bands=[90, "70", 60]),
        lambda value: value.update(floor=True),
        lambda value: value.update(floor=10**40),
        lambda value: value["criteria"][0].update(label=None),
        lambda value: value["criteria"][0].update(label="\ud800"),
        lambda value: value["criteria"][0].update(anchors=[None]),
        lambda value: value["criteria"][0].update(comment_below="low"),
        lambda value: value["criteria"][0].update(classes=None),
        lambda value: value["criteria"][0].update(weight="Infinity"),
        lambda value: value["criteria"][0].update(weight="1e999999"),
        lambda value: value["classes"][0].update(key=[]),
        lambda value: value.update(floor="many"),
        lambda value: value.update(comment_limit=5),
        lambda value: value.update(excellent_quota=21),
        lambda value: value.update(excellent_quota=26, quota_approval="局发〔2026〕3 号"),
        lambda value: value.update(name=""),
    ],
)
def test_what_is_no_such_file_is_refused_and_nothing_is_kept(spoil: Callable[[Any], Any]) -> None:
    value = json.loads(export_scheme(SchemeFactory()))
    Scheme.objects.all().delete()
    spoil(value)

    with pytest.raises(SchemeFileInvalid) as refusal, translation.override("en"):
        import_scheme(json.dumps(value).encode(), by=None)

    assert "Nothing was taken in" in refusal.value.message
    assert not Scheme.objects.exists()
    assert not Criterion.objects.exists()


@pytest.mark.parametrize("data", [b"[" * 100_000, b"", b"\xff\xfe", b"[]", b"null", b"{", b" " * (MAX_BYTES + 1)])
def test_what_is_not_json_is_refused(data: bytes) -> None:
    with pytest.raises(SchemeFileInvalid):
        import_scheme(data, by=None)


def test_a_file_whose_scheme_could_not_be_asked_says_every_fault() -> None:
    value = json.loads(export_scheme(SchemeFactory()))
    Scheme.objects.all().delete()
    value["criteria"][0]["weight"] = "10"
    value["bands"] = [10, 20, 30]

    with pytest.raises(SchemeInvalid) as refusal:
        import_scheme(json.dumps(value).encode(), by=None)

    assert len(refusal.value.problems) == 2
    assert not Scheme.objects.exists()


def test_a_file_from_before_there_were_quotas_comes_in_without_one() -> None:
    value = json.loads(export_scheme(SchemeFactory(excellent_quota=25, quota_approval="局发〔2026〕3 号")))
    assert (value.pop("excellent_quota"), value.pop("quota_approval")) == (25, "局发〔2026〕3 号")

    made = import_scheme(json.dumps(value).encode(), by=None)

    assert (made.excellent_quota, made.quota_approval) == (0, "")


def test_exact_scores_go_out_and_come_in_and_older_files_have_none() -> None:
    value = json.loads(export_scheme(SchemeFactory(exact_scores=True)))
    assert import_scheme(json.dumps(value).encode(), by=None).exact_scores is True
    assert value.pop("exact_scores") is True
    assert import_scheme(json.dumps(value).encode(), by=None).exact_scores is False
