"""Write the small dump of today's schema, which tests/project/test_upgrade.py migrates ever after.

    make upgrade-dump

It stands under the version of pyproject.toml in tests/project/data. Keys and ballots are random: two runs differ.
"""

import os
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "site")]
DATA = ROOT / "tests" / "project" / "data"

#: What test_upgrade.py looks for.
SITE = "甲市铁路监管局"
ROUND = "2026 年上半年人员互评"
SCORE = 86.0
TOPIC = "十二字方针怎么落地"
COMMENTS = ("先从本科室做起。", "同意，每周对一次账。")
DOCUMENT = "廉政监督卡管理办法"
USERNAME, NAME, PASSWORD = "wang", "王秀英", "invented-for-the-dump"


def fill() -> None:
    """Invent an organisation of a dozen people that has used each part of the site once."""
    from organisation.enums import Role
    from tests.factories import disclosures, forum_pages, organisation
    from tests.factories.home import home_page
    from tests.factories.peer_review.counted_rounds import make_voted_round, publish

    home_page(SITE)
    wang = organisation.StaffFactory(
        name=NAME, user__username=USERNAME, user__password=PASSWORD, roles=[Role.INSPECTOR]
    ).user
    publish(make_voted_round(evaluators=9, answers={"quality": 90, "spirit": 80}, title=ROUND))
    topic = forum_pages.topic(forum_pages.board(), wang, title=TOPIC)
    first = forum_pages.comment(topic, forum_pages.person("li", name="李建国"), COMMENTS[0])
    forum_pages.comment(topic, wang, COMMENTS[1], parent=first)
    disclosures.published(title=DOCUMENT, responsible=wang)


def main() -> int:
    """Write the file and name it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    import django

    django.setup()
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    from tools import upgrade_dump

    setup_test_environment()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    path = DATA / f"schema-{version}.json.gz"
    DATA.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, upgrade_dump.scratch_databases(Path(folder)):
        call_command("migrate", verbosity=0)
        fill()
        upgrade_dump.write(upgrade_dump.dump(), path)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
