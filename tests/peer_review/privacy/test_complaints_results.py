"""What users of such systems complain of, as far as it concerns results: one test each.

Each first makes what is complained of and finds it, then looks at what this round's rules make of it.
"""

import re
from collections import Counter
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from peer_review.counting.anomalies import returns
from peer_review.domain.ledger.queries import RoundData
from peer_review.domain.outcomes.appeals import answer_stage
from peer_review.domain.outcomes.decisions import Choice, decide, tell_outcomes
from peer_review.domain.outcomes.outcome_status import outcome_status_of
from peer_review.domain.outcomes.proposals import proposal_of
from peer_review.domain.tally.ballot_arrays import read_ballots
from peer_review.enums import ResultScope
from peer_review.exceptions.base import ReasonMissing
from peer_review.exceptions.outcomes import NoFigures, OutcomeWorse
from peer_review.models import (
    Anomaly,
    Assignment,
    Comment,
    ContestStage,
    CriterionResult,
    Decision,
    DisclosureEntry,
    Result,
    Round,
)
from tests.factories.peer_review.counted_rounds import make_published_round, papers, spread, thin
from tests.factories.peer_review.decided_rounds import (
    decide_all,
    make_contest,
    make_inspector,
    make_leader,
    make_scored_round,
)
from tests.factories.peer_review.rounds import make_member, make_user
from tests.peer_review.reports.plain import streams_of, text_of

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def bytes_of_every_page(round: Round, client: Client) -> dict[str, str]:
    """Return the whole bytes of every page of results, as everybody who may open one finds it."""
    named = round.subjects.select_related("member__user").order_by("pk")
    head = round.members.filter(is_section_head=True).select_related("user").first()
    leader = make_user("", "leadership")
    readers = [(f"own {one.label}", one.member.user, "own-result", ()) for one in named]
    readers += [(f"leader {one.label}", leader, "subject-result", (one.pk,)) for one in named]
    readers += [("all", leader, "all-results", ()), ("summary", make_user("", "staff"), "summary", ())]
    if head is not None:
        readers.append(("section", head.user, "section-results", ()))
    pages = {}
    for name, user, route, more in readers:
        client.force_login(user)
        answer = client.get(reverse(f"peer_review:{route}", args=[round.public_id, *more]))
        assert answer.status_code == 200, name
        pages[name] = answer.content.decode()
    return pages


def holds(text: str, figure: str) -> bool:
    """Return whether a figure stands anywhere in these bytes, attributes too. Pictures measure in percent."""
    return re.search(rf"(?<![\d.]){re.escape(figure)}(?![\d%])", text) is not None


def subject_of(ballots: list[dict[str, int]], *, trim: bool) -> Result:
    round = make_published_round({("甲", "all"): ballots}, trim=trim)
    return Result.objects.get(round=round, scope=ResultScope.SUBJECT)


def test_complaint_single_hostile_ballots_that_decide() -> None:
    """ "One colleague who hates me cost me the grade." Dropped if the scheme trims; if not, it is said."""
    friendly, hostile = papers(11, 92, 92), papers(1, 0, 0)

    untrimmed = subject_of([*friendly, *hostile], trim=False)
    trimmed = subject_of([*friendly, *hostile], trim=True)
    without = subject_of([*friendly, *papers(1, 92, 92)], trim=False)

    # The ballot bites: alone it takes nearly eight points and the grade. Of fewer than twelve it would not be said.
    assert (untrimmed.score, untrimmed.grade, untrimmed.one_ballot) == (84.3, "competent", True)
    assert (trimmed.score, trimmed.grade, trimmed.one_ballot) == (92.0, "excellent", False)
    assert (without.score, without.grade, without.one_ballot) == (92.0, "excellent", False)


def test_complaint_hidden_in_the_page_but_present_in_the_data(client: Client) -> None:
    """ "The page said too few, and the source of the page said 33.3." What is not shown is in no byte of any page."""
    thin = {("甲", "all"): papers(4, 31, 47), **{(name, "all"): spread(9) for name in "乙丙丁"}}
    head = make_user("科室负责人", "section_head")
    shown = make_published_round(thin, floor=4, heads={"a": head})
    hidden = make_published_round(thin, floor=5, heads={"a": make_user("另一位", "section_head")})

    # The figures can be found: with a floor of 4 they stand on these very pages.
    seen = bytes_of_every_page(shown, client)
    for page in ("own 甲", "leader 甲", "section", "all"):
        assert all(holds(seen[page], figure) for figure in ("31.0", "47.0", "37.4")), page

    for page, text in bytes_of_every_page(hidden, client).items():
        assert not [figure for figure in ("31.0", "47.0", "37.4") if holds(text, figure)], page
        if page in ("own 甲", "leader 甲", "section", "all"):
            assert "样本不足" in text, page
    assert not CriterionResult.objects.filter(result__round=hidden, result__subject__label="甲").exists()


