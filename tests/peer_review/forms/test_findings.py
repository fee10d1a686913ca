"""The form of a finding: sections that the raiser may name, criteria of the round, heads of its roll."""

from datetime import date
from typing import Any

import pytest

from peer_review.domain.findings.findings import TEXT_LENGTH
from peer_review.domain.schemes.schemes import freeze_scheme
from peer_review.forms.findings import FindingForm
from peer_review.models import Round
from tests.factories.peer_review.rounds import RoundFactory, SchemeFactory, make_member, make_subject, make_user

pytestmark = pytest.mark.django_db
DATA = {"text": "The counter opens late.", "source": "result", "section": "a"}


def make_round(**scheme: Any) -> Round:
    round: Round = RoundFactory(scheme=SchemeFactory(**scheme))
    round.form = freeze_scheme(round.scheme).as_json()
    round.save()
    return round


def form(round: Round, sections: dict[str, str] | None = None, **data: Any) -> FindingForm:
    named = {"a": "Section a"} if sections is None else sections
    return FindingForm(DATA | data, round=round, sections=named)


def test_a_sound_finding_is_taken() -> None:
    given = form(make_round(), criterion="quality", due_date="2030-01-31")

    assert given.is_valid()
    assert (given.cleaned_data["criterion"], given.cleaned_data["due_date"]) == ("quality", date(2030, 1, 31))


@pytest.mark.parametrize(
    ("data", "refused"),
    [
        ({"text": "  "}, "text"),
        ({"text": "x" * (TEXT_LENGTH + 1)}, "text"),
        ({"section": "b"}, "section"),
        ({"section": ""}, "section"),
        ({"criterion": "speed"}, "criterion"),
        ({"source": "rumour"}, "source"),
        # Where no comments are asked, nothing can be a theme of them.
        ({"source": "theme"}, "source"),
        ({"due_date": "31 Feb"}, "due_date"),
        ({"subject": "999999"}, "subject"),
        ({"responsible": "999999"}, "responsible"),
    ],
)
def test_unsound_findings_are_refused(data: dict[str, str], refused: str) -> None:
    assert set(form(make_round(), **data).errors) == {refused}


def test_whoever_sees_all_may_name_all_together() -> None:
    given = form(make_round(), sections={"": "", "a": "Section a"}, section="")

    assert given.is_valid()
    assert given.cleaned_data["section"] == ""


def test_a_theme_of_comments_is_offered_where_comments_are_asked() -> None:
    assert form(make_round(comments=True), source="theme").is_valid()


def test_only_subjects_of_the_named_sections_are_taken() -> None:
    round = make_round()
    own = make_subject(round, make_member(round, make_user(), section="a"))
    other = make_subject(round, make_member(round, make_user(), section="b"))

    assert form(round, subject=str(own.pk)).is_valid()
    assert set(form(round, subject=str(other.pk)).errors) == {"subject"}


def test_only_active_heads_of_the_roll_are_responsible() -> None:
    round = make_round()
    head, gone, member = make_user("Head"), make_user("Gone", is_active=False), make_user("Member")
    for user, is_head in ((head, True), (gone, True), (member, False)):
        make_member(round, user, is_head=is_head)

    fields: dict[str, Any] = form(round).fields
    assert list(fields["responsible"].queryset) == [head]
