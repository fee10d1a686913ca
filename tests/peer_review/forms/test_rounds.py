"""The forms of a round's terms: what hangs together, who is offered, and what a draft already has."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from peer_review.enums import Collection
from peer_review.forms.rounds import ExtendForm, RoundForm
from peer_review.models import Round
from tests.factories.peer_review.rounds import RoundFactory, SchemeFactory, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

#: One for all moments of a form: a day lies between two of them, however long the form takes to be filled in.
NOW = timezone.now()


@pytest.fixture
def organiser() -> Any:
    return make_user("Organiser", "organiser")


def at(days: float) -> str:
    return timezone.localtime(NOW + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def typed(now: datetime, minutes: int) -> str:
    """Return so many minutes from now as a browser types them, without seconds."""
    return (now + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M")


def form(user: Any, round: Round | None = None, **changes: Any) -> RoundForm:
    data = {
        "title": "Autumn",
        "kind": "person",
        "collection": "one_visit",
        "opens_at": at(1),
        "closes_at": at(3),
        "organiser": user.pk,
        **changes,
    }
    data.setdefault("scheme", SchemeFactory().pk)
    return RoundForm({key: value for key, value in data.items() if value is not None}, user=user, round=round)


class TestTerms:
    def test_the_least_that_makes_a_round(self, organiser: Any) -> None:
        filled = form(organiser)

        assert filled.is_valid(), filled.errors
        data = filled.cleaned_data
        assert (data["purpose"], data["casts_at"], data["comment_reviewer"]) == ("", None, None)
        assert (data["batch_window"], data["batch_floor"], data["reminders"]) == (None, None, False)
        assert list(data["scrutineers"]) == []

    @pytest.mark.parametrize(
        ("changes", "refused"),
        [
            ({"title": " "}, {"title"}),
            ({"title": "字" * 121}, {"title"}),
            ({"kind": "everything"}, {"kind"}),
            ({"scheme": "999999"}, {"scheme"}),
            ({"opens_at": "soon"}, {"opens_at"}),
            ({"closes_at": ""}, {"closes_at"}),
            ({"collection": "by_post"}, {"collection"}),
            ({"batch_window": "0"}, {"batch_window"}),
            ({"batch_window": "86401"}, {"batch_window"}),
            ({"batch_window": "60", "batch_floor": "0"}, {"batch_floor"}),
            ({"batch_window": "60", "batch_floor": "1001"}, {"batch_floor"}),
            ({"batch_floor": "5"}, {"batch_window"}),
            ({"organiser": ""}, {"organiser"}),
        ],
    )
    def test_unsound_terms_are_refused_where_they_stand(
        self, organiser: Any, changes: dict[str, str], refused: set[str]
    ) -> None:
        assert set(form(organiser, **changes).errors) == refused

    def test_a_batch_floor_comes_with_a_window(self, organiser: Any) -> None:
        filled = form(organiser, batch_window="86400", batch_floor="1000")

        assert filled.is_valid()
        assert (filled.cleaned_data["batch_window"], filled.cleaned_data["batch_floor"]) == (86_400, 1_000)

    @pytest.mark.parametrize("closes", [1, 0.5])
    def test_a_round_closes_after_it_opens(self, organiser: Any, closes: float) -> None:
        moment = at(1)
        filled = form(organiser, opens_at=moment, closes_at=moment if closes == 1 else at(closes))

        assert filled.errors == {"closes_at": ["The round must close after it opens."]}


class TestLeastDuration:
    """Moments are typed to the minute; what has passed by now is no part of a stage."""

    CASTING = {"closes_at": ["Casting lasts for at least 24 hours, of which nothing may have passed."]}
    DRAWING = {"casts_at": ["Drawing lasts for at least 24 hours, of which nothing may have passed."]}

    @pytest.mark.parametrize(
        ("opens", "closes", "errors"),
        [
            (60, 25 * 60, {}),
            (60, 25 * 60 - 1, CASTING),
            (60, 63, CASTING),
            (-99, 24 * 60 + 1, {}),
            (-99, 1440, CASTING),
        ],
    )
    def test_ballots_are_cast_for_24_hours(
        self, organiser: Any, opens: int, closes: int, errors: dict[str, list[str]]
    ) -> None:
        now = timezone.localtime()
        times = {"opens_at": typed(now, opens), "closes_at": typed(now, closes)}

        assert form(organiser, **times).errors == errors

    @pytest.mark.parametrize(
        ("opens", "casts", "closes", "errors"),
        [
            (60, 25 * 60, 49 * 60, {}),
            (60, 25 * 60 - 1, 99 * 60, DRAWING),
            (60, 25 * 60, 49 * 60 - 1, CASTING),
            (60, 61, 62, {**DRAWING, **CASTING}),
            (-99, 1440, 99 * 60, DRAWING),
        ],
    )
    def test_in_two_stages_each_lasts_for_24_hours(
        self, organiser: Any, opens: int, casts: int, closes: int, errors: dict[str, list[str]]
    ) -> None:
        now = timezone.localtime()
        minutes = {"opens_at": opens, "casts_at": casts, "closes_at": closes}
        times = {name: typed(now, minute) for name, minute in minutes.items()}

        assert form(organiser, collection="two_stage", **times).errors == errors


class TestStages:
    def test_two_stages_say_when_casting_begins(self, organiser: Any) -> None:
        filled = form(organiser, collection="two_stage", casts_at=at(2))

        assert filled.is_valid()
        assert filled.cleaned_data["casts_at"] == timezone.localtime(filled.cleaned_data["opens_at"]) + timedelta(
            days=1
        )

    def test_casting_in_no_stage_is_refused(self, organiser: Any) -> None:
        assert form(organiser, collection="two_stage").errors == {"casts_at": ["Say when casting begins."]}

    @pytest.mark.parametrize("same_as", ["opens_at", "closes_at", "earlier", "later"])
    def test_casting_begins_between_opening_and_closing(self, organiser: Any, same_as: str) -> None:
        moments = {"opens_at": at(1), "closes_at": at(3), "earlier": at(0.5), "later": at(4)}
        filled = form(
            organiser,
            collection="two_stage",
            casts_at=moments[same_as],
            opens_at=moments["opens_at"],
            closes_at=moments["closes_at"],
        )

        assert filled.errors == {"casts_at": ["Casting begins after the round opens and before it closes."]}

    def test_a_round_of_one_visit_forgets_the_moment(self, organiser: Any) -> None:
        filled = form(organiser, casts_at=at(9))

        assert filled.is_valid()
        assert filled.cleaned_data["casts_at"] is None

    def test_a_faulty_date_is_said_once(self, organiser: Any) -> None:
        filled = form(organiser, collection="two_stage", opens_at="soon", casts_at=at(2))

        assert set(filled.errors) == {"opens_at"}


class TestPeople:
    def test_only_those_with_the_role_are_offered(self, organiser: Any) -> None:
        people = {role: make_user(role.title(), role) for role in ("scrutineer", "inspector", "leadership", "staff")}
        gone = make_user("Gone", "organiser", "scrutineer", "inspector", "leadership", is_active=False)
        fields: dict[str, Any] = form(organiser).fields

        assert set(fields["organiser"].queryset) == {organiser}
        assert set(fields["scrutineers"].queryset) == {people["scrutineer"]}
        assert set(fields["comment_reviewer"].queryset) == {organiser, people["inspector"], people["leadership"]}
        for name, user in (
            ("organiser", people["staff"]),
            ("scrutineers", organiser),
            ("comment_reviewer", people["scrutineer"]),
            ("organiser", gone),
        ):
            value = [user.pk] if name == "scrutineers" else user.pk
            assert set(form(organiser, **{name: value}).errors) == {name}, (name, user)

    def test_retired_schemes_are_offered_to_the_round_that_has_one(self, organiser: Any) -> None:
        retired = SchemeFactory(retired=True)
        round = RoundFactory(scheme=retired, organiser=organiser)

        assert set(form(organiser, scheme=retired.pk).errors) == {"scheme"}
        assert form(organiser, round, scheme=retired.pk).is_valid()

    def test_who_manages_no_schemes_is_offered_none(self) -> None:
        assert set(form(make_user("Stranger", "staff")).errors) == {"scheme", "organiser"}


class TestBeginning:
    def test_a_new_round_begins_with_its_maker_and_reminders(self, organiser: Any) -> None:
        begun = RoundForm(user=organiser)

        assert begun["organiser"].value() == organiser.pk
        assert begun["reminders"].value() is True
        assert begun["collection"].value() == Collection.ONE_VISIT

    def test_a_draft_begins_with_its_terms(self, organiser: Any) -> None:
        reviewer = make_user("Reviewer", "inspector")
        round = RoundFactory(
            title="Spring",
            purpose="To learn.",
            organiser=organiser,
            comment_reviewer=reviewer,
            reminders=False,
            batch_window=60,
            batch_floor=5,
        )
        begun = RoundForm(user=organiser, round=round)

        shown = {name: begun[name].value() for name in ("title", "purpose", "kind", "reminders", "batch_window")}
        assert shown == {
            "title": "Spring",
            "purpose": "To learn.",
            "kind": "person",
            "reminders": False,
            "batch_window": 60,
        }
        assert [begun[name].value() for name in ("scheme", "organiser", "comment_reviewer", "batch_floor")] == [
            round.scheme_id,
            organiser.pk,
            reviewer.pk,
            5,
        ]
        assert list(begun["scrutineers"].value()) == [round.scrutineers.get().pk]

    def test_what_the_caller_gives_comes_before_what_the_draft_has(self, organiser: Any) -> None:
        round = RoundFactory(organiser=organiser, title="Spring")

        assert RoundForm(user=organiser, round=round, initial={"title": "Once more"})["title"].value() == "Once more"
        other = make_user("Other", "organiser")
        assert RoundForm(user=organiser, initial={"organiser": other})["organiser"].value() == other.pk


class TestExtending:
    def test_a_later_end_and_a_reason(self) -> None:
        given = ExtendForm({"closes_at": at(5), "reason": " Flood. "})

        assert given.is_valid()
        assert given.cleaned_data["reason"] == "Flood."

    @pytest.mark.parametrize(
        ("changes", "refused"),
        [
            ({"closes_at": ""}, {"closes_at"}),
            ({"closes_at": "tomorrow"}, {"closes_at"}),
            ({"reason": "  "}, {"reason"}),
            ({"reason": "字" * 501}, {"reason"}),
            ({"closes_at": "", "reason": ""}, {"closes_at", "reason"}),
        ],
    )
    def test_without_either_nothing_is_extended(self, changes: dict[str, str], refused: set[str]) -> None:
        assert set(ExtendForm({"closes_at": at(5), "reason": "Flood.", **changes}).errors) == refused


class TestAutomaticExtension:
    @pytest.mark.parametrize(("given", "kept"), [("", 0), ("1", 1), ("30", 30)])
    def test_is_off_unless_days_are_given(self, organiser: Any, given: str, kept: int) -> None:
        filled = form(organiser, extension_days=given, scheme=SchemeFactory(min_return=50).pk)

        assert filled.is_valid()
        assert filled.cleaned_data["extension_days"] == kept

    @pytest.mark.parametrize("given", ["0", "31", "-1", "x"])
    def test_is_between_a_day_and_a_month(self, organiser: Any, given: str) -> None:
        assert set(form(organiser, extension_days=given, scheme=SchemeFactory(min_return=50).pk).errors) == {
            "extension_days"
        }

    def test_needs_a_lowest_return_rate_and_one_visit(self, organiser: Any) -> None:
        without = form(organiser, extension_days="3")
        stages = form(
            organiser,
            extension_days="3",
            scheme=SchemeFactory(min_return=50).pk,
            collection="two_stage",
            casts_at=at(2),
        )

        assert set(without.errors) == set(stages.errors) == {"extension_days"}
