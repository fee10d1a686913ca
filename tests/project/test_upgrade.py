"""What an earlier version has stored is there after migrating to today's schema, and is read by today's pages.

Each dump in data/ is loaded into empty databases at its own schema, which are then migrated as an upgrade does.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django.plugin import DjangoDbBlocker

from disclosures.models import DisclosurePage
from forum_pages.models import Topic
from organisation.models import User
from peer_review.box import store
from peer_review.domain.audit import audit_package
from peer_review.models import Round
from peer_review.offline import verify_bulletin
from tools import make_upgrade_dump as scenario
from tools import upgrade_dump

DUMPS = sorted((Path(__file__).parent / "data").glob("schema-*.json.gz"))


@pytest.fixture(scope="module", params=DUMPS, ids=lambda path: path.name.removesuffix(".json.gz"))
def upgraded(
    request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Databases that were filled at the dump's schema and have been migrated since."""
    content = upgrade_dump.read(request.param)
    with django_db_blocker.unblock(), upgrade_dump.scratch_databases(tmp_path_factory.mktemp("upgrade")):
        upgrade_dump.load(content, upgrade_dump.migrate_to(content["migrations"]))
        call_command("migrate", verbosity=0)
        yield


@pytest.fixture
def wang(upgraded: None) -> Client:
    """Somebody of the dump, signed in with the password that they had then."""
    client = Client()
    assert client.login(username=scenario.USERNAME, password=scenario.PASSWORD)
    return client


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_person_of_the_dump_has_name_and_roles(upgraded: None) -> None:
    user = User.objects.get(username=scenario.USERNAME)

    assert user.name == scenario.NAME
    assert user.has_perm("peer_review.view_audit_log")


def test_round_of_the_dump_shows_its_results(upgraded: None) -> None:
    round = Round.objects.get(title=scenario.ROUND)
    (subject,) = round.subjects.all()
    client = Client()
    client.force_login(subject.member.user)

    assert (round.state, subject.result.score, subject.result.ballots) == ("published", scenario.SCORE, 8)
    assert f"{scenario.SCORE:g}" in text_of(client, reverse("peer_review:own-result", args=[round.public_id]))


def test_box_of_the_dump_holds_the_ballots_that_the_bulletin_counts(upgraded: None) -> None:
    round = Round.objects.get(title=scenario.ROUND)

    assert len(list(store.ballots(round.public_id))) == round.bulletin.size == 8


def test_package_of_the_dumps_round_passes_the_verifier_of_today(
    upgraded: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ballots of the first version, from a table with a column of revisions."""
    round = Round.objects.get(title=scenario.ROUND)
    path = tmp_path / "package.zip"
    path.write_bytes(b"".join(audit_package.package_pieces(round)))

    status = verify_bulletin.main(["--recount", str(path), "--fingerprint", round.fingerprint])

    said = capsys.readouterr().out
    assert [line for line in said.splitlines() if line.startswith("FAIL")] == []
    assert status == 0
    assert "figures reproduced" in said


def test_topic_of_the_dump_shows_its_comments(wang: Client) -> None:
    topic = Topic.objects.get(title=scenario.TOPIC)

    page = text_of(wang, topic.get_absolute_url())

    assert [text for text in scenario.COMMENTS if text not in page] == []


def test_disclosure_of_the_dump_is_read(wang: Client) -> None:
    document = DisclosurePage.objects.get()

    assert (document.title, document.live) == (scenario.DOCUMENT, True)
    assert scenario.DOCUMENT in text_of(wang, document.url)


def test_new_rows_are_added_after_those_of_the_dump(upgraded: None) -> None:
    last = User.objects.order_by("pk").last()
    assert last is not None

    added = User.objects.create(username="new")

    assert added.pk > last.pk
