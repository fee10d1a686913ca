"""Messages of the pre-flight: turnouts, lines of the table, changes that help, earlier rounds."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from peer_review.counting.exposure import Fate, Outcome
from peer_review.domain.preflight.floor_risk import TURNOUTS
from peer_review.domain.preflight.frozen_terms import summary
from peer_review.domain.preflight.preflight import Preflight
from peer_review.domain.preflight.roll_arrays import RollPapers
from peer_review.domain.schemes.labels import class_label
from peer_review.enums import RoundKind
from peer_review.models import Round
from peer_review.users import User

#: Names in a sentence.
NAMED = 5

#: Turnouts in percent, the highest first.
SHOWN_TURNOUTS = tuple(sorted(TURNOUTS, reverse=True))

#: What becomes of a subject's figures, or of a paper that joins no other.
FATES: dict[int, str | Promise] = {
    Fate.ALONE: gettext_lazy("shown"),
    Fate.WITHHELD: gettext_lazy("withheld"),
    Fate.DESTROYED: gettext_lazy("destroyed unread"),
    Fate.ABSENT: gettext_lazy("no voters"),
}


@dataclass(frozen=True, slots=True)
class Scenario:
    """The number of subjects that are shown, and how, and of papers by what becomes of them, at one turnout."""

    label: str
    classes: int
    alone: int
    withheld: int
    papers_alone: int
    papers_joined: int
    papers_destroyed: int


@dataclass(frozen=True, slots=True)
class JoinedRow:
    """Classes that are counted together, and of how many subjects or sheets, at each turnout that is shown."""

    voters: str
    counts: list[int]


@dataclass(frozen=True, slots=True)
class SharedRow:
    """Classes that vote on one paper from opening on, and about how many subjects or on how many sheets."""

    voters: str
    count: int


@dataclass(frozen=True, slots=True)
class Line:
    """One subject × class, or the subject as a whole (`voters` empty): possible voters, and what happens to it.

    on_paper: how many of the possible voters vote with envelopes, which gives nobody cover.
    smallest: the smallest group that subtraction can leave of it if all vote, 0 if nothing is published.
    """

    voters: str
    eligible: int
    on_paper: int
    expected: int
    full: str
    usual: str
    thin: str
    smallest: int
    lone: bool
    closing: bool
    fate: int


@dataclass(frozen=True, slots=True)
class SubjectLines:
    """One subject with its lines, itself first."""

    pk: int
    label: str
    section: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to change: what, why, and the step that does it where there is one."""

    what: str
    why: list[str]
    source: str = ""
    target: str = ""
    links: Sequence[tuple[int, str]] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """One earlier round: how many subjects are in both, and which are not compared."""

    title: str
    both: int
    held_back: int
    names: str


@dataclass(frozen=True, slots=True)
class ExposedRow:
    """One subject of whom other rounds leave too few voters. has_newcomers: taking papers from them helps."""

    pk: int
    label: str
    rounds: str
    has_newcomers: bool
    repeats: bool


def attention(preflight: Preflight) -> "npt.NDArray[np.bool_]":
    """Return the subjects that have a single voter, or are not shown with all their classes if everybody votes."""
    lone = (preflight.whole.eligible == 1).any(axis=1)
    return (
        lone
        | ~((preflight.full.classes == Fate.ALONE) | (preflight.full.classes == Fate.ABSENT)).all(axis=1)
        | (preflight.full.subjects != Fate.ALONE)
    )


def scenarios(preflight: Preflight) -> list[Scenario]:
    """Return the turnouts that are shown side by side, the highest first; the one as before only if there was one."""

    def one(label: str, outcome: Outcome) -> Scenario:
        return Scenario(label, **summary(outcome))

    rows = [one(_("All vote"), preflight.full)]
    if preflight.share_from:
        as_before = {"n": int(preflight.share * 100 + 0.5), "title": preflight.share_from}
        rows.append(one(_("%(n)s %% vote, as in “%(title)s”") % as_before, preflight.expected))
    rows += [one(_("%(n)s %% vote") % {"n": percent}, preflight.turnouts[percent]) for percent in SHOWN_TURNOUTS]
    return [*rows, one(_("Every paper one ballot under the floor"), preflight.just_under)]


