"""The proof of a draft: kept under everything that it depends on, and trusted by nobody who opens a round."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from peer_review.counting.guarantee import Breach, Certificate
from peer_review.domain.preflight import opening_proof, preflight
from peer_review.domain.preflight.opening_proof import (
    OpeningProof,
    exposure_fingerprint,
    exposure_refusals,
    kept_proof,
    proof_of,
    prove,
)
from peer_review.domain.preflight.roll_arrays import read_papers
from peer_review.domain.rounds.lifecycle import open_round
from peer_review.domain.rounds.opening_checks import opening_refusals
from peer_review.domain.schemes.schemes import freeze_scheme
from peer_review.enums import Collection, RoundState
from peer_review.exceptions.base import SchemeInvalid
from peer_review.exceptions.preflight import ExposureUnproved, SheetNamesReceiver
from peer_review.models import Assignment, Round, SheetEntry
from tests.factories.peer_review.rounds import (
    RoundFactory,
    SchemeFactory,
    make_cell,
    make_member,
    make_ready_round,
    make_sheet,
    make_subject,
    make_user,
)

pytestmark = pytest.mark.django_db(databases=["default", "box"])

SOUND = Certificate(floor=3, subjects=1, rounds=1, answers=1, complete=True, smallest=3, inputs="x")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    cache.clear()
    with translation.override("en"):
        yield
    cache.clear()


@pytest.fixture
def draft() -> Round:
    """Two subjects in two sections, each with six peers and one superior, and a sheet that lists both."""
    round = RoundFactory(scheme=SchemeFactory(floor=3, classes=[("superiors", 60), ("peers", 40)]))
    people = [make_user(f"Person {n}") for n in range(6)]
    subjects = []
    for name, section in (("Li", "a"), ("Wang", "b")):
        subject = make_subject(round, make_member(round, make_user(name), section=section))
        make_cell(subject, people, "peers")
        make_cell(subject, people[:1], "superiors")
        subjects.append(subject)
    make_sheet(subjects, people[:4], "peers")
    return round


def reread(round: Round) -> Round:
    return Round.objects.select_related("scheme").get(pk=round.pk)


def breached(where: str, *, subject: int = 0, group: int = 2, counted: tuple[int, ...] = ()) -> Certificate:
    """Return a certificate with a counter-example."""
    return replace(SOUND, breach=Breach(where, group, subject, counted=counted, answered=(2, 1) if counted else ()))


def hand_paper_over(round: Round) -> None:
    """Give one paper to somebody else: as many papers in every cell as before."""
    Assignment.objects.filter(cell__round=round, cell__voter_class="superiors").update(evaluator=make_user("Newcomer"))


CHANGES: dict[str, Callable[[Round], Any]] = {
    "a voter more": lambda r: Assignment.objects.create(cell=r.cells.first(), evaluator=make_user("Newcomer")),
    "a voter fewer": lambda r: Assignment.objects.filter(cell__round=r).first().delete(),
    "another voter": hand_paper_over,
    "another class": lambda r: r.cells.filter(subject__label="Li", voter_class="superiors").update(voter_class="x"),
    "a paper fewer": lambda r: r.cells.filter(voter_class="superiors").first().delete(),
    "a subject fewer": lambda r: r.subjects.get(label="Wang").delete(),
    "another section": lambda r: r.subjects.filter(label="Wang").update(section_key="a"),
    "another name": lambda r: r.subjects.filter(label="Wang").update(label="Zhao"),
    "another order": lambda r: r.subjects.filter(label="Li").update(sort_order=7),
    "a shorter sheet": lambda r: SheetEntry.objects.filter(sheet__round=r, subject__label="Li").delete(),
    "a lower floor": lambda r: type(r.scheme).objects.filter(pk=r.scheme_id).update(floor=4),
    "other weights": lambda r: r.scheme.voter_classes.filter(key="peers").update(weight=41),
    "a class not asked": lambda r: r.scheme.criteria.filter(key="spirit").update(classes=["peers"]),
    "two stages": lambda r: Round.objects.filter(pk=r.pk).update(
        collection=Collection.TWO_STAGE, casts_at=timezone.now() + timedelta(hours=2)
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_exposure_fingerprint_changes_with_everything_that_a_proof_depends_on(
    draft: Round, change: Callable[[Round], Any]
) -> None:
    before = exposure_fingerprint(reread(draft))

    change(draft)

    assert exposure_fingerprint(reread(draft)) != before


def test_exposure_fingerprint_stays_where_nothing_of_it_changes(draft: Round) -> None:
    before = exposure_fingerprint(reread(draft))

    Round.objects.filter(pk=draft.pk).update(title="Another", closes_at=timezone.now() + timedelta(days=9))
    draft.cells.update(spki="", private_key=b"", closed=False)
    draft.members.update(rank_name="Another")

    assert exposure_fingerprint(reread(draft)) == before


def test_exposure_fingerprint_takes_the_same_queries_however_many_papers(draft: Round) -> None:
    counts = []
    for _size in range(2):
        round = reread(draft)
        with CaptureQueriesContext(connection) as queries:
            exposure_fingerprint(round)
        counts.append(len(queries))
        subject = make_subject(draft, make_member(draft, make_user("Zhao")))
        make_cell(subject, [make_user() for _one in range(9)], "peers")

    assert counts == [9, 9]


def test_kept_proof_is_computed_once_and_anew_after_a_change(draft: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    proved: list[Round] = []
    monkeypatch.setattr(opening_proof, "prove", lambda round: proved.append(round) or prove(round))

    assert kept_proof(reread(draft)) == kept_proof(reread(draft)) == prove(draft)
    assert len(proved) == 1

    hand_paper_over(draft)
    kept_proof(reread(draft))
    draft.scheme.voter_classes.filter(key="peers").update(weight=60)
    draft.scheme.voter_classes.filter(key="superiors").update(weight=40)
    assert kept_proof(reread(draft)) == prove(reread(draft))
    assert len(proved) == 3


@pytest.mark.parametrize("ask", [kept_proof, prove])
def test_an_unsound_scheme_has_no_proof(draft: Round, ask: Callable[[Round], OpeningProof]) -> None:
    draft.scheme.criteria.all().delete()

    with pytest.raises(SchemeInvalid):
        ask(reread(draft))


def test_prove_finds_no_counter_example_in_the_rules_as_they_are(draft: Round) -> None:
    proof = prove(draft)

    assert (proof.subject, proof.sentence) == ("", "")
    assert proof.certificate.inputs == preflight.preflight(draft).certificate.inputs


@pytest.mark.parametrize(("subject", "label"), [(0, "Li"), (1, "Wang"), (2, "")])
def test_proof_of_keeps_the_name_of_whom_the_counter_example_is_about(draft: Round, subject: int, label: str) -> None:
    papers = read_papers(draft, freeze_scheme(draft.scheme))

    assert proof_of(SOUND, papers) == OpeningProof(SOUND)
    assert proof_of(breached("class", subject=subject), papers).subject == label


@pytest.mark.parametrize(
    ("certificate", "sentence"),
    [
        (SOUND, ""),
        (
            breached("figures"),
            "figures could be added and subtracted until only 2 ballots are left, fewer than 3.",
        ),
        (breached("subject", group=1), "1 ballots could be told from the rest, fewer than 3."),
        (
            breached("class", counted=(2, 1)),
            "with these answers by voter class: 2、1, about “Li” or one like it, a figure of 2 ballots would be shown, "
            "fewer than 3.",
        ),
    ],
)
def test_a_proof_says_its_counter_example_in_a_sentence(certificate: Certificate, sentence: str) -> None:
    proof = OpeningProof(certificate, "Li")

    assert proof.sentence == sentence


def test_a_kept_proof_speaks_the_language_of_its_reader(draft: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening_proof, "certificate", lambda setting: breached("figures"))
    first = kept_proof(draft).sentence

    with translation.override("zh-hans"):
        second = kept_proof(draft).sentence

    assert first != second != ""


class TestExposureObstacles:
    def test_are_none_where_the_guarantee_holds(self, draft: Round) -> None:
        assert list(exposure_refusals(draft)) == []

    def test_name_sheets_and_counter_example(self, draft: Round, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(opening_proof, "certificate", lambda setting: breached("figures"))
        li = draft.subjects.get(label="Li").member
        Assignment.objects.create(evaluator=li.user, cell=draft.cells.get(kind="sheet"))

        sheet, exposure = exposure_refusals(draft)

        assert (type(sheet), type(exposure)) == (SheetNamesReceiver, ExposureUnproved)
        assert exposure.details == {"words": kept_proof(draft).sentence}

    def test_tell_nothing_of_an_unsound_scheme(self, draft: Round) -> None:
        draft.scheme.criteria.all().delete()

        assert list(exposure_refusals(reread(draft))) == []


class TestOpening:
    def test_proves_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        round = make_ready_round().round
        asked: list[str] = []
        for module in (preflight, opening_proof):
            monkeypatch.setattr(
                module, "read_papers", lambda *args, name=module.__name__: asked.append(name) or read_papers(*args)
            )

        assert open_round(round, by=round.organiser).state == RoundState.OPEN
        assert asked == [preflight.__name__]

    def test_trusts_no_kept_proof(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A proof that says all is well lies in the cache under this very roll: opening looks for itself."""
        round = make_ready_round().round
        assert opening_refusals(reread(round)) == []
        monkeypatch.setattr(preflight, "certificate", lambda setting: breached("figures"))
        assert opening_refusals(reread(round)) == []

        with pytest.raises(ExposureUnproved):
            open_round(round, by=round.organiser)
        assert reread(round).state == RoundState.DRAFT
        assert reread(round).form == {}

    def test_proves_the_roll_and_the_scheme_as_they_are_then(self) -> None:
        round = make_ready_round(evaluators=4, subjects=2).round
        before = kept_proof(reread(round)).certificate
        Assignment.objects.filter(cell=round.cells.first()).last().delete()
        round.scheme.criteria.filter(key="quality").update(weight=50)
        round.scheme.criteria.filter(key="spirit").update(weight=50)
        now = prove(reread(round)).certificate
        assert now.inputs != before.inputs

        opened = open_round(round, by=round.organiser)

        assert opened.exposure["certificate"]["inputs"] == now.inputs
        assert {one["key"]: one["weight"] for one in opened.form["criteria"]} == {"quality": "50", "spirit": "50"}
