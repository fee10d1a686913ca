"""Patterns in words: what was found, what it may mean, what it does not mean, and what chance alone would make."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from peer_review.counting.anomalies import CAMPS_APART, CHANGE, FAVOUR, LEVEL
from peer_review.enums import AnomalyKind
from peer_review.models import Anomaly, AnomalyRun
from peer_review.protocol.frozen_scheme import FrozenScheme

#: What each kind may mean, and what it does not say.
MEANINGS: dict[str, tuple[str | Promise, str | Promise]] = {
    AnomalyKind.END: (
        gettext_lazy("It may be somebody outstanding, a habit of giving full marks, or votes that were agreed upon."),
        gettext_lazy("It does not say that anybody arranged anything, nor what any one ballot holds."),
    ),
    AnomalyKind.CAMPS: (
        gettext_lazy("People see this person in two ways: by class, by a conflict, or by one event that split them."),
        gettext_lazy("It does not say who stands in which camp, nor which of them is right."),
    ),
    AnomalyKind.RETURN: (
        gettext_lazy("Sections may know each other well, work well together, or trade votes."),
        gettext_lazy("It does not say that votes were traded. Ask about the work that the two share."),
    ),
    AnomalyKind.CHANGE: (
        gettext_lazy("The work may have changed, the tasks, the head, or the mood."),
        gettext_lazy("It does not say why. Subjects whose voters are nearly the same as last time are not compared."),
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One pattern: what it is, how often chance makes one as striking, and the share of chance among all such."""

    words: str
    p: str
    q: str


@dataclass(frozen=True, slots=True)
class Group:
    """The patterns of one kind. looked: at how many places, and what chance alone would make there; more: how many
    patterns are not listed."""

    key: str
    label: str
    looked: str
    lines: list[Line]
    more: int
    meaning: str
    no_meaning: str


def anomaly_groups(run: AnomalyRun, patterns: Sequence[Anomaly], scheme: FrozenScheme, *, most: int) -> list[Group]:
    """Return the patterns kind by kind, at most `most` of each. `scheme` is the round's."""
    groups = []
    for kind in AnomalyKind:
        of_kind = [anomaly for anomaly in patterns if anomaly.kind == kind]
        tested = sum(search["tested"] for search in run.searches if search["kind"] == kind)
        meaning, no_meaning = MEANINGS[kind]
        groups.append(
            Group(
                key=kind.value,
                label=str(kind.label),
                looked=looked_in_words(kind, tested, len(of_kind)),
                lines=[
                    Line(_in_words(anomaly, scheme), _chance(anomaly.p), _chance(anomaly.q))
                    for anomaly in of_kind[:most]
                ],
                more=max(0, len(of_kind) - most),
                meaning=str(meaning),
                no_meaning=str(no_meaning),
            )
        )
    return groups


def looked_in_words(kind: str, tested: int, count: int) -> str:
    """Return at how many places was looked, what chance alone would make there, and what was found."""
    if not tested:
        if kind == AnomalyKind.RETURN:
            return _(
                "Could not be looked for: no published figures of a class come from the people of one section, or "
                "there are too few sections."
            )
        if kind == AnomalyKind.CHANGE:
            return _("Could not be looked for: no subject can be compared with an earlier round.")
        return _("Could not be looked for: no figures are large enough.")
    looked = ngettext("Looked at %(tested)s place.", "Looked at %(tested)s places.", tested) % {"tested": tested}
    chance = _("Chance alone would make up to %(expected)s such patterns there; found: %(found)s.") % {
        "expected": _about(tested * LEVEL),
        "found": count,
    }
    return f"{looked} {chance}"


def unanimous_messages(run: AnomalyRun, scheme: FrozenScheme) -> list[str]:
    """Return, for each criterion where it may be told, how many subjects' ballots all say the same."""
    labels = scheme.criterion_labels
    return [
        _(
            "%(criterion)s: of %(alike)s subjects whose ballots lie closest together, the ballots of %(cells)s all say "
            "the same. By chance alone it would be so many in %(p)s of cases."
        )
        % {
            "criterion": labels.get(search["criterion"], ""),
            "alike": search["unanimous"]["alike"],
            "cells": search["unanimous"]["cells"],
            "p": _chance(search["unanimous"]["p"]),
        }
        for search in run.searches
        if "unanimous" in search
    ]


def _in_words(anomaly: Anomaly, scheme: FrozenScheme) -> str:
    named: dict[str, Any] = {
        "subject": anomaly.subject.label if anomaly.subject else "",
        "criterion": scheme.criterion_labels.get(anomaly.criterion, ""),
        "section": anomaly.section_name,
        "other": anomaly.other_name,
        "floor": scheme.floor,
    }
    if anomaly.kind == AnomalyKind.END:
        if anomaly.high:
            return _("%(subject)s, %(criterion)s: the published figure is the highest that the scale has.") % named
        return _("%(subject)s, %(criterion)s: the published figure is the lowest that the scale has.") % named
    if anomaly.kind == AnomalyKind.CAMPS:
        return _(
            "%(subject)s, %(criterion)s: two camps of at least %(floor)s ballots each, %(points)s points or more apart."
        ) % (named | {"points": int(CAMPS_APART[scheme.scale])})
    if anomaly.kind == AnomalyKind.RETURN:
        points = named | {"points": int(FAVOUR)}
        if anomaly.high:
            return (
                _(
                    "%(section)s and %(other)s rate each other %(points)s points or more higher than all their other "
                    "marks explain."
                )
                % points
            )
        return (
            _(
                "%(section)s and %(other)s rate each other %(points)s points or more lower than all their other marks "
                "explain."
            )
            % points
        )
    points = named | {"points": int(CHANGE)}
    if anomaly.high:
        return _("%(subject)s: %(points)s points or more above the last comparable round.") % points
    return _("%(subject)s: %(points)s points or more below the last comparable round.") % points


def _chance(share: float | None) -> str:
    """Return a probability as a percentage, never as 0."""
    if share is None:
        return "…"
    percent = share * 100
    if percent < 0.1:
        return _("under 0.1 %")
    return _("%(percent)s %%") % {"percent": f"{percent:.1f}" if percent < 10 else f"{percent:.0f}"}


def _about(number: float) -> str:
    return f"{number:.1f}" if number < 10 else f"{number:.0f}"
