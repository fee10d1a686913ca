"""What follows from the published round: grades decided by two leaders and told three days ago, a public notice that
runs, and one person who does not agree.
"""

import datetime

from demo.load.moments import midnight
from organisation.models import User
from peer_review.domain.outcomes.appeals import ask_review, claim_stage
from peer_review.domain.outcomes.decisions import Choice, acknowledge, decide, tell_outcomes
from peer_review.domain.outcomes.proposals import proposal_of
from peer_review.domain.outcomes.public_notices import start_public_notice, to_announce
from peer_review.models import OutcomeNotice, Round, Subject

TIE = "得分相同，比对全年实绩和急难任务完成情况后确定。"
NOT_GRADED = "有效票数不足，本轮不确定等次，由科室另行了解情况。"
CONTACT = "纪检监察室 306 室，电话 0000-400003，意见箱设在一楼大厅"
GROUNDS = (
    "我对本次等次有异议，申请复核。\n"
    "一是 3 月至 5 月我抽调参加口岸专项行动，旅检现场的工作由副科长代管，部分同志可能不了解这段时间的情况；\n"
    "二是专项行动的考核通报（4 月 28 日）对我分管的两项工作均评为“优秀”，未见在测评说明中体现。\n"
    "请组织核实。"
)


def load_outcomes(round: Round) -> None:
    """Decide, tell, announce and contest, once."""
    if OutcomeNotice.objects.filter(subject__round=round).exists():
        return
    leader, inspector = User.objects.get(username="leader"), User.objects.get(username="inspector")
    other = User.objects.filter(groups__name="leadership", is_active=True).exclude(pk=leader.pk).order_by("pk")[0]
    told_at = midnight() - datetime.timedelta(days=3) + datetime.timedelta(hours=10)
    own = set(
        round.subjects.exclude(pk__in=Subject.objects.not_addressed_to(leader).values("pk")).values_list(
            "pk", flat=True
        )
    )
    choices = _choices(round)
    decide(round, by=leader, choices=[choice for choice in choices if choice.subject not in own], now=told_at)
    if own:
        decide(round, by=other, choices=[choice for choice in choices if choice.subject in own], now=told_at)
    tell_outcomes(round, by=leader, now=told_at)
    if to_announce(round).exists():
        day_after = told_at + datetime.timedelta(days=1)
        start_public_notice(round, by=leader, contact=inspector, contact_words=CONTACT, now=day_after)
    head = round.subjects.select_related("member__user").get(member__user__username="head")
    _contest(head, leader, told_at)


def _choices(round: Round) -> list[Choice]:
    """Return everybody as proposed; of those tied, the first of the roll get the places, with the reason that a person
    would give.
    """
    proposal = proposal_of(round)
    places = proposal.left or 0
    choices: list[Choice] = []
    for subject in round.subjects.order_by("sort_order", "pk"):
        if subject.pk in proposal.tied:
            grade, places = ("excellent" if places > 0 else "competent"), places - 1
            choices.append(Choice(subject.pk, grade, TIE))
        elif subject.pk in proposal.scored:
            choices.append(Choice(subject.pk, proposal.grades[subject.pk]))
        else:
            choices.append(Choice(subject.pk, "", NOT_GRADED))
    return choices


def _contest(subject: Subject, leader: User, told_at: datetime.datetime) -> None:
    assert subject.member is not None  # the round evaluates people
    user = subject.member.user
    acknowledge(subject, by=user, now=told_at + datetime.timedelta(hours=2))
    contest = ask_review(subject, by=user, grounds=GROUNDS, now=told_at + datetime.timedelta(days=1))
    claim_stage(contest.stages.get(), by=leader, now=told_at + datetime.timedelta(days=2))
