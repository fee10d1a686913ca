"""What an opened round or a decision can never lose again, whoever saves the row."""

from typing import Any

import pytest
from wagtail.models import ModelLogEntry

from peer_review.enums import RoundState
from peer_review.exceptions.base import RoundFrozen
from peer_review.exceptions.outcomes import DecisionsAreKept
from peer_review.models import Decision, Round, Scheme
from peer_review.save_guards import keep_decisions, keep_frozen, log_exposure
from tests.factories.peer_review.frozen_schemes import frozen_form
from tests.factories.peer_review.rounds import RoundFactory, SchemeFactory

pytestmark = pytest.mark.django_db
FORM = frozen_form()


@pytest.fixture
def opened() -> Round:
    round = RoundFactory()
    Round.objects.filter(pk=round.pk).update(state=RoundState.OPEN, form=FORM, exposure={"floor": 3})
    round.refresh_from_db()
    return round


class TestKeepFrozen:
    @pytest.mark.parametrize("field", ["form", "exposure"])
    def test_refuses_another_value_of_a_frozen_field(self, opened: Round, field: str) -> None:
        setattr(opened, field, {"floor": 1})

        with pytest.raises(RoundFrozen):
            opened.save()
        with pytest.raises(RoundFrozen):
            opened.save(update_fields=[field, "title"])

    def test_lets_other_fields_and_equal_values_pass(self, opened: Round) -> None:
        opened.title, opened.form = "Renamed", dict(FORM)
        opened.save()

        opened.form = {"floor": 1}
        opened.save(update_fields=["title"])

        assert Round.objects.get(pk=opened.pk).form == FORM

    def test_leaves_drafts_new_rounds_and_fixtures_alone(self, opened: Round) -> None:
        draft = RoundFactory()
        draft.form = FORM
        draft.save()
        opened.form = {"floor": 1}

        keep_frozen(Round, instance=opened, raw=True)

        assert Round.objects.get(pk=draft.pk).form == FORM


class TestKeepDecisions:
    def decision(self, *, adding: bool) -> Decision:
        decision = Decision()
        decision._state.adding = adding
        return decision

    def test_lets_a_new_one_pass_and_refuses_another_save(self) -> None:
        keep_decisions(Decision, instance=self.decision(adding=True))
        keep_decisions(Decision, instance=self.decision(adding=False), raw=True)

        with pytest.raises(DecisionsAreKept):
            keep_decisions(Decision, instance=self.decision(adding=False))

    @pytest.mark.parametrize(
        ("origin", "refused"),
        [
            (Decision(), True),
            (Decision.objects.none(), True),
            (Round(), False),
            (Round.objects.none(), False),
            (None, True),
        ],
    )
    def test_lets_it_go_with_its_round_alone(self, origin: Any, refused: bool) -> None:
        if refused:
            with pytest.raises(DecisionsAreKept):
                keep_decisions(Decision, instance=self.decision(adding=False), origin=origin)
        else:
            keep_decisions(Decision, instance=self.decision(adding=False), origin=origin)


class TestLogExposure:
    def entries(self) -> list[ModelLogEntry]:
        return list(ModelLogEntry.objects.filter(action="peer_review.round.exposure"))

    def test_logs_a_changed_floor_with_its_drafts(self) -> None:
        scheme = SchemeFactory(floor=5)
        RoundFactory(scheme=scheme)
        scheme.floor = 4
        scheme.save()

        (entry,) = self.entries()
        assert (entry.data["before"]["floor"], entry.data["after"]["floor"]) == (5, 4)

    def test_says_nothing_of_new_schemes_other_fields_and_fixtures(self) -> None:
        scheme = SchemeFactory(floor=5)
        RoundFactory(scheme=scheme)
        scheme.description = "Other words"
        scheme.save()
        scheme.floor = 4
        log_exposure(Scheme, instance=scheme, raw=True)

        assert self.entries() == []
