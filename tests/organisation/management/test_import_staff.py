"""manage.py import_staff."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from organisation.models import Staff
from tests.factories.imports import HEAD, LI, ZHANG, carry_out, csv_bytes, make_places, snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places() -> None:
    """Two sections and two ranks; words in English."""
    translation.activate("en")
    make_places()


def test_command_dry_run_prints_and_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    carry_out(csv_bytes(HEAD, LI))
    file = tmp_path / "staff.csv"
    file.write_bytes(csv_bytes(HEAD, ZHANG, [*LI[:5], "1", LI[6]]))
    before = snapshot()

    call_command("import_staff", str(file), "--dry-run")

    out = capsys.readouterr().out
    assert "+ 1001 张三: 办公室 · 科员 · since 2020-03-01" in out
    assert "~ 1002 李四: Phone: 0571-8002 → 1" in out
    assert "added 1, changed 1, left 0, unchanged 0" in out
    assert snapshot() == before


def test_command_imports_and_names_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "staff.csv"
    file.write_bytes(csv_bytes(HEAD, ZHANG))
    call_command("import_staff", str(file))
    assert Staff.objects.count() == 1

    file.write_bytes(csv_bytes(HEAD, ["", *ZHANG[1:]]))
    with pytest.raises(CommandError, match="1 errors; nothing was changed"):
        call_command("import_staff", str(file))

    assert "staff.csv, row 2, Employee number: This cell must not be empty." in capsys.readouterr().err
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_staff", str(tmp_path / "none.csv"))
