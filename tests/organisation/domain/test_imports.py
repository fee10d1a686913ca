"""An import on its way: check, confirm, carry out."""

from typing import Any

import pytest
from django.utils import translation

from organisation.domain import imports
from organisation.enums import ImportState
from organisation.exceptions import ImportNotReady
from organisation.models import ImportRun, Membership, Rank, Section, Staff, User
from tests.factories.imports import HEAD, LI, ZHANG, carry_out, csv_bytes
from tests.factories.organisation import RankFactory, SectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places() -> None:
    """Two sections and two ranks; words in English."""
    translation.activate("en")
    office = SectionFactory(code="BG", name="办公室")
    SectionFactory(code="JL", name="检疫科", parent=office)
    RankFactory(code="KZ", name="科长", order=1)
    RankFactory(code="KY", name="科员", order=2)


def snapshot() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (User, Staff, Membership, Section, Rank, User.groups.through)
    ]


def checked_run(content: bytes) -> ImportRun:
    run = imports.upload(content=content, file_name="staff.csv", is_complete=False, by=None)
    return imports.check(run=run)


def test_confirmed_import_is_carried_out_once_and_its_file_deleted() -> None:
    run = checked_run(csv_bytes(HEAD, ZHANG))
    assert (run.state, run.report["figures"]["added"], Staff.objects.count()) == (ImportState.CHECKED, 1, 0)

    imports.confirm(run=run, by=None)
    with pytest.raises(ImportNotReady):
        imports.confirm(run=run, by=None)
    run = imports.carry_out(run=run)
    again = imports.carry_out(run=run)

    assert (again.state, again.content, Staff.objects.count()) == (ImportState.DONE, None, 1)


def test_import_asks_again_if_the_records_changed_since_the_check() -> None:
    run = checked_run(csv_bytes(HEAD, ZHANG, LI))
    imports.confirm(run=run, by=None)
    carry_out(csv_bytes(HEAD, LI))

    run = imports.carry_out(run=run)

    assert (run.state, run.report["figures"]["added"], bool(run.report["notice"])) == (ImportState.CHECKED, 1, True)
    assert Staff.objects.count() == 1


def test_failure_in_the_middle_leaves_everything_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    run = checked_run(csv_bytes(HEAD, ZHANG))
    imports.confirm(run=run, by=None)
    before = snapshot()

    def fall(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the worker was killed")

    with monkeypatch.context() as patch:
        patch.setattr(Membership.objects, "bulk_create", fall)
        with pytest.raises(RuntimeError):
            imports.carry_out(run=run)
    assert snapshot() == before

    assert imports.carry_out(run=run).state == ImportState.DONE


def test_refused_import_keeps_its_errors_and_no_file() -> None:
    run = checked_run(csv_bytes(HEAD, ["", *ZHANG[1:]]))

    assert (run.state, run.content) == (ImportState.REFUSED, None)
    assert run.report["errors"] == [["staff.csv", 2, "Employee number", "This cell must not be empty."]]
