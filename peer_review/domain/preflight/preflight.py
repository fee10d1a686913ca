"""The pre-flight: what a round will expose of its voters, computed and proved before it opens."""

from dataclasses import dataclass, field

import numpy as np

from peer_review.counting.exposure import Fate, Merge, Outcome, Setting, merges, missing_voters, outcome
from peer_review.counting.guarantee import Certificate, certificate
from peer_review.domain.planning.comment_writers import CommentWriters, comment_writers
from peer_review.domain.preflight.comparability import ComparableRound, comparable_rounds
from peer_review.domain.preflight.floor_risk import TURNOUTS, FloorRisk, floor_risks, people_without_cover
from peer_review.domain.preflight.roll_arrays import RollPapers, RollReader, read_papers
from peer_review.domain.preflight.subtraction import Subtraction, subtraction
from peer_review.domain.schemes.schemes import check_scheme, freeze_for
from peer_review.enums import CellKind, Collection
from peer_review.models import Bulletin, Round
from peer_review.protocol.frozen_scheme import FrozenScheme

#: What is expected to come back where no earlier round tells, and the least and most that one may tell.
USUAL_SHARE, LEAST_SHARE = 0.8, 0.05


@dataclass(frozen=True, slots=True)
class Preflight:
    """The exposure of a round. Positions are those of `papers.subjects` and `papers.classes`.

    setting: of people who give each other cover, so without those on paper wherever others vote at computers; whole: of
    everybody; certificate: of everybody, on the papers as opening makes them. risks: papers that may fall under the
    floor, by their number of voters; without_cover: users on paper who hold a paper that too few vote at computers.
    full, expected, just_under: what happens if all vote, if `share` of them do (as in the round called `share_from`,
    where there is one), and if every paper stays one ballot under the floor. turnouts: what happens if so many percent
    of each paper's voters vote, for each of TURNOUTS. All of them climb the ladder that the count will climb.
    """

    papers: RollPapers
    labels: tuple[str, ...]
    setting: Setting
    whole: Setting
    risks: list[FloorRisk]
    without_cover: list[int]
    full: Outcome
    expected: Outcome
    just_under: Outcome
    share: float
    share_from: str
    merges: list[Merge]
    lacking: list[tuple[int, int]]
    earlier: list[ComparableRound]
    certificate: Certificate
    comments: bool
    subtraction: Subtraction = field(default_factory=Subtraction)
    turnouts: dict[int, Outcome] = field(default_factory=dict)
    writers: tuple[CommentWriters, ...] = ()

    @property
    def floor(self) -> int:
        return self.setting.floor

    @property
    def single_voter_pairs(self) -> list[tuple[int, int]]:
        """Return the (subject, class) pairs that one person alone can fill."""
        return [(int(at), int(voters)) for at, voters in np.argwhere(self.whole.eligible == 1)]

    @property
    def closing(self) -> list[tuple[int, int]]:
        """Return the (subject, class) pairs that take no ballots in two stages, even if everybody draws."""
        if not self.setting.two_stage:
            return []
        return [
            (int(at), int(voters)) for at, voters in np.argwhere((self.setting.eligible > 0) & (self.setting.most == 0))
        ]

    @property
    def lost(self) -> list[tuple[int, int]]:
        """Return the papers, as (subject, class) pairs, that are destroyed even if all vote: they can join nobody."""
        return [(at, voters) for at, voters in self.full.papers_that(Fate.DESTROYED).tolist()]

    @property
    def silent(self) -> int:
        """Return the number of subjects of which no comment can be shown."""
        if not self.comments:
            return 0
        return len(self.papers.subjects) - sum(who.covering >= self.floor for who in self.writers)


def preflight(round: Round) -> Preflight:
    """Return the exposure of a round: of a draft with its scheme as it stands, else with the frozen scheme.

    A dozen queries whatever the size; 100,000 papers take about two seconds.
    Raises: SchemeInvalid.
    """
    if not round.has_frozen_scheme:
        check_scheme(round.scheme)
    scheme = round.frozen_scheme if round.has_frozen_scheme else freeze_for(round)
    papers = read_papers(round, scheme)
    opened = papers.of_papers
    covered = papers.with_cover()
    whole = setting_of(round, scheme, papers)
    setting = whole if covered is papers else setting_of(round, scheme, covered)
    rolls = RollReader()
    share, share_from = _expected_share(round, scheme)
    missing = missing_voters(setting)
    return Preflight(
        papers=papers,
        labels=tuple(scheme.class_labels.values()),
        setting=setting,
        whole=whole,
        risks=floor_risks(opened, scheme),
        without_cover=people_without_cover(opened, scheme),
        full=outcome(setting, setting.most),
        expected=outcome(setting, setting.at(share)),
        just_under=outcome(setting, setting.just_under),
        share=share,
        share_from=share_from,
        merges=merges(setting),
        lacking=[(int(at), int(missing[at])) for at in np.flatnonzero(missing)],
        earlier=comparable_rounds(round, scheme, opened, rolls),
        certificate=certificate(whole if opened is papers else setting_of(round, scheme, opened)),
        comments=scheme.comments,
        subtraction=subtraction(round, scheme, opened, rolls),
        turnouts={percent: outcome(setting, setting.at(percent / 100)) for percent in TURNOUTS},
        writers=tuple(comment_writers(round, scheme).values()) if scheme.comments else (),
    )


def setting_of(round: Round, scheme: FrozenScheme, papers: RollPapers) -> Setting:
    """Return what the exposure of a round depends on, as arrays."""
    _people, person = np.unique(papers.person, return_inverse=True)
    return Setting(
        eligible=papers.eligible,
        sections=papers.sections,
        asked=np.array(
            [[criterion.is_asked_of(key) for key in papers.classes] for criterion in scheme.criteria], dtype=bool
        ).reshape(-1, len(papers.classes)),
        floor=scheme.floor,
        class_weights=np.array([float(voters.weight) for voters in scheme.classes]),
        subject=papers.subject,
        voter_class=papers.voter_class,
        person=person.reshape(-1),
        two_stage=round.collection == Collection.TWO_STAGE,
        anonymous=np.array([voters.anonymous for voters in scheme.classes], dtype=bool),
        ladders=papers.ladders,
        shares=papers.shares,
    )


def _expected_share(round: Round, scheme: FrozenScheme) -> tuple[float, str]:
    """Return the return rate of the last counted round of the same kind and scheme, and its title; else the usual."""
    last = (
        Bulletin.objects.filter(round__kind=round.kind, round__form__scheme__name=scheme.name)
        .exclude(round=round)
        .select_related("round")
        .order_by("-round__opened_at", "-pk")
        .first()
    )
    if last is None:
        return USUAL_SHARE, ""
    comments = set(last.round.cells.filter(kind=CellKind.COMMENT).values_list("key", flat=True))
    cells = [row for row in last.read_outcome()["cells"] if row["cell"] not in comments]
    eligible, head = sum(row["eligible"] for row in cells), last.read_head()
    counted = sum(row["counted"] for row in cells) if head["v"] == 1 else head["counted"]
    share = counted / eligible if eligible else USUAL_SHARE
    return min(1.0, max(LEAST_SHARE, share)), last.round.title
