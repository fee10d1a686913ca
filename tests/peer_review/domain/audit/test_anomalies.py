"""The search for patterns: what is kept of it, that it may be cut short anywhere, and who may read it."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from wagtail.models import ModelLogEntry

from peer_review import signals
from peer_review.domain.audit import anomalies
from peer_review.domain.audit.anomalies import find_anomalies, find_anomalies_task, search_anomalies
from peer_review.enums import AnomalyKind
from peer_review.exceptions.base import RoundStateInvalid
from peer_review.exceptions.preflight import TermsAltered
from peer_review.models import Anomaly, AnomalyRun, Assignment, Round, Subject
from peer_review.rules.roles import has_perm
from tests.factories.peer_review.counted_rounds import make_counted_round, make_published_round, papers, spread
from tests.factories.peer_review.rounds import make_user
from tests.factories.peer_review.searched_rounds import make_sections_round, make_two_rounds

pytestmark = pytest.mark.django_db(databases=["default", "box"])

NAMES = "甲乙丙丁戊己庚辛壬癸"


@pytest.fixture(autouse=True)
def fewer_hands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand deals a probability are for inspectors; a test sees as much in a thousand."""
    for name in ("ends", "unanimous", "camps", "returns", "changes"):
        search = getattr(anomalies, name)
        monkeypatch.setattr(
            anomalies, name, lambda *args, _search=search, **kwargs: _search(*args, hands=999, **kwargs)
        )


def make_striking_round(**kwargs: Any) -> Round:
    """Return a published round of ten subjects: 甲 at the top in quality, 乙 seen in two ways, the others ordinary."""
    cells = {(name, "all"): spread(14, 76 + at) for at, name in enumerate(NAMES)}
    for ballot in cells["甲", "all"]:
        ballot["quality"] = 100
    for at, ballot in enumerate(cells["乙", "all"]):
        ballot["quality"] = 50 + at if at < 7 else 85 + at
    return make_published_round(cells, **kwargs)


def searched(round: Round) -> AnomalyRun:
    AnomalyRun.objects.get_or_create(round=round, defaults={"total": len(round.frozen_scheme.criteria) + 2})
    find_anomalies(round)
    return AnomalyRun.objects.get(round=round)


def told(run: AnomalyRun) -> list[tuple[str, str, str, bool | None]]:
    rows = run.anomalies.order_by("kind", "pk").select_related("subject")
    return [(row.kind, row.subject.label, row.criterion, row.high) for row in rows]


def test_patterns_are_found_where_they_were_made() -> None:
    run = searched(make_striking_round())
    assert told(run) == [("camps", "乙", "quality", None), ("end", "甲", "quality", True)]
    assert (run.done, run.total, run.is_done) == (4, 4, True)
    assert [(one["kind"], one["criterion"], one["tested"]) for one in run.searches] == [
        ("end", "quality", 20),
        ("camps", "quality", 10),
        ("end", "spirit", 20),
        ("camps", "spirit", 10),
        ("return", "", 0),
        ("change", "", 0),
    ]
    end = run.anomalies.get(kind=AnomalyKind.END)
    assert (end.p, end.q) == (0.001, pytest.approx(0.04))


def test_what_is_kept_holds_no_voter_and_no_ballot() -> None:
    """The columns are these and no others: a subject or two sections, and two probabilities."""
    run = searched(make_striking_round())
    assert set(run.anomalies.values()[0]) == {
        "id", "run_id", "kind", "subject_id", "criterion", "section_key", "section_name", "other_key", "other_name",
        "high", "p", "q",
    }  # fmt: skip
    voters = set(Assignment.objects.values_list("evaluator", flat=True))
    assert voters
    assert not voters & set(run.anomalies.values_list("subject__member__user", flat=True))


