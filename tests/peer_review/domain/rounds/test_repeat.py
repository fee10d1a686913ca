"""Repeating a round: a draft with its terms, some days from now, and nothing of its roll, keys or ballots."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from wagtail.models import ModelLogEntry

from peer_review.domain.planning.plan_setup import save_plan
from peer_review.domain.rounds.repeat import NOTICE_DAYS, repeat_round
from peer_review.enums import Collection, RoundState
from peer_review.exceptions.base import NotOrganiser, NotScrutineer, Refusal, RoundStateInvalid, SchemeInvalid
from peer_review.models import Exclusion, Round
from tests.factories.peer_review.counted_rounds import make_published_round, papers
from tests.factories.peer_review.houses import PEERS, make_house_draft
from tests.factories.peer_review.rounds import RoundFactory, SchemeFactory, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])
OPENED = datetime(2030, 5, 6, 0, 30, tzinfo=UTC)  # half past eight in Shanghai


def over(state: str = "void", **fields: Any) -> Round:
    """Return a round that is over."""
    times = {"opens_at": OPENED, "closes_at": OPENED + timedelta(days=2, hours=3)}
    round: Round = RoundFactory(**{"state": state, **times, **fields})
    return round


class TestTerms:
    def test_are_those_of_the_first_round(self) -> None:
        reviewer = make_user("Reviewer", "inspector")
        keepers = [make_user("", "scrutineer"), make_user("", "scrutineer")]
        first = over(
            purpose="To learn.",
            kind="section",
            scrutineers=keepers,
            comment_reviewer=reviewer,
            reminders=False,
            batch_window=60,
            batch_floor=5,
        )

        draft = repeat_round(first, by=first.organiser)

        assert draft.state == RoundState.DRAFT
        kept = ("title", "purpose", "kind", "scheme", "organiser", "comment_reviewer", "reminders", "batch_window")
        assert [getattr(draft, name) for name in (*kept, "batch_floor", "collection")] == [
            getattr(first, name) for name in (*kept, "batch_floor", "collection")
        ]
        assert set(draft.scrutineers.all()) == set(keepers)

    def test_the_first_round_stays_as_it_was(self) -> None:
        first = over()
        before = Round.objects.filter(pk=first.pk).values().get()

        draft = repeat_round(first, by=first.organiser)

        assert Round.objects.filter(pk=first.pk).values().get() == before
        assert draft.pk != first.pk
        assert draft.public_id != first.public_id

    def test_nothing_of_roll_keys_and_ballots_is_taken_over(self) -> None:
        first = make_published_round({("甲", "all"): papers(5)})

        draft = repeat_round(first, by=first.organiser)

        assert not draft.members.exists()
        assert not draft.subjects.exists()
        assert not draft.cells.exists()
        assert (draft.form, draft.manifest, draft.fingerprint, draft.box_public) == ({}, "", "", "")
        assert (draft.opened_at, draft.closed_at, draft.published_at) == (None, None, None)
        assert draft.box_key_tested is False

    def test_whoever_repeats_it_leaves_it_to_its_organiser(self) -> None:
        first, other = over(), make_user("Other", "organiser")

        draft = repeat_round(first, by=other)

        assert draft.organiser == first.organiser
        entry = ModelLogEntry.objects.get(action="peer_review.round.repeat")
        assert (entry.user, entry.object_id, entry.data) == (other, str(draft.pk), {"of": first.public_id})


class TestDates:
    @pytest.fixture(autouse=True)
    def _shanghai(self) -> Any:
        with timezone.override("Asia/Shanghai"):
            yield

    def test_it_opens_some_days_from_now_at_the_same_hour_and_is_as_long(self) -> None:
        first = over()
        now = datetime(2030, 6, 1, 17, 0, tzinfo=UTC)  # one in the morning of the second, in Shanghai

        draft = repeat_round(first, by=first.organiser, now=now)

        assert NOTICE_DAYS == 3
        assert draft.opens_at == datetime(2030, 6, 5, 0, 30, tzinfo=UTC)
        assert draft.closes_at - draft.opens_at == timedelta(days=2, hours=3)
        assert draft.casts_at is None

    def test_its_stages_are_as_long(self) -> None:
        first = over(collection=Collection.TWO_STAGE, casts_at=OPENED + timedelta(hours=30), barrier_at=OPENED)

        draft = repeat_round(first, by=first.organiser)

        assert draft.collection == Collection.TWO_STAGE
        assert draft.casts_at is not None
        assert draft.casts_at - draft.opens_at == timedelta(hours=30)
        assert draft.barrier_at is None

    @pytest.mark.parametrize(("drawing", "casting"), [(None, 8), (2, 30), (30, 2), (1, 1)])
    def test_stages_from_before_there_was_a_least_last_for_it(self, drawing: int | None, casting: int) -> None:
        casts_at = None if drawing is None else OPENED + timedelta(hours=drawing)
        stages = {} if drawing is None else {"collection": Collection.TWO_STAGE, "barrier_at": OPENED}
        first = over(casts_at=casts_at, closes_at=(casts_at or OPENED) + timedelta(hours=casting), **stages)

        draft = repeat_round(first, by=first.organiser)

        if drawing is not None:
            assert draft.casts_at is not None
            assert draft.casts_at - draft.opens_at == timedelta(hours=max(drawing, 24))
        assert draft.closes_at - (draft.casts_at or draft.opens_at) == timedelta(hours=max(casting, 24))

    def test_the_hour_is_that_of_the_clock_across_the_change_to_summer_time(self) -> None:
        with timezone.override("Europe/Berlin"):
            winter = datetime(2030, 3, 11, 7, 0, tzinfo=UTC)  # eight o'clock
            first = over(opens_at=winter, closes_at=winter + timedelta(hours=8))

            draft = repeat_round(first, by=first.organiser, now=datetime(2030, 3, 30, 12, 0, tzinfo=UTC))

        assert draft.opens_at == datetime(2030, 4, 2, 6, 0, tzinfo=UTC)


class TestPlan:
    def test_the_plan_comes_along_with_a_seed_of_its_own(self, settings: Any) -> None:
        first = make_house_draft(settings)
        save_plan(first, by=first.organiser, plan=PEERS)
        Round.objects.filter(pk=first.pk).update(state="void")
        first.refresh_from_db()

        draft = repeat_round(first, by=first.organiser)

        draft.refresh_from_db()
        terms = ("pattern", "sample", "matrix")
        assert {name: draft.plan[name] for name in terms} == {name: first.plan[name] for name in terms}
        # Whoever knew whom the first round chose learns nothing of the second.
        assert len(draft.plan_seed) == 64
        assert draft.plan_seed != first.plan_seed

    def test_a_round_without_a_plan_is_repeated_without_one(self) -> None:
        first = over()

        assert repeat_round(first, by=first.organiser).plan == first.plan == {}

    def test_exclusions_come_along(self) -> None:
        first = over()
        married, nobody = make_user("Married"), over()
        Exclusion.objects.create(round=first, evaluator=married, subject_key="p7", reason="kin")
        Exclusion.objects.create(round=nobody, evaluator=married, subject_key="p8", reason="kin")

        draft = repeat_round(first, by=first.organiser)

        assert list(draft.exclusions.values_list("evaluator", "subject_key", "reason")) == [(married.pk, "p7", "kin")]
        assert Exclusion.objects.filter(round=first).count() == 1


class TestRefusals:
    @pytest.mark.parametrize("state", ["draft", "open", "closed"])
    def test_a_round_that_is_not_over_is_not_repeated(self, state: str) -> None:
        first = over(state)

        with pytest.raises(RoundStateInvalid):
            repeat_round(first, by=first.organiser)
        assert Round.objects.count() == 1

    @pytest.mark.parametrize("state", ["counted", "published", "archived", "void"])
    def test_a_round_that_is_over_can_be_repeated_as_often_as_wanted(self, state: str) -> None:
        first = over(state)

        drafts = {repeat_round(first, by=first.organiser).public_id for _time in range(2)}

        assert len(drafts) == 2

    @pytest.mark.parametrize(
        ("spoil", "refusal"),
        [
            (lambda first: first.organiser.groups.clear(), NotOrganiser),
            (lambda first: first.scrutineers.get().groups.clear(), NotScrutineer),
            (lambda first: first.scheme.criteria.all().delete(), SchemeInvalid),
        ],
    )
    def test_what_no_new_round_may_be_is_refused_and_leaves_nothing(self, spoil: Any, refusal: type[Refusal]) -> None:
        first = over(scheme=SchemeFactory())
        Exclusion.objects.create(round=first, evaluator=make_user(), subject_key="p7", reason="kin")
        spoil(first)

        with pytest.raises(refusal):
            repeat_round(Round.objects.get(pk=first.pk), by=first.organiser)

        assert Round.objects.count() == 1
        assert Exclusion.objects.count() == 1
        assert not ModelLogEntry.objects.filter(action="peer_review.round.repeat").exists()
