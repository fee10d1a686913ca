"""What inspectors read of a round is on record under their role, also where they lead."""

import zipfile
from io import BytesIO

import pytest

from peer_review.domain.ledger.readers import Reader
from peer_review.domain.results.audit_readings import read_package, read_patterns
from peer_review.enums import Channel
from peer_review.models import Anomaly, AnomalyRun, DisclosureEntry
from tests.factories.peer_review.counted_rounds import make_published_round, make_voted_round, papers, publish
from tests.factories.peer_review.rounds import make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def lines() -> list[tuple[str, str, str]]:
    return list(DisclosureEntry.objects.values_list("scope", "channel", "audience"))


def test_patterns_are_read_by_inspectors_without_their_own() -> None:
    round = make_published_round({(name, "all"): papers(6) for name in "甲乙"})
    run = AnomalyRun.objects.create(round=round, done=1, total=1)
    own, other = round.subjects.select_related("member__user").order_by("pk")
    for subject in (own, other):
        Anomaly.objects.create(run=run, kind="end", subject=subject, criterion="quality", p=0.01, q=0.01)
    assert own.member is not None
    inspector = own.member.user
    inspector.groups.set(make_user("", "inspector", "leadership").groups.all())

    assert [one.subject for one in read_patterns(run, reader=Reader(inspector))] == [other]
    assert lines() == [("patterns", "page", "inspector")]


def test_a_stranger_is_given_no_pattern() -> None:
    round = make_published_round({("甲", "all"): papers(6)})
    run = AnomalyRun.objects.create(round=round, done=1, total=1)
    Anomaly.objects.create(run=run, kind="end", subject=round.subjects.get(), criterion="quality", p=0.01, q=0.01)

    assert read_patterns(run, reader=Reader(make_user("", "leadership"))) == []


def test_the_package_is_a_zip_and_on_record() -> None:
    running = make_voted_round(evaluators=7, subjects=1, voters=6)
    round = publish(running)
    reader = Reader(make_user("", "inspector", "leadership"), Channel.PACKAGE)

    content = b"".join(read_package(round, reader=reader))

    assert zipfile.ZipFile(BytesIO(content)).testzip() is None
    assert lines() == [("round", "package", "inspector")]
