"""Which files `make test-fast` leaves out, and that what conftest.py says of files is about files that exist."""

from pathlib import Path

from tests.conftest import BROWSER, LONG_TESTS, SPREAD, TESTS
from tools.test_durations import measured, slow_files

REPORT = """<testsuites><testsuite>
<testcase classname="tests.shop.test_orders" name="test_one" time="1.5"/>
<testcase classname="tests.shop.test_orders.TestMany" name="test_two[a]" time="0.5"/>
<testcase classname="tests.shop.test_gone" name="test_three" time="9"/>
</testsuite></testsuites>"""


def test_seconds_are_added_up_for_each_file_that_exists(tmp_path: Path) -> None:
    (tmp_path / "tests" / "shop").mkdir(parents=True)
    (tmp_path / "tests" / "shop" / "test_orders.py").touch()
    (tmp_path / "report.xml").write_text(REPORT)

    assert measured([tmp_path / "report.xml"], tmp_path) == {"shop/test_orders.py": (2.0, 2)}


def test_slow_are_the_files_whose_tests_cost_most() -> None:
    files = {"a.py": (10.0, 100), "b.py": (10.0, 10), "c.py": (10.0, 1)}

    assert slow_files(files, budget=20) == ["c.py"]
    assert slow_files(files, budget=19) == ["b.py", "c.py"]


def test_browser_and_long_files_take_nothing_of_the_budget() -> None:
    assert slow_files({"e2e/a.py": (50.0, 1), "attack/b.py": (50.0, 1), "c.py": (20.0, 1)}, budget=20) == []


def test_names_in_conftest_are_those_of_files_and_tests() -> None:
    files = {path.name for path in TESTS.rglob("*")}
    text = "\n".join(path.read_text("utf-8") for path in TESTS.rglob("test_*.py") if path != Path(__file__))

    assert {*BROWSER, *SPREAD} <= files
    assert [name for name in LONG_TESTS if f"def {name}(" not in text] == []
