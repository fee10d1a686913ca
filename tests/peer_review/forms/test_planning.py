"""Forms of "who evaluates whom": what is posted becomes a plan, a list or an exclusion, or is refused."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from peer_review.domain.planning.eligibility import HEADS, Group
from peer_review.domain.planning.plan import MAX_MONTHS, MAX_SAMPLE, Pattern, Plan, read_plan
from peer_review.forms.planning import (
    ExclusionForm,
    ListImportForm,
    PlanForm,
    RollProposeForm,
    RollSearchForm,
    RollSubjectForm,
    VoterClassForm,
)
from peer_review.models import Round
from tests.factories.peer_review.rounds import RoundFactory, SchemeFactory, make_member, make_user

pytestmark = pytest.mark.usefixtures("in_english")
CLASSES = {"superiors": "Superiors", "peers": "Peers"}
GROUPS = [Group("t0", "Leaders", 2), Group(HEADS, "Section heads", 3)]
SECTIONS = [("a", "A"), ("b", "B")]
POSTED = {"pattern": "usual", "house_wide": "", "groups": ["t0", HEADS], "sections": ["a", "b"], "months": ""}


def form(data: dict[str, Any] | None = None, *, kind: str = "tier", plan: Plan | None = None) -> PlanForm:
    return PlanForm(data, kind=kind, plan=plan or Plan(), classes=CLASSES, groups=GROUPS, sections=SECTIONS)


class TestPlanForm:
    def test_shows_the_plan_as_it_is(self) -> None:
        plan = read_plan(
            {
                "pattern": "matrix",
                "house_wide": True,
                "groups": [HEADS],
                "sections": ["b"],
                "months": 6,
                "sample": {"peers": 4},
                "matrix": [{"from": "t0", "to": HEADS, "class": "superiors", "reach": "house"}],
            },
            kind="tier",
            classes=CLASSES,
        )
        shown = form(plan=plan)

        values = {name: shown[name].value() for name in shown.fields}
        assert values == {
            "pattern": Pattern.MATRIX,
            "house_wide": "1",
            "groups": [HEADS],
            "sections": ["b"],
            "months": 6,
            "cell_0_0": "",
            "cell_0_1": "superiors:house",
            "cell_1_0": "",
            "cell_1_1": "",
            "sample_superiors": None,
            "sample_peers": 4,
        }

    def test_offers_the_list_only_where_one_was_imported(self) -> None:
        assert [key for key, _label in form().fields["pattern"].choices] == ["usual", "matrix"]
        listed = Plan(lines={"peers": {"p1": (2,)}})
        assert [key for key, _label in form(plan=listed).fields["pattern"].choices] == ["usual", "matrix", "list"]

    def test_reads_a_plan_in_which_everybody_is_evaluated(self) -> None:
        filled = form(POSTED)

        assert filled.is_valid()
        assert filled.as_json() == {
            "v": 1,
            "pattern": "usual",
            "house_wide": None,
            "months": 0,
            "sample": {},
            "lines": {},
        }

    def test_reads_a_table_a_choice_by_chance_and_who_is_evaluated(self) -> None:
        filled = form(
            {
                **POSTED,
                "pattern": "matrix",
                "groups": ["t0"],
                "cell_1_0": "peers:own",
                "sample_peers": "3",
                "house_wide": "0",
                "months": "2",
            }
        )

        assert filled.is_valid()
        assert filled.as_json() == {
            "v": 1,
            "pattern": "matrix",
            "house_wide": False,
            "months": 2,
            "sample": {"peers": 3},
            "lines": {},
            "groups": ["t0"],
            "matrix": [{"from": HEADS, "to": "t0", "class": "peers", "reach": "own"}],
        }

    def test_keeps_the_imported_list(self) -> None:
        filled = form(POSTED, plan=Plan(lines={"peers": {"p1": (4, 2)}}))

        assert filled.is_valid()
        assert filled.as_json()["lines"] == {"peers": {"p1": [2, 4]}}

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"pattern": "chaos"}, "pattern"),
            ({"pattern": "list"}, "pattern"),
            ({"house_wide": "maybe"}, "house_wide"),
            ({"groups": []}, "groups"),
            ({"groups": ["t9"]}, "groups"),
            ({"sections": []}, "sections"),
            ({"months": "-1"}, "months"),
            ({"months": str(MAX_MONTHS + 1)}, "months"),
            ({"months": "many"}, "months"),
            ({"sample_peers": "0"}, "sample_peers"),
            ({"sample_peers": str(MAX_SAMPLE + 1)}, "sample_peers"),
            ({"cell_0_0": "peers:far"}, "cell_0_0"),
            ({"cell_0_0": "leaders:own"}, "cell_0_0"),
        ],
    )
    def test_refuses_what_is_no_choice(self, changes: dict[str, Any], field: str) -> None:
        assert list(form({**POSTED, **changes}).errors) == [field]

    def test_of_sections_has_one_column_and_asks_for_no_rank(self) -> None:
        shown = form(kind="section")

        assert shown.of_sections
        assert [name for name in shown.fields if name.startswith("cell_")] == ["cell_0_0", "cell_1_0"]
        assert not {"groups", "months"} & set(shown.fields)
        filled = form({"pattern": "matrix", "sections": ["a"], "cell_0_0": "peers:other"}, kind="section")
        assert filled.is_valid()
        assert filled.as_json()["matrix"] == [{"from": "t0", "to": "*", "class": "peers", "reach": "other"}]

    def test_cells_and_cell_values_are_each_others_reverse(self) -> None:
        cells = {("t0", HEADS): ("superiors", "own"), (HEADS, HEADS): ("peers", "house")}
        values = form().cell_values(cells)

        assert values == {"cell_0_0": "", "cell_0_1": "superiors:own", "cell_1_0": "", "cell_1_1": "peers:house"}
        assert form().cells(values) == cells
        assert form().cells({"cell_0_0": "x", "cell_0_1": "peers:x", "cell_1_0": "x:own"}) == {}

    def test_lists_its_fields_row_by_row_for_the_page(self) -> None:
        shown = form()

        assert [(row.group.key, [cell.column for cell in row.cells]) for row in shown.matrix] == [
            ("t0", ["Leaders", "Section heads"]),
            (HEADS, ["Leaders", "Section heads"]),
        ]
        assert [field.name for field in shown.samples] == ["sample_superiors", "sample_peers"]
        assert shown["cell_0_1"].label == "Leaders evaluate Section heads"


@pytest.mark.parametrize(("only", "valid"), [("1", True), ("0", True), ("2", False), ("", False)])
def test_named_list_form_asks_for_a_file_and_what_it_is(only: str, valid: bool) -> None:
    file = SimpleUploadedFile("list.csv", b"x")

    assert ListImportForm({"only": only}, {"file": file}).is_valid() is valid
    assert list(ListImportForm({"only": "1"}, {}).errors) == ["file"]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"both_ways": ""}, []),
        ({"evaluator": " "}, ["evaluator"]),
        ({"subject": "x" * 81}, ["subject"]),
        ({"reason": ""}, ["reason"]),
        ({"reason": "x" * 201}, ["reason"]),
    ],
)
def test_exclusion_form_wants_two_names_and_a_reason(changes: dict[str, str], fields: list[str]) -> None:
    data = {"evaluator": "Li", "subject": "Wang", "reason": "Married", "both_ways": "on", **changes}

    assert list(ExclusionForm(data).errors) == fields


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