def words_of_every_file(round: Round, client: Client) -> dict[str, str]:
    """Return what anybody finds in any file about a round who unpacks it: words, alternative texts, metadata, cells."""
    named = round.subjects.select_related("member__user").order_by("pk")
    head = round.members.filter(is_section_head=True).select_related("user").get()
    leader = make_user("局长", "leadership")
    readers = [(f"own {one.label}", one.member.user, "own-report", ()) for one in named]
    readers += [(f"leader {one.label}", leader, "subject-report", (one.pk,)) for one in named]
    readers += [("all", leader, "round-report", ()), ("section", head.user, "section-report", ())]
    files = {}
    for name, user, route, more in readers:
        client.force_login(user)
        for format in ("pdf", "xlsx"):
            answer = client.get(reverse(f"peer_review:{route}", args=[round.public_id, *more, format]))
            assert answer.status_code == 200, name
            if format == "pdf":
                files[f"{name} pdf"] = f"{text_of(answer.content)}\n{streams_of(answer.content).decode('latin-1')}"
            else:
                with ZipFile(BytesIO(answer.content)) as archive:
                    parts = [archive.read(part).decode() for part in archive.namelist()]
                files[f"{name} xlsx"] = "\n".join(parts)
    return files


def test_complaint_hidden_in_the_file_but_present_in_its_data(client: Client) -> None:
    """ "The table said too few, the hidden sheet had the number." A file holds what its page shows, even unpacked."""
    thin = {("甲", "all"): papers(4, 31, 47), **{(name, "all"): spread(9) for name in "乙丙丁"}}
    shown = make_published_round(thin, floor=4, heads={"a": make_user("科室负责人", "section_head")})
    hidden = make_published_round(thin, floor=5, heads={"a": make_user("另一位", "section_head")})

    # The figures can be found: with a floor of 4 they stand in these very files.
    seen = words_of_every_file(shown, client)
    for name in ("own 甲", "leader 甲", "section", "all"):
        assert all(holds(seen[f"{name} pdf"], figure) for figure in ("31.0", "47.0", "37.4")), name
        assert all(f"<v>{figure}</v>" in seen[f"{name} xlsx"] for figure in ("31", "47", "37.4")), name

    for name, text in words_of_every_file(hidden, client).items():
        assert not [figure for figure in ("31.0", "47.0", "37.4") if holds(text, figure)], name
        assert not [figure for figure in ("31", "47", "37.4") if f"<v>{figure}</v>" in text], name
        assert 'state="hidden"' not in text
        assert 'hidden="1"' not in text
        if name.startswith(("own 甲", "leader 甲", "section", "all")):
            assert "样本不足" in text, name


def test_complaint_the_same_names_through_another_door_a_file(client: Client) -> None:
    """ "The page was anonymous. The export had a column with who said it." No file knows anybody who voted."""
    cells = {(name, "all"): spread(9) for name in "甲乙丙"}
    heads = {"a": make_user("科室负责人", "section_head")}
    round = make_published_round(cells, heads=heads)
    held = Assignment.objects.filter(cell__round=round).select_related("evaluator")
    voters = list({one.evaluator.pk: one.evaluator for one in held}.values())
    for number, one in enumerate(voters):
        one.name, one.username, one.email = f"投票人{number:02d}", f"voter-{number:02d}", f"v{number:02d}@example.cn"
        one.save()
    names = [words for one in voters for words in (one.name, one.username, one.email)]

    # They are there to be found: on the roll, in the same database, under these very names.
    assert len(voters) == 9
    assert set(names) == {words for one in voters for words in (one.get_full_name(), one.get_username(), one.email)}

    for file, text in words_of_every_file(round, client).items():
        assert not [name for name in names if name in text], file
        assert round.title in text or "Round" in text, file
    # Nor is it written down who fetched a file, but for the role.
    assert {one.audience for one in DisclosureEntry.objects.filter(round=round)} == {
        "subject",
        "leadership",
        "section_head:a",
    }


