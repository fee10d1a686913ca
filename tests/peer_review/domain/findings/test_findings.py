"""From a result to a finding: kept, told to who listens, in words that are nobody's ballot."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from wagtail.models import ModelLogEntry

from peer_review import signals
from peer_review.domain.findings.findings import figures_for, raise_finding, sections_to_raise
from peer_review.exceptions.base import Refusal, RoundStateInvalid
from peer_review.exceptions.findings import (
    FindingDueInPast,
    NoFindingText,
    QuotesComment,
    UnknownCriterion,
    UnknownSection,
)
from peer_review.exceptions.preflight import TermsAltered
from peer_review.models import Comment, RaisedFinding, Result, Round, Subject
from peer_review.rules.roles import has_perm
from tests.factories.peer_review.counted_rounds import make_counted_round, make_published_round, papers, spread
from tests.factories.peer_review.rounds import make_user

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.usefixtures("in_english")]

TEXT = "窗口排队时间过长,应增设一个窗口。"
SAID = "他对基层同志的意见总是听不进去"


def make_round(**kwargs: Any) -> Round:
    """Return a published round of two sections, a and b."""
    cells = {(name, "all"): spread(8, 80) for name in ("甲", "乙")}
    return make_published_round(cells, sections={"甲": "a", "乙": "b"}, **kwargs)


def make_commented_round(**kwargs: Any) -> Round:
    """Return a round in which there are comments of 甲, published: nobody had to review them."""
    round = make_round(**kwargs)
    round.form = {**round.form, "comments": True}
    for text in (SAID, "好同志", "He never listens to the people at the counter"):
        Comment.objects.create(subject=Subject.objects.get(round=round, label="甲"), text=text)
    return round


@pytest.fixture
def leader() -> Any:
    return make_user("", "leadership")


def test_finding_is_kept_with_what_it_is_about(leader: Any) -> None:
    round, head = make_round(), make_user("", "staff")
    due = timezone.localdate() + timedelta(days=20)
    finding = raise_finding(
        round, by=leader, text=f" {TEXT} ", section="a", criterion="quality", responsible=head, due_date=due
    )
    kept = RaisedFinding.objects.get()
    assert kept == finding
    assert (kept.text, kept.section_key, kept.section_name) == (TEXT, "a", "Section a")
    assert (kept.criterion, kept.criterion_label, kept.source) == ("quality", "Quality", "result")
    assert (kept.responsible, kept.due_date, kept.raised_by) == (head, due, leader)


def test_finding_rests_on_the_published_figure_of_its_section(leader: Any) -> None:
    round = make_round()
    result = Result.objects.get(round=round, scope="section", section_key="a")
    row = result.criteria.get(criterion="quality")
    finding = raise_finding(round, by=leader, text=TEXT, section="a", criterion="quality")
    assert finding.figures == [
        {
            "result": result.pk,
            "scope": "section:a",
            "label": "Section a",
            "criterion": "quality",
            "value": row.value,
            "low": row.low,
            "high": row.high,
            "n": row.n,
        }
    ]


def test_finding_keeps_the_range_in_which_a_figure_of_few_is_shown(leader: Any) -> None:
    round = make_published_round({("甲", "all"): papers(5, 96, 60)}, exact=False)
    subject = round.subjects.get()
    [figure] = raise_finding(round, by=leader, text=TEXT, subject=subject, criterion="quality").figures
    assert (figure["value"], figure["shown"]) == (78.0, {"code": "at_least", "least": 78.0, "most": 78.0})
    [figure] = raise_finding(round, by=leader, text=TEXT, subject=subject, criterion="spirit").figures
    assert "shown" not in figure


def test_finding_about_all_rests_on_the_mean_of_all(leader: Any) -> None:
    round = make_round()
    unit = Result.objects.get(round=round, scope="unit")
    figure = raise_finding(round, by=leader, text=TEXT).figures[0]
    assert (figure["result"], figure["scope"], figure["value"], figure["n"]) == (
        unit.pk,
        "round",
        unit.score,
        unit.ballots,
    )


def test_finding_from_a_subjects_result_is_about_the_subjects_section(leader: Any) -> None:
    round = make_round()
    subject = Subject.objects.get(round=round, label="乙")
    finding = raise_finding(round, by=leader, text=TEXT, subject=subject, section="a")
    assert (finding.section_key, finding.subject) == ("b", subject)
    assert finding.figures[0]["result"] == Result.objects.get(subject=subject).pk


def test_figures_that_the_raiser_may_not_read_do_not_go_along() -> None:
    """A head's own section has figures for them, the other none; an inspector reads none at all."""
    head, inspector = make_user("", "staff"), make_user("", "inspector")
    round = make_round(heads={"a": head})
    for section, figures in (("a", 1), ("b", 0)):
        found = figures_for(round, reader=head, subject=None, section=section, criterion="")
        assert len(found) == figures
    assert raise_finding(round, by=inspector, text=TEXT, section="a").figures == []


