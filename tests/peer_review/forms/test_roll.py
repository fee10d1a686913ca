"""Forms of the roll validate what an organiser types and decide nothing."""

from typing import Any

import pytest

from peer_review.forms.roll import RollProposeForm, RollSearchForm, RollSubjectForm, VoterClassForm
from peer_review.models import Round
from tests.factories.peer_review.rounds import RoundFactory, SchemeFactory, make_member, make_user


@pytest.mark.parametrize(("value", "reach"), [("", None), ("1", True), ("0", False)])
def test_propose_form_reads_how_wide_the_proposal_reaches(value: str, reach: bool | None) -> None:
    form = RollProposeForm({"house_wide": value})

    assert form.is_valid()
    assert form.cleaned_data == {"house_wide": reach}


def test_propose_form_refuses_another_reach() -> None:
    assert list(RollProposeForm({"house_wide": "x"}).errors) == ["house_wide"]


@pytest.mark.parametrize(("q", "valid"), [("", True), (" Li ", True), ("x" * 80, True), ("x" * 81, False)])
def test_search_form_takes_a_short_text(q: str, valid: bool) -> None:
    form = RollSearchForm({"q": q})

    assert form.is_valid() is valid
    assert form.cleaned_data.get("q") == (q.strip() if valid else None)


@pytest.mark.django_db
class TestRollSubjectForm:
    @pytest.fixture
    def draft(self) -> Round:
        round = RoundFactory(scheme=SchemeFactory(classes=[("peers", 60), ("staff", 40)]))
        for name, section in (("Li", "a"), ("Wang", "a"), ("Zhao", "b")):
            make_member(round, make_user(name), section=section)
        return round

    def form(self, draft: Round, data: dict[str, Any]) -> RollSubjectForm:
        return RollSubjectForm(data, round=draft, member=draft.members.get(name="Li"))

    def test_asks_for_a_class_a_section_and_leaves_out_the_subject(self, draft: Round) -> None:
        form = self.form(draft, {"section_0": "peers", "section_1": "staff"})

        assert [str(field.label) for field in form.fields.values()] == ["Section a", "Section b"]
        assert form.is_valid()
        assert form.evaluators() == {
            draft.members.get(name="Wang").pk: "peers",
            draft.members.get(name="Zhao").pk: "staff",
        }

    def test_takes_no_class_for_a_section_that_is_not_asked(self, draft: Round) -> None:
        form = self.form(draft, {"section_1": "peers"})

        assert form.is_valid()
        assert form.evaluators() == {draft.members.get(name="Zhao").pk: "peers"}

    def test_refuses_a_class_that_the_scheme_does_not_have(self, draft: Round) -> None:
        assert list(self.form(draft, {"section_0": "leaders"}).errors) == ["section_0"]


@pytest.mark.django_db
def test_voter_class_form_knows_members_and_classes_of_its_round_only() -> None:
    round, other = RoundFactory(), RoundFactory()
    member, stranger = (make_member(one, make_user()) for one in (round, other))

    assert VoterClassForm({"member": member.pk, "voter_class": "all"}, round=round).is_valid()
    assert VoterClassForm({"member": member.pk, "voter_class": ""}, round=round).is_valid()
    bad = VoterClassForm({"member": stranger.pk, "voter_class": "leaders"}, round=round)
    assert set(bad.errors) == {"member", "voter_class"}
    assert set(VoterClassForm({}, round=round).errors) == {"member"}
