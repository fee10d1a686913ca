"""Patterns in a published round, looked for in the background and kept for the inspectors.

Nothing finer than what is published is ever kept: see counting.anomalies. The same ballots give the same patterns, so
the search may be stopped and started again at any point, or made twice.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import transaction
from django_tasks import task

from peer_review import audit_log
from peer_review.counting.anomalies import Search, camps, changes, ends, returns, unanimous
from peer_review.counting.permutation import false_discovery
from peer_review.domain.audit.anomaly_data import Material, beside_last_round, sections_matrix
from peer_review.domain.locks import lock_round
from peer_review.domain.preflight.frozen_terms import form_holds
from peer_review.enums import RESULT_STATES, AnomalyKind
from peer_review.exceptions.preflight import TermsAltered
from peer_review.models import Anomaly, AnomalyRun, Round, Subject
from peer_review.protocol.frozen_scheme import FrozenScheme
from peer_review.users import User

BATCH = 1000


@transaction.atomic
def search_anomalies(round: Round, *, by: User | None) -> AnomalyRun:
    """Start the search for patterns in the background, or start it again where it was cut short. `by` is None when
    publication started it. A search that is done stays as it is.

    Raises: RoundStateInvalid before publication, TermsAltered.
    """
    round = lock_round(round, expect=RESULT_STATES)
    if not form_holds(round):
        raise TermsAltered
    run, created = AnomalyRun.objects.get_or_create(round=round, defaults={"total": len(_steps(round.frozen_scheme))})
    if run.is_done:
        return run
    if created or by is not None:
        audit_log.record(round, "peer_review.round.patterns", by=by)
    transaction.on_commit(lambda: find_anomalies_task.enqueue(round.pk))
    return run


@task()
def find_anomalies_task(round_pk: int) -> int:
    """Background job of search_anomalies. Any number may run at once or again: a step that is made is passed over."""
    run = AnomalyRun.objects.select_related("round").filter(round=round_pk).first()
    return find_anomalies(run.round) if run is not None else 0


def find_anomalies(round: Round) -> int:
    """Make the steps of the search that are left, each in a transaction of its own; return how many patterns there are.

    The ballots are read once; each step keeps what it found and at how many places it looked.
    """
    run = AnomalyRun.objects.get(round=round)
    steps = _steps(round.frozen_scheme)
    material = Material(round)
    for number in range(run.done, len(steps)):
        name, argument = steps[number]
        results = list(_SEARCHES[name](material, argument))
        if not _keep(run, number, results, last=number + 1 == len(steps)):
            break  # Another process is ahead, and writes the same.
    return run.anomalies.count()


@dataclass(frozen=True, slots=True)
class _Found:
    """What one search found: the line for AnomalyRun.searches, and the patterns."""

    searched: dict[str, object]
    patterns: list[Anomaly]


def _steps(scheme: FrozenScheme) -> list[tuple[str, int]]:
    """Return the steps of a search: one a criterion, then the sections, then the last round."""
    return [*(("criterion", at) for at in range(len(scheme.criteria))), ("sections", 0), ("last round", 0)]


@transaction.atomic
def _keep(run: AnomalyRun, number: int, results: list[_Found], *, last: bool) -> bool:
    """Keep one step's patterns, unless it was made meanwhile; return whether it was kept."""
    locked = AnomalyRun.objects.select_for_update().get(pk=run.pk)
    if locked.done != number:
        return False
    rows = [row for result in results for row in result.patterns]
    for row in rows:
        row.run = locked
    Anomaly.objects.bulk_create(rows, batch_size=BATCH)
    locked.searches = [*locked.searches, *(result.searched for result in results)]
    locked.done = number + 1
    locked.save(update_fields=["done", "searches"])
    if last:
        _set_q(locked)
    return True


def _set_q(run: AnomalyRun) -> None:
    """Give each pattern the share of chance among all of its kind that are at least as striking."""
    for kind in AnomalyKind.values:
        rows = list(run.anomalies.filter(kind=kind))
        tested = sum(search["tested"] for search in run.searches if search["kind"] == kind)
        for row, q in zip(rows, false_discovery([row.p for row in rows], tested=tested), strict=True):
            row.q = q
        Anomaly.objects.bulk_update(rows, ["q"], batch_size=BATCH)


def _search_criterion(material: Material, at: int) -> Iterator[_Found]:
    """Look at one criterion: figures at the end of the scale, unanimous bases, two camps."""
    key = material.scheme.criteria[at].key
    answers, published = material.answers(at), material.published(key)
    seed = [material.seed, at]
    alike = unanimous(answers, published, material.rule, seed=[*seed, 1])
    unanimity = {"cells": alike.cells, "alike": alike.alike, "p": alike.p} if alike else {}
    for kind, search in (
        (AnomalyKind.END, ends(answers, published, material.rule, seed=[*seed, 2])),
        (AnomalyKind.CAMPS, camps(answers, published, material.rule, seed=[*seed, 3])),
    ):
        line = {"kind": kind.value, "criterion": key, "tested": search.tested}
        if kind == AnomalyKind.END and unanimity:
            line["unanimous"] = unanimity
        yield _Found(line, _about_subjects(material.subjects, kind, search, criterion=key))


def _search_sections(material: Material, _argument: int) -> Iterator[_Found]:
    """Look at who rates whom in return, as far as published class figures are those of one section's people."""
    names, matrix = sections_matrix(material)
    search = returns(matrix, seed=[material.seed, 4])
    rows = [
        Anomaly(
            kind=AnomalyKind.RETURN,
            section_key=names[pattern.at][0],
            section_name=names[pattern.at][1],
            other_key=names[pattern.other][0],
            other_name=names[pattern.other][1],
            high=pattern.high,
            p=pattern.p,
        )
        for pattern in search.patterns
    ]
    yield _Found({"kind": AnomalyKind.RETURN.value, "criterion": "", "tested": search.tested}, rows)


def _search_last_round(material: Material, _argument: int) -> Iterator[_Found]:
    """Look at scores beside those of the last comparable round; of subjects that may be compared only."""
    pair = beside_last_round(material)
    search = Search(0) if pair is None else changes(*pair, material.rule, seed=[material.seed, 5])
    line = {"kind": AnomalyKind.CHANGE.value, "criterion": "", "tested": search.tested}
    yield _Found(line, _about_subjects(material.subjects, AnomalyKind.CHANGE, search, criterion=""))


_SEARCHES: dict[str, Callable[[Material, int], Iterator[_Found]]] = {
    "criterion": _search_criterion,
    "sections": _search_sections,
    "last round": _search_last_round,
}


def _about_subjects(subjects: list[Subject], kind: AnomalyKind, search: Search, *, criterion: str) -> list[Anomaly]:
    return [
        Anomaly(kind=kind, subject=subjects[pattern.at], criterion=criterion, high=pattern.high, p=pattern.p)
        for pattern in search.patterns
    ]