def test_complaint_absentees_counted_as_zero(client: Client) -> None:
    """ "Half of them never voted, and it pulled me down." Who is absent or does not know enough lowers nothing."""
    unknown = [{"quality": "dk", "spirit": "dk"}] * 3
    few = make_published_round({("甲", "all"): papers(6, 80, 80)})
    many = make_published_round({("甲", "all"): [*papers(6, 80, 80), *unknown]}, eligible=40)

    # What zeros would do: 480 points of 9 ballots, or of 40 people.
    zeros = {f"{480 / 9:.1f}", f"{480 / 40:.1f}"}
    assert zeros == {"53.3", "12.0"}
    assert list(Result.objects.filter(subject__isnull=False).values_list("score", flat=True)) == [80.0, 80.0]
    assert read_ballots(many, list(many.subjects.all())).answers.shape == (9, 2)
    for round in (few, many):
        for page, text in bytes_of_every_page(round, client).items():
            assert not [figure for figure in zeros if holds(text, figure)], page
    own = bytes_of_every_page(many, client)["own 甲"]
    assert holds(own, "80.0")
    assert "不了解" in own


def test_complaint_one_harsh_anonymous_row(client: Client) -> None:
    """ "One row of zeros and one bitter line, for everybody to see." No ballot stands alone, and no comment either."""
    harsh: list[dict[str, Any]] = [{"quality": 3, "spirit": 3}]
    words = ["他从来不干活", "踏实", "认真", "耐心"]
    round = make_published_round({("甲", "all"): [*spread(24, 88), *harsh]}, comments={"甲": words})

    # The row is there: one ballot of 25 lies alone in the lowest band.
    points = read_ballots(round, list(round.subjects.all())).answers[:, 0]
    assert Counter(points < 60) == {False: 24, True: 1}

    bars = [bar for row in CriterionResult.objects.filter(result__round=round) if row.bars for bar in row.bars]
    assert bars
    assert all(count == 0 or count >= 3 for _first, _last, count in bars)
    assert not Comment.objects.filter(subject__round=round).exists()
    for page, text in bytes_of_every_page(round, client).items():
        assert not holds(text, "3.0"), page
        assert not [word for word in words if word in text], page


def test_complaint_votes_traded_among_friends() -> None:
    """ "They gave each other full marks." Two sections that favour each other stand out, as sections; favour on one
    side only, generosity to all and being good at one's work do not. No voter is named, and there is none to name."""
    chance = np.random.default_rng(2)
    honest = 80 + chance.normal(0, 4, 8)[:, None] + chance.normal(0, 4, 8) + chance.normal(0, 0.8, (8, 8))
    np.fill_diagonal(honest, np.nan)
    one_sided, traded, generous = honest.copy(), honest.copy(), honest.copy()
    one_sided[2, 5] += 15
    traded[2, 5] += 15
    traded[5, 2] += 14
    generous[2, :] += 15

    found = {name: returns(matrix, seed=[1]).patterns for name, matrix in
             {"honest": honest, "one-sided": one_sided, "traded": traded, "generous": generous}.items()}  # fmt: skip

    assert [(one.at, one.other, one.high) for one in found.pop("traded")] == [(2, 5, True)]
    assert found == {"honest": (), "one-sided": (), "generous": ()}
    assert not {field.name for field in Anomaly._meta.get_fields()} & {"evaluator", "voter", "user", "member", "cell"}


def crossed_round() -> Round:
    """Of rank 1 in section a there is 甲 alone, and one of her leaders answered; everything else is well filled."""
    names = dict.fromkeys("甲乙丙", "a") | dict.fromkeys("丁戊己", "b")
    return make_published_round(
        {
            **{(name, "leaders"): thin(1 if name == "甲" else 5, 60) for name in names},
            **{(name, "staff"): spread(7, 80) for name in names},
        },
        sections=names,
        ranks={name: 1 if name in "甲丁" else 2 for name in names},
        eligible=14,
        trim=False,
    )


