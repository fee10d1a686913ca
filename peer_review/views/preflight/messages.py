"""What a pre-flight found, in words: turnouts, lines of the table, changes that help, earlier rounds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from peer_review.counting.exposure import Fate, Outcome
from peer_review.domain.preflight.frozen_terms import summary
from peer_review.domain.preflight.preflight import Preflight
from peer_review.enums import RoundKind
from peer_review.models import Round

#: Names in a sentence.
NAMED = 5

FATES: dict[int, str | Promise] = {
    Fate.ALONE: gettext_lazy("shown"),
    Fate.MERGED: gettext_lazy("together with the other classes"),
    Fate.SECTION: gettext_lazy("only in the section's mean"),
    Fate.UNIT: gettext_lazy("only in the mean of all"),
    Fate.WITHHELD: gettext_lazy("withheld"),
    Fate.ABSENT: gettext_lazy("no voters"),
}


@dataclass(frozen=True, slots=True)
class Scenario:
    """How many subjects end how at one turnout."""

    label: str
    classes: int
    alone: int
    rest: int
    withheld: int


@dataclass(frozen=True, slots=True)
class Line:
    """One subject × class, or the subject as a whole (`voters` empty): possible voters, and what happens to it.

    smallest: the smallest group that subtraction can leave of it if all vote, 0 if nothing is published.
    """

    voters: str
    eligible: int
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


def attention(found: Preflight) -> Any:
    """Return which subjects are not shown with all their classes if everybody votes, or have a lone voter."""
    lone = (found.setting.eligible == 1).any(axis=1)
    return (
        lone
        | ~((found.full.classes == Fate.ALONE) | (found.full.classes == Fate.ABSENT)).all(axis=1)
        | (found.full.subjects != Fate.ALONE)
    )


def scenarios(found: Preflight) -> list[Scenario]:
    """Return the three turnouts that are shown side by side."""

    def one(label: str, outcome: Outcome) -> Scenario:
        return Scenario(label, **summary(outcome))

    share = _("%(n)s %% vote, as in “%(title)s”") if found.share_from else _("%(n)s %% vote")
    return [
        one(_("All vote"), found.full),
        one(share % {"n": int(found.share * 100 + 0.5), "title": found.share_from}, found.expected),
        one(_("Every paper one ballot under the floor"), found.thin),
    ]


def subject_lines(found: Preflight, at: int) -> SubjectLines:
    """Return one subject's lines: as a whole, then each class that has voters."""
    subject, setting = found.papers.subjects[at], found.setting
    eligible = setting.eligible[at]
    lines = [
        Line(
            voters="",
            eligible=int(eligible.sum()),
            expected=int(found.expected.ballots[at].sum()),
            full=str(FATES[int(found.full.subjects[at])]),
            usual=str(FATES[int(found.expected.subjects[at])]),
            thin=str(FATES[int(found.thin.subjects[at])]),
            smallest=int(found.full.smallest[at]),
            lone=False,
            closing=False,
            fate=int(found.full.subjects[at]),
        )
    ]
    for voters, label in enumerate(found.labels):
        if not eligible[voters] or len(found.labels) == 1:
            continue
        fate = int(found.full.classes[at, voters])
        lines.append(
            Line(
                voters=label,
                eligible=int(eligible[voters]),
                expected=int(found.expected.ballots[at, voters]),
                full=str(FATES[fate]),
                usual=str(FATES[int(found.expected.classes[at, voters])]),
                thin=str(FATES[int(found.thin.classes[at, voters])]),
                smallest=int(found.full.smallest[at]) if fate != Fate.WITHHELD else 0,
                lone=int(eligible[voters]) == 1,
                closing=setting.two_stage and int(eligible[voters]) < found.floor,
                fate=fate,
            )
        )
    return SubjectLines(subject.pk, subject.label, subject.section_name, lines)


def changes(found: Preflight, round: Round) -> list[Change]:
    """Return what would truly help, what helps most first."""
    made = []
    for one in found.merges:
        values = {
            "source": found.labels[one.source],
            "target": found.labels[one.target],
            "n": len(one.subjects),
            "names": names(found, one.subjects),
        }
        if round.kind == RoundKind.SECTION:
            what = ngettext(
                "Merge “%(source)s” into “%(target)s” for %(n)s section: %(names)s",
                "Merge “%(source)s” into “%(target)s” for %(n)s sections: %(names)s",
                len(one.subjects),
            )
        else:
            what = ngettext(
                "Merge “%(source)s” into “%(target)s” for %(n)s subject: %(names)s",
                "Merge “%(source)s” into “%(target)s” for %(n)s subjects: %(names)s",
                len(one.subjects),
            )
        why = []
        if one.opens:
            why.append(_("“%(source)s” has too few voters there; before, no class can be shown by itself.") % values)
        if one.shields:
            why.append(_("The mark of the one voter in “%(source)s” is then one of several.") % values)
        if found.setting.two_stage:
            why.append(_("Otherwise these papers close when the drawing ends, and nobody can cast them."))
        why.append(_("The weight of “%(source)s” goes to the classes that remain.") % values)
        keys = found.papers.classes
        made.append(Change(what % values, why, keys[one.source], keys[one.target]))
    if found.lacking:
        n = len(found.lacking)
        what = ngettext("Give %(n)s subject more evaluators:", "Give %(n)s subjects more evaluators:", n) % {"n": n}
        links = [
            (
                found.papers.subjects[at].pk,
                ngettext("%(subject)s, %(n)s more", "%(subject)s, %(n)s more", missing)
                % {"subject": found.papers.subjects[at].label, "n": missing},
            )
            for at, missing in found.lacking[:NAMED]
        ]
        why = [
            _("Fewer than %(floor)s people may evaluate them: nothing is shown of them alone.") % {"floor": found.floor}
        ]
        if n > len(links):
            why.insert(0, _("And %(n)s more: choose “Only what needs attention” below.") % {"n": n - len(links)})
        made.append(Change(what, why, links=links))
    if found.silent:
        made.append(
            Change(
                ngettext(
                    "%(n)s subject can have no comment shown.",
                    "%(n)s subjects can have no comment shown.",
                    found.silent,
                )
                % {"n": found.silent},
                [_("Comments are shown from %(floor)s up, and fewer people may write one.") % {"floor": found.floor}],
            )
        )
    return made


def comparisons(found: Preflight) -> list[Comparison]:
    """Return the earlier rounds in figures and names."""
    held_back = [one.held_back(found.floor) for one in found.earlier]
    return [
        Comparison(one.title, len(one.apart), len(held), names(found, held))
        for one, held in zip(found.earlier, held_back, strict=True)
    ]


def cells(found: Preflight, places: list[tuple[int, int]]) -> str:
    """Return the first of these (subject, class) pairs in words."""
    words = [
        _("%(subject)s (%(voters)s)") % {"subject": found.papers.subjects[at].label, "voters": found.labels[voters]}
        for at, voters in places[:NAMED]
    ]
    return listed(words, len(places))


def names(found: Preflight, places: Sequence[int]) -> str:
    """Return the first of these subjects' names."""
    return listed([found.papers.subjects[at].label for at in places[:NAMED]], len(places))


def listed(words: Iterable[str], total: int) -> str:
    """Return words as a list, and how many are left out of it."""
    words = list(words)
    said = _(", ").join(words)
    more = total - len(words)
    return _("%(names)s and %(n)s more") % {"names": said, "n": more} if more > 0 else said
