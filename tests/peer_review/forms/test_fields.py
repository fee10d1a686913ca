"""Fields that several forms use: people by their full names, moments of the site, words as the browser counts them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.test import override_settings
from django.utils import timezone

from peer_review.forms.fields import PeopleField, PersonField, WordsField, moment, reach_field
from tests.factories.peer_review.rounds import make_user


@pytest.mark.django_db
class TestPeople:
    def test_people_are_listed_by_their_full_names(self) -> None:
        ada, ben = make_user("Ada", username="a1"), make_user("Ben", username="b1")
        people = get_user_model().objects.filter(pk__in=[ada.pk, ben.pk]).order_by("pk")

        for field in (PersonField(people), PeopleField(people)):
            shown = [label for value, label in field.choices if value]
            assert shown == ["Ada", "Ben"]

    def test_one_person_is_chosen_and_nobody_outside_the_list(self) -> None:
        ada, ben = make_user("Ada"), make_user("Ben")
        field = PersonField(get_user_model().objects.filter(pk=ada.pk))

        assert field.clean(str(ada.pk)) == ada
        for refused in (str(ben.pk), "", "x", "9" * 30, "\x00"):
            with pytest.raises(ValidationError):
                field.clean(refused)

    def test_several_people_are_chosen_by_check_boxes_and_nobody_outside_the_list(self) -> None:
        ada, ben, cho = (make_user(name) for name in ("Ada", "Ben", "Cho"))
        field = PeopleField(get_user_model().objects.exclude(pk=cho.pk))

        assert set(field.clean([ada.pk, ben.pk])) == {ada, ben}
        assert isinstance(field.widget, forms.CheckboxSelectMultiple)
        for refused in ([ada.pk, cho.pk], ["x"], [], "x"):
            with pytest.raises(ValidationError):
                field.clean(refused)

    def test_a_name_is_shown_as_a_name(self) -> None:
        user = make_user("<b>Ada</b>")

        class Form(forms.Form):
            person = PersonField(get_user_model().objects.filter(pk=user.pk))

        assert "<b>" not in str(Form()["person"])


class TestMoments:
    @pytest.mark.parametrize("text", ["2030-01-31T08:05", "2030-01-31 08:05", "2030-01-31T08:05:00"])
    def test_a_moment_is_read_in_the_sites_time_zone(self, text: str) -> None:
        with override_settings(TIME_ZONE="Asia/Shanghai"), timezone.override("Asia/Shanghai"):
            assert moment("When").clean(text) == datetime(2030, 1, 31, 0, 5, tzinfo=UTC)

    @pytest.mark.parametrize(
        "text", ["", "31.1.2030", "2030-02-30T08:00", "2030-13-01T08:00", "08:00", "2030-01-31T25:00"]
    )
    def test_what_is_no_moment_is_refused(self, text: str) -> None:
        with pytest.raises(ValidationError):
            moment("When").clean(text)

    def test_a_moment_is_shown_as_a_picker_takes_it(self) -> None:
        class Form(forms.Form):
            at = moment("When", "The day and the hour.")

        with timezone.override("Asia/Shanghai"):
            html = str(Form(initial={"at": datetime(2030, 1, 31, 0, 5, 59, tzinfo=UTC)})["at"])

        assert 'type="datetime-local"' in html
        assert 'value="2030-01-31T08:05"' in html
        assert moment("When", "The day and the hour.").help_text == "The day and the hour."


class TestReach:
    @pytest.mark.parametrize(("posted", "reach"), [("1", True), ("0", False), ("", None), (None, None)])
    def test_a_reach_is_everyone_ones_own_section_or_left_to_the_size(self, posted: Any, reach: bool | None) -> None:
        assert reach_field("Reach").clean(posted) is reach

    @pytest.mark.parametrize("posted", ["2", "True", "yes"])
    def test_other_reaches_are_refused(self, posted: str) -> None:
        with pytest.raises(ValidationError):
            reach_field("Reach").clean(posted)


class TestWords:
    def test_a_line_break_counts_once_as_it_does_for_the_browser(self) -> None:
        field = WordsField(max_length=5)

        assert field.clean("ab\r\ncd") == "ab\ncd"
        with pytest.raises(ValidationError):
            field.clean("ab\r\ncde")

    def test_words_that_may_be_missing(self) -> None:
        field = WordsField(required=False)

        assert (field.clean(None), field.clean(""), field.clean(" \r\n ")) == ("", "", "")
        with pytest.raises(ValidationError):
            WordsField().clean(" \r\n ")

    def test_words_have_several_lines(self) -> None:
        assert isinstance(WordsField().widget, forms.Textarea)
