"""Rounds of mutual evaluation in every state: two published, two open in which every sign-in can vote, one in
preparation. Their ballots went through the real protocol (demo.load.voting).

In the published ones too few vote in some places, so that every fate can be looked at: one class of a section head has
joined its neighbour, the ballots about one person and the words about another are destroyed. The early closing of the
whole-sheet round waits for its second person.
"""

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from demo.load import voting
from demo.load.moments import midnight
from demo.load.outcomes import load_outcomes
from demo.load.people import sign_ins
from demo.people import SECTIONS
from organisation.models import User
from organisation.roll import propose_roll as propose_from_staff
from peer_review.domain.planning.eligibility import HEADS, group_keys, leaders_of, propose_subjects
from peer_review.domain.planning.exclusions import add_exclusion
from peer_review.domain.planning.plan_setup import save_plan
from peer_review.domain.planning.roll import propose_roll, use_plan
from peer_review.domain.planning.roll_confirmation import confirm_roll
from peer_review.domain.planning.roll_edits import remove_subject
from peer_review.domain.planning.roll_fingerprint import roll_fingerprint
from peer_review.domain.planning.roll_touches import is_touched
from peer_review.domain.preflight.preflight import preflight
from peer_review.domain.preflight.subtraction_fixes import leave_out
from peer_review.domain.publication import comments, publish
from peer_review.domain.publication.self_evaluations import save_self_evaluation
from peer_review.domain.rounds import lifecycle
from peer_review.domain.rounds.early_closing import request_early_closing
from peer_review.domain.schemes.default_schemes import create_default_schemes
from peer_review.enums import CellKind, Collection, RoundKind
from peer_review.models import Cell, Round, Scheme
from peer_review.providers.roll import Person
from zhengyan_crypto import sealing

PUBLISHED = "2026 年上半年人员互评"
FULL_CIRCLE = "三百六十度评价（法制综合科试点）"
OPEN = "2026 年下半年科室互评（内部顾客满意度）"
SHEET = "2026 年度局领导民主测评"
DRAFT = "2026 年度三百六十度评价（筹备中）"
#: Evaluated person by person in the published round, besides every section head: one whole section.
SECTION = "passenger"
#: The section of the pilot round, whose people wrote words too.
PILOT = "legal"
#: Those of the round that is being prepared.
NEXT = ("cargo", "health")
WORDS = (
    "办事认真，答复及时，希望多到一线走走。",
    "业务熟，肯带新人。",
    "讲原则，有时沟通可以再耐心一些。",
    "材料质量高，交办的事情件件有回音。",
    "遇到跨科室的难题不推诿。",
    "会前准备可以更充分。",
    "对制度的解释清楚，大家照着做就行。",
    "工作节奏快，建议提前说明时间安排。",
)


def load_rounds() -> list[str]:
    """Make sure every round is there; return the titles of those that were made."""
    organiser = User.objects.get(username="organiser")
    schemes = create_default_schemes(by=organiser)
    loaded = []
    for title, load in (
        (PUBLISHED, _load_published),
        (FULL_CIRCLE, _load_full_circle),
        (OPEN, _load_open),
        (SHEET, _load_sheet),
    ):
        Round.objects.drafts().filter(title=title).delete()  # left behind by an interrupted run
        if not Round.objects.filter(title=title).exists():
            load(organiser, schemes)
            loaded.append(title)
    load_outcomes(Round.objects.get(title=PUBLISHED))
    if not Round.objects.filter(title=DRAFT).exists():
        _load_draft(organiser, schemes)
        loaded.append(DRAFT)
    return loaded


def box_key_path() -> Path:
    """Return where the demonstration leaves the box keys of its open rounds, for whoever plays the scrutineer."""
    return Path(settings.VAR_DIR) / "demo-box-key.txt"


def _leave_box_key(round: Round, private: bytes) -> None:
    with box_key_path().open("a", encoding="utf-8") as file:
        file.write(f"{round.title}\n{sealing.encode_box_key(private)}\n\n")
    box_key_path().chmod(0o600)


def _scrutineer() -> User:
    scrutineer: User = User.objects.get(username="scrutineer")
    return scrutineer


def _inspector() -> User:
    inspector: User = User.objects.get(username="inspector")
    return inspector


def _load_published(organiser: User, schemes: dict[str, Scheme]) -> None:
    opens = midnight() - datetime.timedelta(days=90)
    closes = opens + datetime.timedelta(days=7)
    round = lifecycle.create_round(
        by=organiser,
        title=PUBLISHED,
        purpose="对照德、能、勤、绩、廉，评一评身边的同志。结果用于改进工作，不与其他事项挂钩。",
        kind=RoundKind.PERSON,
        scheme=schemes["annual"],
        opens_at=opens,
        closes_at=closes,
        scrutineers=[_scrutineer()],
        now=opens - datetime.timedelta(days=3),
    )
    propose_roll(round, by=organiser, house_wide=True, people=_reference_staff(round))
    for subject in round.subjects.exclude(section_key=SECTION).exclude(member__is_section_head=True):
        remove_subject(round, by=organiser, subject=subject)
    confirm_roll(round, by=_inspector(), fingerprint=roll_fingerprint(round))
    mood = voting.Mood(seed=2026_1, turnout=0.94, answer=voting.points, limits=_few_marks)
    _publish(_collect(round, organiser, mood, opens=opens, closes=closes), organiser)