def joined_rows(preflight: Preflight) -> list[JoinedRow]:
    """Return which classes are counted together if all vote, and at SHOWN_TURNOUTS, in the order of the scheme."""
    outcomes = [preflight.full, *(preflight.turnouts[percent] for percent in SHOWN_TURNOUTS)]
    groups = sorted({group for outcome in outcomes for group in outcome.joined})
    return [
        JoinedRow(
            _(", ").join(preflight.labels[voters] for voters in group),
            [outcome.joined.get(group, 0) for outcome in outcomes],
        )
        for group in groups
    ]


def shared_rows(preflight: Preflight) -> list[SharedRow]:
    """Return which classes vote on one paper from opening on, in the order of the scheme."""
    groups = Counter(group for group, _ladder in shared_papers(preflight.papers))
    return [SharedRow(_class_label(preflight, group), count) for group, count in sorted(groups.items())]


def shared_papers(papers: RollPapers) -> set[tuple[tuple[int, ...], int]]:
    """Return the papers that classes share: the classes, and the number of the subject or sheet."""
    if papers.shares is None or papers.ladders is None:
        return set()
    shared = set()
    for place, first in np.argwhere(papers.shares != np.arange(len(papers.classes))).tolist():
        group = np.flatnonzero(papers.shares[place] == papers.shares[place, first])
        shared.add((tuple(group.tolist()), int(papers.ladders[place, group[0]])))
    return shared


def _class_label(preflight: Preflight, group: Sequence[int]) -> str:
    labels = dict(zip(preflight.papers.classes, preflight.labels, strict=True))
    return class_label(labels, [preflight.papers.classes[voters] for voters in group])


def _classes_of_line(preflight: Preflight, place: int, voters: int) -> list[int]:
    """Return the classes that a line is about: of an opened round all that share the paper, else the one."""
    papers = preflight.papers
    if papers.shares is None:
        return [voters]
    sharers: list[int] = np.flatnonzero(papers.shares[place] == voters).tolist()
    return [other for other in sharers if other == voters or not papers.eligible[place, other]] or [voters]


def subject_lines(preflight: Preflight, place: int) -> SubjectLines:
    """Return one subject's lines: as a whole, then each class that has voters."""
    subject, setting, most = preflight.papers.subjects[place], preflight.setting, preflight.setting.most
    eligible = preflight.whole.eligible[place]
    on_paper = eligible - preflight.papers.at_computers[place]
    lines = [
        Line(
            voters="",
            eligible=int(eligible.sum()),
            on_paper=int(on_paper.sum()),
            expected=int(preflight.expected.ballots[place].sum()),
            full=str(FATES[int(preflight.full.subjects[place])]),
            usual=str(FATES[int(preflight.expected.subjects[place])]),
            thin=str(FATES[int(preflight.just_under.subjects[place])]),
            smallest=int(preflight.full.smallest[place]),
            lone=False,
            closing=False,
            fate=int(preflight.full.subjects[place]),
        )
    ]

    def told(outcome: Outcome, voters: int) -> str:
        fate, company = int(outcome.classes[place, voters]), outcome.company(place, voters)
        if fate == Fate.JOINED:
            return _("together with %(classes)s") % {"classes": _(", ").join(preflight.labels[at] for at in company)}
        return str(FATES[fate])

    for voters in range(len(preflight.labels)):
        if not eligible[voters] or len(preflight.labels) == 1:
            continue
        fate = int(preflight.full.classes[place, voters])
        lines.append(
            Line(
                voters=_class_label(preflight, _classes_of_line(preflight, place, voters)),
                eligible=int(eligible[voters]),
                on_paper=int(on_paper[voters]),
                expected=int(preflight.expected.ballots[place, voters]),
                full=told(preflight.full, voters),
                usual=told(preflight.expected, voters),
                thin=told(preflight.just_under, voters),
                smallest=int(preflight.full.smallest[place]) if fate in (Fate.ALONE, Fate.JOINED) else 0,
                lone=int(eligible[voters]) == 1,
                closing=setting.two_stage and int(most[place, voters]) == 0,
                fate=fate,
            )
        )
    return SubjectLines(subject.pk, subject.label, subject.section_name, lines)