def test_suppressed_figure_does_not_go_along(leader: Any) -> None:
    round = make_published_round({("甲", "all"): spread(4), ("乙", "all"): spread(8)}, sections={"乙": "b"})
    thin = Subject.objects.get(round=round, label="甲")
    assert raise_finding(round, by=leader, text=TEXT, subject=thin).figures == []


def test_listeners_are_told_after_the_commit(leader: Any, django_capture_on_commit_callbacks: Any) -> None:
    round = make_round()
    heard: list[dict[str, Any]] = []

    def listen(sender: Any, **kwargs: Any) -> None:
        heard.append({"sender": sender, **kwargs})

    signals.finding_raised.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=False) as callbacks:
            finding = raise_finding(round, by=leader, text=TEXT, section="a", criterion="quality")
        assert heard == []
        for callback in callbacks:
            callback()
    finally:
        signals.finding_raised.disconnect(listen)
    assert [(one["sender"], one["finding"], one["round"], one["by"]) for one in heard] == [
        (RaisedFinding, finding, round, leader)
    ]


def test_listener_that_fails_loses_nothing(leader: Any, django_capture_on_commit_callbacks: Any) -> None:
    def fail(sender: Any, **kwargs: Any) -> None:
        raise RuntimeError

    signals.finding_raised.connect(fail)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            raise_finding(make_round(), by=leader, text=TEXT)
    finally:
        signals.finding_raised.disconnect(fail)
    assert RaisedFinding.objects.count() == 1


def test_raising_is_on_record_without_its_words(leader: Any) -> None:
    finding = raise_finding(make_round(), by=leader, text=TEXT, section="a")
    entry = ModelLogEntry.objects.get(action="peer_review.round.finding")
    assert (entry.user, entry.data) == (leader, {"finding": finding.pk, "section": "Section a"})


# Nothing of a ballot's wording


@pytest.mark.parametrize(
    "text",
    [f"群众反映{SAID}。", "对基层同志的意见要重视", "Somebody said he never listens to the people."],
)
def test_words_of_a_comment_are_refused_and_nothing_is_kept(text: str, leader: Any) -> None:
    round = make_commented_round()
    with pytest.raises(QuotesComment) as caught:
        _raise_in(round, text, leader)
    assert "word for word" in caught.value.message
    assert not RaisedFinding.objects.exists()
    assert ModelLogEntry.objects.get(action="peer_review.round.finding_refused").data == {}


def test_own_words_for_the_same_thing_are_taken(leader: Any) -> None:
    finding = _raise_in(make_commented_round(), "一线同志的建议没有得到回应。", leader, source="theme")
    assert finding.source == "theme"


def test_withheld_comment_has_no_words_to_compare_with(leader: Any) -> None:
    round = make_commented_round()
    Comment.objects.filter(text=SAID).update(text="", withheld=True)
    assert _raise_in(round, f"群众反映{SAID}。", leader)


def test_place_is_quoted_only_from_comments_that_the_raiser_may_read(leader: Any) -> None:
    """Else the form could be asked whether somebody has written this or that of somebody else."""
    stranger = make_user("", "staff")
    round = make_commented_round(heads={"b": stranger})
    text = f"群众反映{SAID}。"
    messages = {}
    for user in (leader, stranger):
        with pytest.raises(QuotesComment) as caught:
            _raise_in(round, text, user, section="b")
        messages[user] = caught.value.message
    assert "他对基层同志的意" in messages[leader]
    assert "他对基层同志的意" not in messages[stranger]
    assert "The place" not in messages[stranger]


def _raise_in(round: Round, text: str, by: Any, **kwargs: Any) -> RaisedFinding:
    round.refresh_from_db()
    return raise_finding(round, by=by, text=text, **kwargs)


# Refusals