def _load_full_circle(organiser: User, schemes: dict[str, Scheme]) -> None:
    opens = midnight() - datetime.timedelta(days=40)
    closes = opens + datetime.timedelta(days=5)
    reviewer = User.objects.get(username="inspector")
    round = lifecycle.create_round(
        by=organiser,
        title=FULL_CIRCLE,
        purpose="先在一个科室试点：上级、同级互评，本人自评对照，可以写意见。结果供本人改进参考。",
        kind=RoundKind.TIER,
        scheme=schemes["full_circle"],
        opens_at=opens,
        closes_at=closes,
        scrutineers=[_scrutineer()],
        comment_reviewer=reviewer,
        now=opens - datetime.timedelta(days=3),
    )
    save_plan(round, by=organiser, plan={"sections": [PILOT], "house_wide": True})
    use_plan(round, by=organiser, people=_reference_staff(round), at_once=True)
    _leave_out_exposed(round, organiser)
    mood = voting.Mood(seed=2026_3, turnout=1, answer=voting.anchors, words=WORDS, limits=_few_words)
    counted = _collect(round, organiser, mood, opens=opens, closes=closes, before_closing=_say_of_themselves)
    comments.finish_review(counted, by=reviewer)
    _publish(counted, organiser)


def _load_open(organiser: User, schemes: dict[str, Scheme]) -> None:
    opens = midnight() - datetime.timedelta(days=2)
    round = lifecycle.create_round(
        by=organiser,
        title=OPEN,
        purpose="请以内部顾客的身份评价其他科室：答复快不快，配合好不好，移交准不准，改进真不真。",
        kind=RoundKind.SECTION,
        scheme=schemes["section"],
        opens_at=opens,
        closes_at=opens + datetime.timedelta(days=21, hours=18),
        scrutineers=[_scrutineer()],
        now=opens - datetime.timedelta(days=1),
    )
    propose_roll(round, by=organiser, people=_reference_staff(round))
    private = voting.prepare(round, _scrutineer())
    _leave_box_key(round, private)
    round = lifecycle.open_round(round, by=organiser, now=opens)
    mood = voting.Mood(seed=2026_2, turnout=0.5, answer=voting.anchors, leave_sign_ins=True)
    voting.vote(round, mood, now=timezone.now())


def _load_sheet(organiser: User, schemes: dict[str, Scheme]) -> None:
    opens = midnight() - datetime.timedelta(days=1)
    round = lifecycle.create_round(
        by=organiser,
        title=SHEET,
        purpose="全体科室负责人和科员评价局领导班子成员。一张票列出全部对象，优秀名额有限，请对照比较后评分。",
        kind=RoundKind.PERSON,
        scheme=schemes["sheet"],
        opens_at=opens,
        closes_at=opens + datetime.timedelta(days=14, hours=18),
        scrutineers=[_scrutineer()],
        now=opens - datetime.timedelta(days=1),
    )
    people = list(_reference_staff(round))
    groups = group_keys(people)
    top = groups[min(leaders_of(people))]
    classes = {HEADS: "section_heads", **{group: "staff" for group in groups if group not in (HEADS, top)}}
    matrix = [
        {"from": group, "to": top, "class": voters, "reach": "house"} for group, voters in sorted(classes.items())
    ]
    save_plan(round, by=organiser, plan={"pattern": "matrix", "groups": [top], "matrix": matrix})
    use_plan(round, by=organiser, people=people, at_once=True)
    _leave_out_exposed(round, organiser)
    _leave_box_key(round, voting.prepare(round, _scrutineer()))
    round = lifecycle.open_round(round, by=organiser, now=opens)
    mood = voting.Mood(seed=2026_4, turnout=0.4, answer=voting.points, leave_sign_ins=True)
    voting.vote(round, mood, now=timezone.now())
    request_early_closing(round, by=organiser, reason="局务会议提前召开，需在会前完成开箱计票。")