def compose(client: Client, round: Round, **asked: str) -> str:
    """Return the body of a table as a leader composes it."""
    client.force_login(make_user("", "leadership"))
    answer = client.get(
        reverse("peer_review:crosstab", args=[round.public_id]), asked, headers={"accept-language": "en"}
    )
    assert answer.status_code == 200
    return answer.content.decode().partition("<tbody>")[2].partition("</tbody>")[0]


def test_complaint_filters_crossed_until_one_person_is_left(client: Client) -> None:
    """ "Section, rank, class: and there was my ballot." Every crossing is asked; the one ballot is in no answer."""
    round = crossed_round()
    harsh = next(one for one in spread(1, 60))["quality"]
    # What is complained of: the mean of that crossing is the one ballot.
    board = RoundData(round)
    place = board.place({"section": "a", "rank": "rank1", "class": "leaders"}, without=())
    assert board.atoms("quality")._values[place[0].nonzero()[0] * 2 + 0].tolist() == [harsh]

    crossing = compose(client, round, rows="class", section="a", rank="rank1")
    assert ">too few<" in crossing
    # Nor is it left when the tables around it are laid together: all leaders, less those of everybody else.
    for asked in (
        {"rows": "class"},
        {"rows": "class", "section": "a"},
        {"rows": "class", "rank": "rank2"},
        {"rows": "section", "voter_class": "leaders"},
        {"rows": "rank", "voter_class": "leaders", "section": "a"},
    ):
        compose(client, round, **asked)
    answered = {one.scope for one in DisclosureEntry.objects.exclude(statements=[]) if '"leaders"]' in one.scope}
    others = '["quality","a","rank2","leaders"]'
    # The others' leaders are known from their pages, so any mean that holds hers as well was refused.
    assert f"cell:{others}" in answered
    assert 'cell:["quality","a",null,"leaders"]' not in answered
    assert 'cell:["quality",null,null,"leaders"]' not in answered


def test_complaint_blank_and_suppressed_cells_that_differ(client: Client) -> None:
    """ "An empty cell was white, a hidden one grey: so somebody had voted." The bytes are the same."""
    empty = make_published_round({("甲", "staff"): spread(7), ("乙", "leaders"): [], ("乙", "staff"): spread(7)})
    thin = make_published_round({("甲", "staff"): spread(7), ("乙", "leaders"): spread(2), ("乙", "staff"): spread(5)})
    tables = []
    for round in (empty, thin):
        tables.append(compose(client, round, rows="section", voter_class="leaders"))
        rows = CriterionResult.objects.filter(result__round=round, result__label="乙")
        # Both hold seven ballots about 乙; only who gave them differs, and that is what nobody may see.
        assert set(rows.values_list("n", flat=True)) == {7}
    assert tables[0] == tables[1]
    assert tables[0].count("too few") == 2


def test_complaint_one_response_shown_as_aggregate(client: Client) -> None:
    """ "Average of one." A single ballot is a figure nowhere: not of a subject, a class, a section, a rank, a table."""
    round = make_published_round(
        {("甲", "staff"): papers(1, 33, 33), ("乙", "staff"): papers(7, 80, 70)},
        sections={"甲": "a", "乙": "b"},
        ranks={"甲": 1, "乙": 2},
    )
    shown = {(one.scope, one.section_key, one.rank_key): one.score for one in round.results.exclude(scope="subject")}
    assert shown == {
        ("section", "a", ""): None,
        ("section", "b", ""): 76.0,
        ("rank", "", "rank1"): None,
        ("rank", "", "rank2"): 76.0,
        ("unit", "", ""): 76.0,
    }
    assert round.results.get(label="甲").score is None
    for rows in ("section", "rank", "class"):
        assert "33.0" not in compose(client, round, rows=rows)
    assert 33.0 not in CriterionResult.objects.filter(result__round=round).values_list("value", flat=True)