@pytest.mark.parametrize(
    ("kwargs", "refusal"),
    [
        ({"text": " \n "}, NoFindingText),
        ({"text": "长" * 2001}, NoFindingText),
        ({"section": "z"}, UnknownSection),
        ({"criterion": "charm"}, UnknownCriterion),
    ],
)
def test_what_cannot_be_raised_is_refused_aloud(kwargs: dict[str, Any], refusal: type[Refusal], leader: Any) -> None:
    with pytest.raises(refusal):
        raise_finding(make_round(), by=leader, **({"text": TEXT} | kwargs))
    assert not RaisedFinding.objects.exists()


def test_a_due_date_in_the_past_is_refused(leader: Any) -> None:
    with pytest.raises(FindingDueInPast):
        raise_finding(make_round(), by=leader, text=TEXT, due_date=timezone.localdate() - timedelta(days=1))
    assert not RaisedFinding.objects.exists()


def test_subject_of_another_round_is_refused(leader: Any) -> None:
    other = Subject.objects.get(round=make_round(), label="甲")
    with pytest.raises(UnknownSection):
        raise_finding(make_round(), by=leader, text=TEXT, subject=other)


def test_nothing_is_raised_before_publication(leader: Any) -> None:
    round = make_counted_round({("甲", "all"): spread(8)})
    with pytest.raises(RoundStateInvalid):
        raise_finding(round, by=leader, text=TEXT)


def test_nothing_is_raised_from_altered_terms(leader: Any) -> None:
    round = make_round()
    round.form = {**round.form, "floor": 3}
    with pytest.raises(TermsAltered):
        raise_finding(round, by=leader, text=TEXT)


def test_finding_without_words_is_unsound(leader: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RaisedFinding.objects.create(round=make_round(), text="", source="result", raised_by=leader)


# Who may


@pytest.mark.parametrize("shown", [True, False])
def test_rules_and_querysets_agree_on_findings(shown: bool) -> None:
    people = {
        "organiser": make_user("", "organiser"),
        "leader": make_user("", "leadership"),
        "inspector": make_user("", "inspector"),
        "scrutineer": make_user("", "scrutineer"),
        "head a": make_user("", "staff"),
        "head b": make_user("", "staff"),
        "raiser": make_user("", "staff"),
        "responsible": make_user("", "staff"),
        "staff": make_user("", "staff"),
        "superuser": make_user(is_superuser=True),
        "inactive leader": make_user("", "leadership", is_active=False),
        "none": None,
    }
    round = make_round(
        heads={"a": people["head a"], "b": people["head b"]},
        visibility=dict.fromkeys(["subject", "section_head", "leadership", "staff"], shown),
    )
    people["responsible organiser"] = round.organiser
    counted = make_counted_round({("甲", "all"): spread(8)}, heads={"a": people["head a"]})
    common = {"source": "result", "raised_by": people["raiser"], "responsible": people["responsible"], "text": TEXT}
    findings = {
        "a": RaisedFinding.objects.create(round=round, section_key="a", section_name="Section a", **common),
        "": RaisedFinding.objects.create(round=round, **common),
        "counted": RaisedFinding.objects.create(round=counted, section_key="a", section_name="Section a", **common),
    }
    raisers = {"inspector", "responsible organiser"} | ({"leader"} if shown else set())
    expected = {"a": raisers | ({"head a"} if shown else set()), "": raisers, "counted": set()}
    for key, finding in findings.items():
        for name, user in people.items():
            raises, reads = name in expected[key], name in expected[key] | {"raiser", "responsible"}
            assert bool(has_perm("peer_review.raise_finding", user, finding)) is raises, (key, name)
            assert RaisedFinding.objects.raisable_by(user).filter(pk=finding.pk).exists() is raises, (key, name)
            assert bool(has_perm("peer_review.view_finding", user, finding)) is reads, (key, name)
            assert RaisedFinding.objects.visible_to(user).filter(pk=finding.pk).exists() is reads, (key, name)


def test_sections_to_raise_about_are_those_one_may_name(leader: Any) -> None:
    head = make_user("", "staff")
    round = make_round(heads={"b": head})
    assert sections_to_raise(round, by=leader) == {"": "", "a": "Section a", "b": "Section b"}
    assert sections_to_raise(round, by=head) == {"b": "Section b"}
    assert sections_to_raise(round, by=make_user("", "staff")) == {}
