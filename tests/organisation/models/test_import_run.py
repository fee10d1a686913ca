"""An import is at work while a background task is."""

import pytest

from organisation.enums import ImportState
from organisation.models import ImportRun


@pytest.mark.parametrize("state", list(ImportState))
def test_import_is_at_work_while_checked_and_carried_out(state: ImportState) -> None:
    run = ImportRun(state=state, file_name="staff.csv")

    assert run.is_working is (state in {ImportState.CHECKING, ImportState.APPLYING})
    assert str(run) == "staff.csv"