def changes(preflight: Preflight, round: Round) -> list[Change]:
    """Return the changes that help, the most helpful first."""
    helpful = []
    for merge in preflight.merges:
        values = {
            "source": preflight.labels[merge.source],
            "target": preflight.labels[merge.target],
            "n": len(merge.subjects),
            "names": names(preflight, merge.subjects),
        }
        if round.kind == RoundKind.SECTION:
            what = ngettext(
                "Merge “%(source)s” into “%(target)s” for %(n)s section: %(names)s",
                "Merge “%(source)s” into “%(target)s” for %(n)s sections: %(names)s",
                len(merge.subjects),
            )
        else:
            what = ngettext(
                "Merge “%(source)s” into “%(target)s” for %(n)s subject: %(names)s",
                "Merge “%(source)s” into “%(target)s” for %(n)s subjects: %(names)s",
                len(merge.subjects),
            )
        why = []
        if merge.opens:
            why.append(
                _(
                    "“%(source)s” has too few voters there. Merged now, they vote as “%(target)s”, with its weight; "
                    "otherwise they share a paper with a neighbouring class from opening on, and the weights are added."
                )
                % values
            )
        if merge.shields:
            why.append(_("The mark of the one voter in “%(source)s” is then one of several.") % values)
        why.append(_("The weight of “%(source)s” goes to the classes that remain.") % values)
        keys = preflight.papers.classes
        helpful.append(Change(what % values, why, keys[merge.source], keys[merge.target]))
    if preflight.lacking:
        n = len(preflight.lacking)
        what = ngettext("Give %(n)s subject more evaluators:", "Give %(n)s subjects more evaluators:", n) % {"n": n}
        links = [
            (
                preflight.papers.subjects[place].pk,
                ngettext("%(subject)s, %(n)s more", "%(subject)s, %(n)s more", missing)
                % {"subject": preflight.papers.subjects[place].label, "n": missing},
            )
            for place, missing in preflight.lacking[:NAMED]
        ]
        why = [
            _("Fewer than %(floor)s people may evaluate them: nothing is shown of them.") % {"floor": preflight.floor}
        ]
        if n > len(links):
            why.insert(0, _("And %(n)s more: choose “Only what needs attention” below.") % {"n": n - len(links)})
        helpful.append(Change(what, why, links=links))
    if preflight.silent:
        helpful.append(
            Change(
                ngettext(
                    "%(n)s subject can have no comment shown.",
                    "%(n)s subjects can have no comment shown.",
                    preflight.silent,
                )
                % {"n": preflight.silent},
                [
                    _("Comments are shown from %(floor)s up, and fewer people may write one anonymously at a computer.")
                    % {"floor": preflight.floor}
                ],
            )
        )
    return helpful


def comparisons(preflight: Preflight) -> list[Comparison]:
    """Return the earlier rounds in figures and names."""
    return [
        Comparison(round.title, len(round.shared), len(round.held_back), names(preflight, round.held_back))
        for round in preflight.earlier
    ]


def exposed_rows(preflight: Preflight, reader: User) -> list[ExposedRow]:
    """Return the subjects that stand in the way of opening because of other rounds. Who is new is said nowhere, and to
    the subject not even whether anybody is; rounds that the reader may not know have no name."""
    standing = preflight.subtraction.standing
    ids = {pk for exposed in standing for pk in exposed.rounds}
    known = Round.objects.filter(pk__in=ids).visible_to(reader) if ids else Round.objects.none()
    titles = dict(known.values_list("pk", "title"))

    def named(rounds: Sequence[int]) -> str:
        words = [_("“%(title)s”") % {"title": titles[pk]} for pk in rounds if pk in titles]
        if len(words) < len(rounds):
            words.append(_("a round that somebody else runs"))
        return listed(words[:NAMED], len(words))

    return [
        ExposedRow(
            pk=exposed.pk,
            label=exposed.label,
            rounds=named(exposed.rounds),
            has_newcomers=bool(exposed.newcomers) and exposed.key != f"p{reader.pk}",
            repeats=exposed.repeats,
        )
        for exposed in standing
    ]


def cells(preflight: Preflight, places: list[tuple[int, int]]) -> str:
    """Return the first of these (subject, class) pairs in words."""
    words = [
        _("%(subject)s (%(voters)s)")
        % {"subject": preflight.papers.subjects[place].label, "voters": preflight.labels[voters]}
        for place, voters in places[:NAMED]
    ]
    return listed(words, len(places))


def names(preflight: Preflight, places: Sequence[int]) -> str:
    """Return the first of these subjects' names."""
    return listed([preflight.papers.subjects[place].label for place in places[:NAMED]], len(places))


def listed(words: Iterable[str], total: int) -> str:
    """Return words as a list, and how many are left out of it."""
    words = list(words)
    text = _(", ").join(words)
    more = total - len(words)
    return _("%(names)s and %(n)s more") % {"names": text, "n": more} if more > 0 else text
