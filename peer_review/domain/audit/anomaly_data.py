"""What patterns are looked for in: a round's ballots and published figures as arrays, and those of the round before."""

import hashlib
from functools import cached_property

import numpy as np

from peer_review.counting.anomalies import Answers, Scoring
from peer_review.counting.release import Ballots
from peer_review.counting.reliability import composites
from peer_review.counting.scales import Floats, Ints, to_points
from peer_review.domain.preflight.roll_arrays import read_papers
from peer_review.domain.tally.ballot_arrays import make_plan, read_ballots
from peer_review.enums import ResultScope
from peer_review.models import CriterionResult, Result, RollMember, Round


class Material:
    """What the searches are made of, each read when first asked for."""

    def __init__(self, round: Round) -> None:
        self.round, self.scheme = round, round.frozen_scheme
        self.subjects = list(round.subjects.order_by("sort_order", "pk"))
        self.position = {subject.pk: at for at, subject in enumerate(self.subjects)}
        # The round's address makes it another chance each round, and the same one each time.
        self.seed = int(hashlib.sha256(f"zhengyan-patterns/v1|{round.public_id}".encode()).hexdigest()[:12], 16)

    @cached_property
    def ballots(self) -> Ballots:
        """The ballots whose answers were given together: merged answers tell of no voter."""
        ballots = read_ballots(self.round, self.subjects)
        if (linked := ballots.linked) is None:
            return ballots
        return Ballots(
            subject=ballots.subject[linked],
            voter_class=ballots.voter_class[linked],
            answers=ballots.answers[linked],
            sheet=None if ballots.sheet is None else ballots.sheet[linked],
        )

    @cached_property
    def points(self) -> Floats:
        return to_points(self.ballots.answers, self.scheme.scale)

    @cached_property
    def rule(self) -> Scoring:
        plan = make_plan(self.round, self.subjects)
        return Scoring(
            scale=plan.scale,
            floor=plan.floor,
            trim=plan.trim,
            class_weights=plan.class_weights,
            crowd=plan.crowd,
            anonymous=plan.anonymous,
        )

    def answers(self, criterion: int) -> Answers:
        """Return the answers to one criterion."""
        points = self.points[:, criterion]
        given = ~np.isnan(points)
        return Answers(self.ballots.subject[given], self.ballots.voter_class[given], points[given])

    def published(self, criterion: str) -> Floats:
        """Return each subject's published figure, NaN where it is not shown or made of merged answers."""
        rows = CriterionResult.objects.filter(
            result__round=self.round, result__scope=ResultScope.SUBJECT, result__joined={}
        )
        figures = np.full(len(self.subjects), np.nan)
        for subject, value in rows.filter(criterion=criterion).values_list("result__subject", "value"):
            figures[self.position[subject]] = value
        return figures

    @cached_property
    def scores(self) -> Floats:
        """Each subject's published score, NaN where it is not shown or made of merged answers."""
        rows = Result.objects.filter(round=self.round, scope=ResultScope.SUBJECT, score__isnull=False, joined={})
        scores = np.full(len(self.subjects), np.nan)
        for subject, score in rows.values_list("subject", "score"):
            scores[self.position[subject]] = score
        return scores


def sections_matrix(material: Material) -> tuple[list[tuple[str, str]], Floats]:
    """Return sections as (key, name), and how each rates each: the mean of the published class scores that come from
    papers which all lie with people of one section.

    Shape: (sections, sections), row the raters, column the rated; NaN where there is none.
    """
    round = material.round
    members = list(RollMember.objects.filter(round=round).values_list("user", "section_key", "section_name"))
    names = {subject.section_key: subject.section_name for subject in material.subjects}
    names |= {key: name for _user, key, name in members}
    number = {key: at for at, key in enumerate(sorted(names))}
    home = _homes(material, {user: number[key] for user, key, _name in members})
    classes = {key: at for at, key in enumerate(material.scheme.class_keys)}
    total, n = np.zeros((2, len(number), len(number)))
    rows = Result.objects.filter(round=round, scope=ResultScope.SUBJECT, score__isnull=False)
    for subject, by_class, joined in rows.values_list("subject", "classes", "joined"):
        at = material.position[subject]
        rated = number[material.subjects[at].section_key]
        for voters, (score, *_interval) in by_class.items():
            if voters in joined:
                continue
            raters = home[at, classes[voters]]
            if raters >= 0:
                total[raters, rated] += score
                n[raters, rated] += 1
    matrix = np.divide(total, n, out=np.full(total.shape, np.nan), where=n > 0)
    return [(key, names[key] or key) for key in sorted(names)], matrix


