"""The search over earlier rounds, with the pre-flight of a large round.

    python bench/subtraction.py [--subjects 10000] [--voters 10] [--earlier 3]

So many subjects, each with so many voters in three classes, in a draft and in earlier published rounds. Of five
subjects one has the same voters each time, one had a single other voter, one has others altogether, one had two classes
split in another way, and one has voters by chance, half of them the same. Timed is the whole pre-flight, as opening
runs it: all rolls read, all of them searched, the trends' search and the proof with it. Beside it the search alone, on
rolls that are read already. Its databases are made and dropped.
"""

# ruff: noqa: PLC0415 - Django is set up with this run's own settings before anything of it is imported

import argparse
import random
import resource
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent))

from common import own_databases, start_django

CLASSES = (("superiors", 50), ("peers", 30), ("subordinates", 20))
AIM = 30.0
Found = TypeVar("Found")


def timed(label: str, work: Callable[[], Found]) -> tuple[Found, float]:
    """Do something, print how long it took, and return what came of it and the CPU seconds."""
    start, cpu = time.perf_counter(), time.process_time()
    found = work()
    spent, busy = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    print(f"{label:52} {spent:7.1f} s  CPU {busy:7.1f} s  peak {peak:6,.0f} MB", flush=True)
    return found, busy


def voters_of(subject: int, year: int, *, people: int, voters: int) -> list[tuple[int, int]]:
    """Return who evaluates a subject in one of the rounds, the last of which is the draft: (person, class)."""
    chance = random.Random(subject)
    usual = chance.sample(range(people), voters)
    sizes = [voters * 3 // 10, voters - voters * 3 // 10 - voters * 2 // 10, voters * 2 // 10]
    classes = [number for number, size in enumerate(sizes) for _voter in range(size)]
    kind, anew = subject % 5, random.Random(f"{subject} {year}")
    if kind == 1 and year == 0:
        usual[-1] = (usual[-1] + 1) % people
    if kind == 2:
        usual = anew.sample(range(people), voters)
    if kind == 3 and year == 0:
        classes = classes[1:] + classes[:1]
    if kind == 4:
        usual[voters // 2 :] = anew.sample(range(people), voters - voters // 2)
    return list({person: (person, group) for person, group in zip(usual, classes, strict=True)}.values())


def make_rounds(subjects: int, voters: int, earlier: int) -> tuple[Any, int]:
    """Return the draft, and how many papers all rounds have."""
    from django.utils import timezone

    from organisation.models import User
    from peer_review.domain.schemes.schemes import freeze_scheme
    from peer_review.enums import RoundState
    from peer_review.models import Assignment, Cell, RollMember, Round, Subject
    from tests.factories.peer_review.rounds import RoundFactory, SchemeFactory

    users = User.objects.bulk_create([User(username=f"bench{n}", password="!", name=f"人{n}") for n in range(subjects)])
    scheme = SchemeFactory(floor=5, classes=CLASSES)
    papers = 0
    for year in range(earlier + 1):
        round = RoundFactory(scheme=scheme)
        members = RollMember.objects.bulk_create(
            [
                RollMember(round=round, user=user, name=user.name, section_key=f"s{n // 50}", rank_key="r")
                for n, user in enumerate(users)
            ],
            batch_size=2000,
        )
        evaluated = Subject.objects.bulk_create(
            [
                Subject(
                    round=round,
                    member=member,
                    key=f"p{member.user_id}",
                    label=member.name,
                    section_key=member.section_key,
                    sort_order=n,
                )
                for n, member in enumerate(members)
            ],
            batch_size=2000,
        )
        rolls = [voters_of(n, year, people=subjects, voters=voters) for n in range(subjects)]
        pairs = sorted({(n, group) for n, roll in enumerate(rolls) for _person, group in roll})
        cells = dict(
            zip(
                pairs,
                Cell.objects.bulk_create(
                    [Cell(round=round, subject=evaluated[n], voter_class=CLASSES[group][0]) for n, group in pairs],
                    batch_size=2000,
                ),
                strict=True,
            )
        )
        rows = [(users[person].pk, cells[n, group].pk) for n, roll in enumerate(rolls) for person, group in roll]
        for begin in range(0, len(rows), 10_000):
            Assignment.objects.bulk_create(
                [Assignment(evaluator_id=user, cell_id=cell) for user, cell in rows[begin : begin + 10_000]],
                batch_size=2000,
            )
        papers += len(rows)
        if year < earlier:
            moment = timezone.now() - timedelta(days=30 * (earlier - year))
            round.form, round.state = freeze_scheme(scheme).as_json(), RoundState.PUBLISHED
            round.opened_at = round.published_at = moment
            round.save()
    return Round.objects.select_related("scheme").get(pk=round.pk), papers


def measure(subjects: int, voters: int, earlier: int) -> None:
    """Time the pre-flight, and the search alone."""
    from django.utils import timezone

    from peer_review.domain.preflight.preflight import preflight
    from peer_review.domain.preflight.roll_arrays import RollReader, read_papers
    from peer_review.domain.preflight.subtraction import VoterTable, earlier_rounds
    from peer_review.domain.schemes.schemes import freeze_scheme

    draft, papers = make_rounds(subjects, voters, earlier)
    print(f"{subjects:,} subjects with {voters} voters each in {earlier + 1} rounds: {papers:,} papers")
    found, busy = timed(f"pre-flight with the search (aim: under {AIM:.0f} s of CPU)", lambda: preflight(draft))
    stand, coarse = len(found.subtraction.standing), len(found.subtraction.coarse)
    print(f"{stand:,} subjects stand in the way, {coarse:,} are shown in half-steps")
    scheme, rolls = freeze_scheme(draft.scheme), RollReader()
    others = earlier_rounds(draft, timezone.now())
    for other in others:
        rolls.papers(other)
    table = VoterTable(draft, scheme, read_papers(draft, scheme), others, rolls)
    timed("of this the search, rolls read already", lambda: sum(table.exposes(at) for at in range(subjects)))
    if busy > AIM:
        raise SystemExit("Too slow.")


def main() -> None:
    """Measure in databases of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subjects", type=int, default=10_000)
    parser.add_argument("--voters", type=int, default=10)
    parser.add_argument("--earlier", type=int, default=3)
    options = parser.parse_args()
    with own_databases("subtraction"):
        start_django()
        measure(options.subjects, options.voters, options.earlier)


if __name__ == "__main__":
    main()
