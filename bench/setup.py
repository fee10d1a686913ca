"""What it takes to set a large round up: plan, preview, roll, pre-flight, keys.

    python bench/setup.py [--people 10000] [--papers 10] [--keys 200]

So many people in sections of fifty, each evaluated by `papers` others: superiors in their section, peers and
subordinates drawn by chance. Timed are what the organiser waits for: the preview (people read from the staff records,
everybody's papers computed, tables made), the writing of the roll in the background's chunks, the pre-flight. Of the
cells' keys only some are made, to tell how long all would take. Its databases are made and dropped.
"""

# ruff: noqa: PLC0415 - Django is set up with this run's own settings before anything of it is imported

import argparse
import datetime
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent))

from common import own_databases, start_django

SECTION = 50
Found = TypeVar("Found")


def timed(label: str, work: Callable[[], Found], tell: Callable[[Found], str] = lambda found: "") -> Found:
    """Do something and print how long it took, and what it came to."""
    start, cpu = time.perf_counter(), time.process_time()
    found = work()
    spent, busy = time.perf_counter() - start, time.process_time() - cpu
    print(f"{label:44} {spent:7.1f} s  CPU {busy:7.1f} s  peak {peak():6,.0f} MB  {tell(found)}", flush=True)
    return found


def peak() -> float:
    """Return the most memory this process has held, in megabytes."""
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / (2**20 if sys.platform == "darwin" else 2**10)


def hire(people: int) -> None:
    """Put so many people into the staff records: one director in ten sections, a head and four deputies in each."""
    from organisation.models import Membership, Rank, Section, Staff, User

    ranks = Rank.objects.bulk_create([Rank(code=f"B{n}", name=f"Rank {n}", order=900 + n) for n in range(3)])
    sections = [
        Section.objects.create(code=f"B{n}", name=f"Section {n}", sort_order=n)
        for n in range((people + SECTION - 1) // SECTION)
    ]
    users = User.objects.bulk_create([User(username=f"bench{n}", password="!", name=f"人{n}") for n in range(people)])
    joined = datetime.date(2015, 1, 1)
    staff = Staff.objects.bulk_create(
        [Staff(user=user, employee_number=f"B{n}", joined=joined, name_key=f"{n:06}") for n, user in enumerate(users)],
        batch_size=2000,
    )
    Membership.objects.bulk_create(
        [
            Membership(
                staff=one,
                section=sections[n // SECTION],
                rank=ranks[0 if n % (10 * SECTION) == 0 else 1 if n % SECTION < 6 else 2],
                is_head=n % SECTION == 1,
                from_date=joined + datetime.timedelta(days=n * 37 % 4000),
            )
            for n, one in enumerate(staff)
        ],
        batch_size=2000,
    )


def make_round() -> Any:
    """Return a draft by rank tier, with three voter classes."""
    from django.utils import timezone

    from organisation.enums import Role
    from organisation.models import User
    from peer_review.domain.rounds import lifecycle
    from peer_review.domain.schemes import default_schemes
    from peer_review.enums import RoundKind
    from peer_review.models import VoterClass
    from tests.factories.organisation import hold

    organiser, scrutineer = User.objects.filter(username__startswith="bench").order_by("pk")[:2]
    for user, role in ((organiser, "organiser"), (scrutineer, "scrutineer")):
        hold(user, Role(role))
    scheme = default_schemes.create_default_schemes(by=organiser)["annual"]
    scheme.voter_classes.all().delete()
    VoterClass.objects.bulk_create(
        VoterClass(scheme=scheme, key=key, label=key, weight=weight, sort_order=order)
        for order, (key, weight) in enumerate((("superiors", 50), ("peers", 30), ("subordinates", 20)))
    )
    return lifecycle.create_round(
        by=organiser,
        title="Bench",
        kind=RoundKind.TIER,
        scheme=scheme,
        opens_at=timezone.now() + datetime.timedelta(days=1),
        closes_at=timezone.now() + datetime.timedelta(days=9),
        scrutineers=[scrutineer],
    )


def plan_for(papers: int) -> dict[str, Any]:
    """Return the table: superiors of the section, peers of the whole house by chance, so many papers a subject."""
    cells = [
        ("t900", "heads", "superiors", "house"),
        ("heads", "heads", "peers", "house"),
        ("heads", "t901", "superiors", "own"),
        ("t901", "t901", "peers", "house"),
        ("heads", "t902", "superiors", "own"),
        ("t901", "t902", "superiors", "own"),
        ("t902", "t902", "peers", "house"),
        ("t902", "heads", "subordinates", "own"),
        ("t902", "t901", "subordinates", "own"),
        ("heads", "t900", "subordinates", "house"),
    ]
    superiors = max(1, papers * 3 // 10)
    return {
        "pattern": "matrix",
        "months": 6,
        "matrix": [{"from": a, "to": b, "class": voters, "reach": reach} for a, b, voters, reach in cells],
        "sample": {"superiors": superiors, "peers": papers - superiors, "subordinates": papers},
    }


def set_up(people: int, papers: int, keys_made: int) -> None:
    """Time each step."""
    from peer_review.domain.keys import server_keys
    from peer_review.domain.planning import plan_setup, roll
    from peer_review.domain.preflight import preflight
    from peer_review.models import PooledKey

    hire(people)
    round = make_round()
    plan_setup.save_plan(round, by=round.organiser, plan=plan_for(papers))
    round.refresh_from_db()
    timed("people read from the staff records", lambda: plan_setup.people_of(round), lambda got: f"{len(got):,} people")
    preview = timed(
        "plan and preview (aim: under 30 s)",
        lambda: plan_setup.preview_plan(round),
        lambda got: f"{got.subjects:,} subjects, {got.papers:,} papers, {got.least} to {got.most} each",
    )
    timed("the same preview, another page of it", lambda: plan_setup.preview_plan(round))
    made = roll.use_plan(round, by=round.organiser, at_once=False)
    round.refresh_from_db()
    token = round.plan["state"]["writing"]["token"]
    timed(
        "writing the roll in the background",
        lambda: roll.write_roll(round.pk, token),
        lambda done: f"{made.papers:,} papers in {made.cells:,} cells" if done else "NOT COMPLETED",
    )
    round.refresh_from_db()
    timed("writing it again over the old one", lambda: roll.use_plan(round, by=round.organiser, at_once=True))
    round.refresh_from_db()
    timed("pre-flight (aim: under 30 s with the preview)", lambda: preflight.preflight(round))
    start = time.perf_counter()
    PooledKey.objects.bulk_create([server_keys._new_pooled_key() for _ in range(keys_made)])
    rate = keys_made / (time.perf_counter() - start)
    print(
        f"keys: {rate:.1f} a second and process, so {made.cells:,} cells take "
        f"{made.cells / rate / 60:,.0f} min in one, {made.cells / rate / 120:,.0f} in two"
    )
    if preview.papers != made.papers:
        raise SystemExit("What was written is not what was shown.")


def main() -> None:
    """Measure in databases of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--papers", type=int, default=10, help="evaluators a subject, at most")
    parser.add_argument("--keys", type=int, default=200)
    options = parser.parse_args()
    with own_databases("setup"):
        start_django()
        from django.conf import settings

        settings.TASKS["default"] = {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}
        set_up(options.people, options.papers, options.keys)


if __name__ == "__main__":
    main()