def test_search_goes_on_where_it_was_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    round = make_striking_round()
    whole = told(searched(round))
    AnomalyRun.objects.all().delete()
    run = AnomalyRun.objects.create(round=round, total=4)

    def cut(*args: Any) -> Any:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setitem(anomalies._SEARCHES, "sections", cut)
        with pytest.raises(RuntimeError):
            find_anomalies(round)
    run.refresh_from_db()
    assert (run.done, run.is_done) == (2, False)
    assert set(run.anomalies.values_list("q", flat=True)) == {None}

    assert told(searched(round)) == whole
    assert None not in set(run.anomalies.values_list("q", flat=True))


def test_search_made_twice_keeps_everything_once() -> None:
    round = make_striking_round()
    first = list(searched(round).anomalies.values())
    assert list(searched(round).anomalies.values()) == first
    assert find_anomalies_task.func(round.pk) == len(first)


def test_step_that_another_process_has_made_is_not_kept_again(monkeypatch: pytest.MonkeyPatch) -> None:
    round = make_striking_round()
    run = AnomalyRun.objects.create(round=round, total=4)
    search = anomalies._SEARCHES["criterion"]

    def overtaken(*args: Any) -> Any:
        AnomalyRun.objects.filter(pk=run.pk).update(done=1)
        return search(*args)

    monkeypatch.setitem(anomalies._SEARCHES, "criterion", overtaken)
    assert find_anomalies(round) == 0
    run.refresh_from_db()
    assert (run.done, run.searches) == (1, [])