def test_complaint_my_objection_went_round_the_house() -> None:
    """ "The same names through another door." What somebody writes against their outcome is read by those who answer,
    by inspectors and by themselves: it is in no page, log, mail or notice of anybody else."""
    contest, leader = make_contest("Ben", now=timezone.now())
    stage = contest.stages.get()
    ContestStage.objects.filter(pk=stage.pk).update(grounds="GROUNDS-8311")
    answer_stage(stage, by=leader, answer="ANSWER-8312")
    round = contest.subject.round

    def read(user: Any, *addresses: str) -> str:
        client = Client(headers={"accept-language": "en"})
        client.force_login(user)
        return "".join(client.get(one, follow=True).content.decode() for one in addresses)

    of_round = [
        reverse(f"peer_review:{name}", args=[round.public_id]) for name in ("round-detail", "all-results", "decisions")
    ]
    of_person = [
        reverse(f"peer_review:{name}", args=[round.public_id, contest.subject_id])
        for name in ("subject-result", "contest")
    ]
    everywhere = [
        *of_round,
        *of_person,
        reverse("peer_review:round-dashboard", args=[round.public_id]),
        reverse("peer_review:contest-list"),
        reverse("peer_review:contest-answer", args=[contest.pk]),
        reverse("peer_review:audit-log"),
        reverse("peer_review:notice-list"),
        reverse("peer_review:round-list"),
    ]
    # They are there to be found …
    for reader in (contest.by, leader, make_inspector()):
        assert {"GROUNDS-8311", "ANSWER-8312"} <= set(re.findall(r"(?:GROUNDS|ANSWER)-\d+", read(reader, *everywhere)))
    # … and others, whatever they open, find neither them nor, the organiser and colleagues, that anybody contests.
    head = make_user("Head", "section_head")
    make_member(round, head, is_head=True)
    colleague = round.subjects.get(label="Ada").member.user
    for reader in (round.organiser, colleague, head, make_leader("Another leader")):
        assert "-831" not in read(reader, *everywhere), reader
    for reader in (round.organiser, colleague, head):
        shown = read(reader, *everywhere)
        assert "Review asked" not in shown
        assert "Review of an outcome" not in shown


def test_complaint_the_list_was_sorted_and_i_was_just_below() -> None:
    """ "We had the same score; my name begins with Z." Equal scores at the line are a person's to decide, with a
    reason, however the roll is sorted."""
    forwards = make_scored_round({"Ann": 93, "Zoe": 93, **dict.fromkeys("BCD", 70)})
    backwards = make_scored_round({**dict.fromkeys("BCD", 70), "Zoe": 93, "Ann": 93})

    for round in (forwards, backwards):
        made = proposal_of(round)
        assert {one.label: made.grades[one.pk] for one in round.subjects.filter(label__in=["Ann", "Zoe"])} == {
            "Ann": "",
            "Zoe": "",
        }
        with pytest.raises(ReasonMissing):
            decide(round, by=make_leader(), choices=[Choice(round.subjects.get(label="Ann").pk, "excellent")])


def test_complaint_a_machine_decided_on_me() -> None:
    """ "Nobody would put their name to it." Without a named person there is no outcome, and it says who and why."""
    round = make_scored_round({"Ada": 95, "Ben": 85})
    ben = round.subjects.select_related("round", "member__user").get(label="Ben")
    assert ben.member is not None
    assert not outcome_status_of(ben, ben.member.user).decided  # published, proposed, and nothing is decided by that

    leader = make_leader("Director Zhao")
    decide_all(round, by=leader)
    tell_outcomes(round, by=leader)

    standing = outcome_status_of(ben, ben.member.user)
    assert (standing.grade, standing.decided_by, standing.may_ask) == ("competent", "Director Zhao", True)


def test_complaint_too_few_voted_and_i_was_marked_down() -> None:
    """ "Absentees counted as zero." Who has no figures is neither proposed nor can be given a grade."""
    round = make_scored_round({"Ada": 95, "Fay": None})
    fay = round.subjects.get(label="Fay")

    assert proposal_of(round).grades[fay.pk] == ""
    for grade in ("incompetent", "basic", "competent"):
        with pytest.raises(NoFigures):
            decide(round, by=make_leader(), choices=[Choice(fay.pk, grade, "Absent colleagues.")])


def test_complaint_whoever_appeals_regrets_it() -> None:
    """ "They made it worse because I complained." No answer can, in the domain and in the database."""
    contest, leader = make_contest("Ben", now=timezone.now())

    for grade in ("basic", "incompetent"):
        with pytest.raises(OutcomeWorse):
            answer_stage(contest.stages.get(), by=leader, answer="You asked for it.", grade=grade)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(
            subject=contest.subject,
            number=2,
            grade="basic",
            rank=2,
            previous_rank=1,
            reason="You asked for it.",
            by=leader,
            decided_at=timezone.now(),
            stage=contest.stages.get(),
        )