def _load_draft(organiser: User, schemes: dict[str, Scheme]) -> None:
    """A round for the organiser to try everything on: plan with a random choice, two stages, keys not made yet.

    Two who are married may not evaluate each other, so its roll waits for an inspector.
    """
    opens = midnight() + datetime.timedelta(days=10, hours=9)
    round = lifecycle.create_round(
        by=organiser,
        title=DRAFT,
        purpose="试点总结后扩大到两个科室，分两个阶段进行：先领票，三天后再投票。",
        kind=RoundKind.TIER,
        scheme=schemes["full_circle"],
        opens_at=opens,
        casts_at=opens + datetime.timedelta(days=3),
        closes_at=opens + datetime.timedelta(days=10),
        collection=Collection.TWO_STAGE,
        scrutineers=[_scrutineer()],
        comment_reviewer=User.objects.get(username="inspector"),
    )
    plan = {"sections": sorted(NEXT), "house_wide": True, "sample": {"peers": 8}}
    save_plan(round, by=organiser, plan=plan)
    people = list(_reference_staff(round))
    use_plan(round, by=organiser, people=people, at_once=True)
    subject = round.subjects.all()[0]
    spouse = round.members.besides(subject).filter(section_key=subject.section_key)[0]
    add_exclusion(
        round,
        by=organiser,
        evaluator=next(person for person in people if person.user_id == spouse.user_id),
        subject=next(one for one in propose_subjects(round.kind, people) if one.key == subject.key),
        reason="夫妻关系，应当回避。",
        both_ways=True,
    )


def _leave_out_exposed(round: Round, organiser: User) -> None:
    """Leave out whoever was evaluated by nearly the same people in a round before, as the pre-flight offers. That is
    work by hand, which an inspector confirms.
    """
    for exposed in preflight(round).subtraction.standing:
        leave_out(round, by=organiser, subject=exposed.pk)
    if is_touched(round):
        confirm_roll(round, by=_inspector(), fingerprint=roll_fingerprint(round))


def _few_marks(round: Round) -> dict[str, int]:
    """Let too few vote in two places: in one class about a section head, which joins its neighbour, and about one
    person of the section as a whole, whose ballots are destroyed.
    """
    floor = round.frozen_scheme.floor
    heads = round.subjects.filter(member__is_section_head=True).exclude(member__user__in=_seats())
    staff = round.cells.with_eligible().filter(subject__in=heads, voter_class="staff", eligible__gte=floor)
    short = staff.order_by("eligible", "subject__sort_order", "key")[0]
    unknown = round.subjects.filter(section_key=SECTION).exclude(member__user__in=_seats()).order_by("-sort_order")[0]
    return {short.key: floor - 2, **_limited(list(round.cells.filter(subject=unknown)), floor - 1)}


def _few_words(round: Round) -> dict[str, int]:
    """Let too few write about one person, so that their words are destroyed unread."""
    words = round.cells.filter(kind=CellKind.COMMENT).exclude(subject__member__user__in=_seats())
    return {words.order_by("-subject__sort_order")[0].key: round.frozen_scheme.floor - 2}


def _limited(cells: list[Cell], most: int) -> dict[str, int]:
    """Return a limit for each cell, as equal as can be; all together are `most`."""
    return {cell.key: most // len(cells) + (at < most % len(cells)) for at, cell in enumerate(cells)}


def _seats() -> list[int]:
    """Return whom the roles of the demonstration sign in as: their own results are not to be missing."""
    return [line.user.pk for line in sign_ins()]


def _reference_staff(round: Round) -> Iterator[Person]:
    """Return the people of the reference organisation, however large the demonstration, the role sign-ins among them.

    Person by person, ten thousand people would ask for millions of ballot papers.
    """
    people = list(propose_from_staff(round))
    seats = set(_seats())
    left = {section: share for section, _title, share in SECTIONS}
    chosen = set()
    for person in sorted(people, key=lambda person: person.user_id not in seats):
        if left.get(person.section_key, 0) > 0:
            left[person.section_key] -= 1
            chosen.add(person.user_id)
    return (person for person in people if person.user_id in chosen)


def _collect(
    round: Round,
    organiser: User,
    mood: voting.Mood,
    *,
    opens: datetime.datetime,
    closes: datetime.datetime,
    before_closing: Callable[[Round, datetime.datetime], None] = lambda round, now: None,
) -> Round:
    """Take a draft through its ballots to the end of the count, at the dates of its time, and return it."""
    scrutineer = _scrutineer()
    private = voting.prepare(round, scrutineer)
    round = lifecycle.open_round(round, by=organiser, now=opens)
    midway = opens + (closes - opens) / 2
    voting.vote(round, mood, now=midway)
    before_closing(round, midway)
    round = lifecycle.close_round(round, by=None, now=closes)
    voting.count_box(round, scrutineer, private)
    round.refresh_from_db()
    return round


def _say_of_themselves(round: Round, now: datetime.datetime) -> None:
    """Let every second subject say what they think of themself."""
    scheme = round.frozen_scheme
    for at, subject in enumerate(round.subjects.select_related("member__user")):
        if at % 2 == 0 and subject.member is not None:
            keys = enumerate(scheme.criterion_keys)
            answers = {key: max(scheme.min, scheme.max - 1 - (at + number) % 2) for number, key in keys}
            words = "这一年主要精力放在基础工作上，沟通方面还要加强。"
            save_self_evaluation(round, by=subject.member.user, answers=answers, text=words, now=now)


def _publish(counted: Round, organiser: User) -> None:
    published = publish.publish_round(counted, by=organiser)
    Round.objects.filter(pk=published.pk).update(published_at=counted.closes_at + datetime.timedelta(days=2))
