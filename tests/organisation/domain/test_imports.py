"""An import on its way: check, confirm, carry out."""

from typing import Any

import pytest
from django.utils import translation

from organisation.domain import imports
from organisation.enums import ImportState
from organisation.exceptions import ImportNotReady, ImportStale
from organisation.models import ImportRun, Membership, Staff, User
from tests.factories.imports import HEAD, LI, ZHANG, carry_out, csv_bytes, make_places, snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places() -> None:
    """Two sections and two ranks; words in English."""
    translation.activate("en")
    make_places()


def checked_run(content: bytes) -> ImportRun:
    run = imports.upload(content=content, file_name="staff.csv", is_complete=False, by=None)
    return imports.check(run=run)


def confirm_as_read(run: ImportRun) -> ImportRun:
    """Confirm the comparison as its page shows it now."""
    return imports.confirm(run=run, by=None, fingerprint=run.report["fingerprint"])


def test_confirmed_import_is_carried_out_once_and_its_file_deleted() -> None:
    run = checked_run(csv_bytes(HEAD, ZHANG))
    assert (run.state, run.report["figures"]["added"], Staff.objects.count()) == (ImportState.CHECKED, 1, 0)

    confirm_as_read(run)
    with pytest.raises(ImportNotReady):
        confirm_as_read(run)
    run = imports.carry_out(run=run)
    again = imports.carry_out(run=run)

    assert (again.state, again.content, Staff.objects.count()) == (ImportState.DONE, None, 1)


def test_import_asks_again_if_the_records_changed_since_the_check() -> None:
    run = checked_run(csv_bytes(HEAD, ZHANG, LI))
    confirm_as_read(run)
    carry_out(csv_bytes(HEAD, LI))

    run = imports.carry_out(run=run)

    assert (run.state, run.report["figures"]["added"], bool(run.report["notice"])) == (ImportState.CHECKED, 1, True)
    assert Staff.objects.count() == 1


def test_what_was_read_of_the_first_comparison_does_not_confirm_the_one_that_was_made_anew() -> None:
    """Somebody else still has the page of the first one open, which said that two would be added."""
    run = checked_run(csv_bytes(HEAD, ZHANG, LI))
    read = run.report["fingerprint"]
    confirm_as_read(run)
    carry_out(csv_bytes(HEAD, LI))
    run = imports.carry_out(run=run)

    for fingerprint in (read, ""):
        with pytest.raises(ImportStale):
            imports.confirm(run=run, by=None, fingerprint=fingerprint)
    run.refresh_from_db()
    assert (run.state, Staff.objects.count()) == (ImportState.CHECKED, 1)
    assert confirm_as_read(run).state == ImportState.APPLYING


def test_failure_in_the_middle_leaves_everything_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    run = checked_run(csv_bytes(HEAD, ZHANG))
    confirm_as_read(run)
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


def test_upload_keeps_the_file_and_waits_for_the_check() -> None:
    user = User.objects.create(username="manager")

    run = imports.upload(content=b"x", file_name="a" * 300, is_complete=True, by=user)

    assert (run.state, bytes(run.content or b""), run.is_complete, run.created_by) == (
        ImportState.CHECKING,
        b"x",
        True,
        user,
    )
    assert len(run.file_name) == 200


def test_check_twice_gives_the_same() -> None:
    run = checked_run(csv_bytes(HEAD, ZHANG))
    report = run.report

    assert imports.check(run=run).report == report


def test_file_that_cannot_be_read_is_refused_with_its_reason() -> None:
    run = checked_run(b"")

    assert (run.state, run.report, run.content) == (ImportState.REFUSED, {"refusal": "The file is empty."}, None)


def test_cancelled_import_keeps_no_file_and_a_confirmed_one_is_not_cancelled() -> None:
    run = checked_run(csv_bytes(HEAD, ZHANG))
    cancelled = imports.cancel(run=run, by=None)
    assert (cancelled.state, cancelled.content, bool(cancelled.finished_at)) == (ImportState.CANCELLED, None, True)

    confirmed = confirm_as_read(checked_run(csv_bytes(HEAD, ZHANG)))
    with pytest.raises(ImportNotReady):
        imports.cancel(run=confirmed, by=None)