def test_publication_starts_the_search(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        round = make_striking_round()
    assert AnomalyRun.objects.get(round=round).is_done
    entry = ModelLogEntry.objects.get(action="peer_review.round.patterns")
    assert (entry.object_id, entry.user) == (str(round.pk), None)


def test_inspector_starts_it_and_that_is_on_record(django_capture_on_commit_callbacks: Any) -> None:
    round, inspector = make_striking_round(), make_user("", "inspector")
    with django_capture_on_commit_callbacks(execute=True):
        search_anomalies(round, by=inspector)
    with django_capture_on_commit_callbacks(execute=True) as second:
        search_anomalies(round, by=inspector)
    assert second == []
    assert [entry.user for entry in ModelLogEntry.objects.filter(action="peer_review.round.patterns")] == [inspector]
    assert AnomalyRun.objects.get().is_done


@pytest.mark.parametrize("state", ["draft", "open", "closed", "counted", "void"])
def test_nothing_is_looked_for_before_publication(state: str) -> None:
    round = make_counted_round({("甲", "all"): papers(6)})
    Round.objects.filter(pk=round.pk).update(state=state)
    with pytest.raises(RoundStateInvalid):
        search_anomalies(round, by=None)
    assert not AnomalyRun.objects.exists()


def test_round_with_altered_terms_is_not_looked_at() -> None:
    round = make_published_round({("甲", "all"): papers(6)})
    Round.objects.filter(pk=round.pk).update(form=round.form | {"floor": 3})
    with pytest.raises(TermsAltered):
        search_anomalies(round, by=None)


def test_task_of_a_round_that_is_gone_does_nothing() -> None:
    assert find_anomalies_task.func(0) == 0


# Sections


def test_sections_that_trade_votes_are_found_and_named_as_sections() -> None:
    round = make_sections_round((0, 3))
    run = searched(round)
    row = run.anomalies.get(kind=AnomalyKind.RETURN)
    assert (row.section_name, row.other_name, row.high, row.subject) == ("Section s0", "Section s3", True, None)
    assert next(one for one in run.searches if one["kind"] == "return")["tested"] == 30


def test_sections_without_favour_are_no_pattern() -> None:
    assert not searched(make_sections_round(None)).anomalies.filter(kind=AnomalyKind.RETURN).exists()


# The round before


def test_large_changes_are_found_with_their_direction() -> None:
    run = searched(make_two_rounds({"甲": 88, "乙": 60, "丙": 75}, {"甲": 70, "乙": 80, "丙": 74}))
    found = [(label, high) for kind, label, _criterion, high in told(run) if kind == "change"]
    assert found == [("甲", True), ("乙", False)]
    assert run.searches[-1]["tested"] == 3


def test_subjects_that_must_not_be_compared_are_not() -> None:
    round = make_two_rounds({"甲": 88, "乙": 60}, {"甲": 70, "乙": 80}, subjects=["甲"])
    run = searched(round)
    assert [label for kind, label, _criterion, _high in told(run) if kind == "change"] == ["乙"]
    assert run.searches[-1]["tested"] == 1


def test_new_subject_is_compared_with_nobody() -> None:
    run = searched(make_two_rounds({"甲": 88, "新": 60}, {"甲": 70, "乙": 80}))
    assert run.searches[-1]["tested"] == 1


def test_earlier_round_of_other_classes_is_not_compared() -> None:
    round = make_two_rounds({"甲": 88}, {"甲": 70})
    earlier = Round.objects.get(public_id=round.exposure["compared"][0])
    classes = [{**earlier.form["classes"][0], "key": "other"}]
    Round.objects.filter(pk=earlier.pk).update(form=earlier.form | {"classes": classes})
    assert searched(round).searches[-1]["tested"] == 0


# Who may read it


@pytest.fixture
def pattern() -> Anomaly:
    return searched(make_striking_round()).anomalies.get(kind=AnomalyKind.CAMPS)


ROLES = ["organiser", "scrutineer", "inspector", "leadership", "staff", "superuser", "subject", "inspected inspector"]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("state", ["counted", "published", "archived"])
def test_only_inspectors_read_patterns_and_none_of_themselves(role: str, state: str, pattern: Anomaly) -> None:
    round = pattern.run.round
    Round.objects.filter(pk=round.pk).update(state=state)
    pattern = Anomaly.objects.get(pk=pattern.pk)
    if role == "organiser":
        user = round.organiser
    elif role in ("subject", "inspected inspector"):
        user = pattern.subject.member.user
        if role == "inspected inspector":
            user.groups.set(make_user("", "inspector").groups.all())
    else:
        user = make_user("", role, is_superuser=role == "superuser")
    may_look = role in ("inspector", "inspected inspector") and state in ("published", "archived")
    fresh = Round.objects.get(pk=round.pk)
    assert bool(has_perm("peer_review.view_anomalies", user, fresh)) is may_look
    assert Round.objects.with_anomalies_for(user).filter(pk=round.pk).exists() is may_look
    for row in Anomaly.objects.select_related("run__round", "subject__member"):
        seen = may_look and not (role == "inspected inspector" and row.pk == pattern.pk)
        assert bool(has_perm("peer_review.view_anomaly", user, row)) is seen
        assert Anomaly.objects.visible_to(user).filter(pk=row.pk).exists() is seen


def test_patterns_of_sections_are_read_by_inspectors() -> None:
    run = searched(make_sections_round((0, 3)))
    row = run.anomalies.get(kind=AnomalyKind.RETURN)
    inspector = make_user("", "inspector")
    assert has_perm("peer_review.view_anomaly", inspector, row)
    assert row in Anomaly.objects.visible_to(inspector)
    assert not Anomaly.objects.visible_to(None).exists()


# Sound


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "return", "p": 0.5},
        {"kind": "end", "p": 0.5},
        {"kind": "end", "p": 0.0, "subject": True},
        {"kind": "end", "p": 0.5, "subject": True, "section_key": "a", "section_name": "A"},
        {"kind": "return", "p": 0.5, "subject": True, "section_key": "a", "other_key": "b"},
    ],
)
def test_pattern_is_about_a_subject_or_two_sections(fields: dict[str, Any]) -> None:
    round = make_published_round({("甲", "all"): papers(6)})
    run = AnomalyRun.objects.create(round=round, total=4)
    if fields.pop("subject", False):
        fields["subject"] = Subject.objects.get(round=round)
    with pytest.raises(IntegrityError), transaction.atomic():
        Anomaly.objects.create(run=run, **fields)


def test_search_is_wired_to_publication_only() -> None:
    wired = [name for name in dir(signals) if name.startswith("round_")]
    heard = [
        name for name in wired if any("look_for_patterns" in str(one[0]) for one in getattr(signals, name).receivers)
    ]
    assert heard == ["round_published"]