def _homes(material: Material, section: dict[int, int]) -> Ints:
    """Return the one section of all who hold a class's papers about a subject, (subjects, classes); -1 where there is
    no such."""
    papers = read_papers(material.round, material.scheme)
    width = len(papers.classes)
    place = papers.subject * width + papers.voter_class
    theirs = np.array([section.get(person, -1) for person in papers.person.tolist()], dtype=np.int64)
    least = np.full(len(papers.subjects) * width, len(section), dtype=np.int64)
    most = np.full(len(least), -1, dtype=np.int64)
    np.minimum.at(least, place, theirs)
    np.maximum.at(most, place, theirs)
    return np.where(least == most, most, -1).reshape(-1, width)


def beside_last_round(material: Material) -> tuple[Answers, Answers, tuple[Floats, Floats]] | None:
    """Return this round's ballots and those of the last comparable one, as values over the criteria that both show of a
    subject, and both rounds' published scores; subjects and classes numbered as here.

    Subjects that the exposure holds back from comparison (Round.exposure, no_trend) have neither in it.
    None where there is no such round, or it was asked in another way.
    """
    round, scheme = material.round, material.scheme
    compared = round.exposure.get("compared") or []
    last = Round.objects.with_results().filter(public_id=compared[0]).first() if compared else None
    if last is None or last.frozen_scheme.scale != scheme.scale or last.frozen_scheme.class_keys != scheme.class_keys:
        return None
    theirs = Material(last)
    held_back = set(round.exposure["no_trend"].get(last.public_id, {}).get("subjects", []))
    here = {subject.key: at for at, subject in enumerate(material.subjects) if subject.key not in held_back}
    subject = np.array([here.get(earlier.key, -1) for earlier in theirs.subjects], dtype=np.int64)
    compares = np.zeros(len(material.subjects), dtype=bool)
    compares[subject[subject >= 0]] = True

    def onto(figures: Floats) -> Floats:
        """Return the last round's figures by this round's subjects."""
        moved = np.full(len(compares), np.nan)
        moved[subject[subject >= 0]] = figures[subject >= 0]
        return moved

    numbers = {key: at for at, key in enumerate(last.frozen_scheme.criterion_keys)}
    common = [
        (at, numbers[criterion.key], criterion)
        for at, criterion in enumerate(scheme.criteria)
        if criterion.key in numbers
    ]
    kept = subject[theirs.ballots.subject] >= 0
    joined = np.r_[material.ballots.subject, subject[theirs.ballots.subject[kept]]]
    voters = np.r_[material.ballots.voter_class, theirs.ballots.voter_class[kept]]
    values, inside = composites(
        joined,
        [np.r_[material.points[:, at], theirs.points[kept, other]] for at, other, _criterion in common],
        np.array(
            [
                compares
                & ~np.isnan(material.published(criterion.key))
                & ~np.isnan(onto(theirs.published(criterion.key)))
                for _at, _other, criterion in common
            ],
            dtype=bool,
        ).reshape(len(common), len(compares)),
        np.array([float(criterion.weight) for _at, _other, criterion in common]),
    )
    is_now = np.arange(len(joined)) < len(material.ballots.subject)
    now, before = (
        Answers(joined[inside & part], voters[inside & part], values[inside & part]) for part in (is_now, ~is_now)
    )
    return now, before, (np.where(compares, material.scores, np.nan), onto(theirs.scores))
