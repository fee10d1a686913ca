"""Rounds driven by chance from the imported list to publication, and what nobody inside may read of any of them.

A state machine of hypothesis chooses what organiser, inspector, scrutineers and voters do, in any order that the
software lets them: lists and hand-made changes, envelopes, casts and second thoughts, early closings and extensions,
the count, publication, pages and files. It keeps what really happened beside it, and derives from that alone who is
hidden among whom. The attackers are organiser and administrator: they read every page, every row of both databases and
the auditors' package, and know the ballots of all envelopes.
"""

import io
import re
import secrets
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import connections, transaction
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from peer_review.box.round_keys import destroy_round_key
from peer_review.conf import conf
from peer_review.domain.ballots.envelopes import needs_witness, witness_tickets
from peer_review.domain.keys import server_keys
from peer_review.domain.planning.list_import import read_list
from peer_review.domain.planning.named_classes import declare_not_anonymous
from peer_review.domain.planning.plan_setup import save_plan
from peer_review.domain.planning.roll import use_plan
from peer_review.domain.planning.roll_confirmation import confirm_roll, standing_confirmation
from peer_review.domain.planning.roll_edits import set_class, set_on_paper
from peer_review.domain.planning.roll_fingerprint import roll_fingerprint
from peer_review.domain.planning.roll_touches import is_touched
from peer_review.domain.publication.comments import finish_review
from peer_review.domain.publication.publish import publish_round
from peer_review.domain.rounds.early_closing import request_early_closing, withdraw_early_closing
from peer_review.domain.rounds.lifecycle import extend_round, open_round
from peer_review.enums import CellKind
from peer_review.exceptions.base import OpeningRefusal, Refusal
from peer_review.exceptions.planning import PaperVotersTooFew
from peer_review.models import Assignment, CriterionResult, Drawn, Result, Round
from peer_review.providers.roll import Person
from tests.factories.peer_review.beside_rounds import TODAY
from tests.factories.peer_review.counted_rounds import count_all
from tests.factories.peer_review.early_closings import confirm_as_read
from tests.factories.peer_review.envelopes import Envelope, make_envelopes
from tests.factories.peer_review.rounds import (
    Evaluator,
    RoundFactory,
    RunningRound,
    SchemeFactory,
    give_box_key,
    make_user,
    stock_key_pool,
)
from tests.peer_review.privacy.attack.evidence import token_of
from tests.peer_review.privacy.test_low_turnout import columns_of_people
from zhengyan_crypto.encoding import b64u_decode

FLOOR, PEOPLE, SUBJECTS = 3, 11, 2
COLUMNS = list(columns_of_people())
CLASSES = ("leaders", "staff")
#: Pages and files that the insiders of a round may ask for, as whom.
READ = [
    *[
        ("organiser", name)
        for name in (
            "round-dashboard",
            "round-detail",
            "round-roll",
            "all-results",
            "bulletin",
            "envelopes",
            "crosstab",
        )
    ],
    *[("inspector", name) for name in ("audit-round", "audit-ballots", "ledger", "anomaly-list", "roll-touches")],
    *[("scrutineer", name) for name in ("scrutineer-round", "envelopes", "bulletin-json")],
    *[("voter", name) for name in ("ballot", "ballot-check", "summary", "round-detail")],
]
#: No paper, or a voter class; most are of the staff.
voter_class = st.sampled_from(["staff", "leaders", "", "staff", "leaders", "staff"])
column = st.lists(voter_class, min_size=PEOPLE, max_size=PEOPLE)
columns = st.lists(column, min_size=SUBJECTS, max_size=SUBJECTS)
person = st.integers(0, PEOPLE - 1)
subject = st.integers(0, SUBJECTS - 1)
mark = st.one_of(st.integers(0, 100), st.just("dk"))


class DrivenRound(RuleBasedStateMachine):
    """One round, whatever happens to it."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = [transaction.atomic(using=alias) for alias in ("default", conf.BOX_DATABASE)]
        self.inside.append(override_settings(PEER_REVIEW_ROLL_SOURCE=f"{TODAY_SOURCE}.people_of_today"))
        for context in self.inside:
            context.__enter__()
        #: Criteria of no other round, so that what is found under their names is of this one.
        self.criteria = [(f"{name}_{secrets.token_hex(3)}", 50) for name in ("quality", "spirit")]
        #: cell → token → what its last ballot said, and all casts of each cell.
        self.said: dict[str, dict[bytes, dict[str, Any]]] = defaultdict(dict)
        self.casts: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.envelopes: list[tuple[Envelope, Any]] = []
        self.tickets: Counter[str] = Counter()
        self.running: RunningRound | None = None
        self.published = False

    # Before opening

    @initialize(lists=columns)
    def begin(self, lists: list[list[str]]) -> None:
        self.people = [make_user(f"Person {secrets.token_hex(3)}", "staff") for _person in range(PEOPLE)]
        TODAY[:] = [
            Person(user.pk, user.get_full_name(), "ab"[number % 2], "AB"[number % 2], number=f"n{number}")
            for number, user in enumerate(self.people)
        ]
        self.inspector = make_user("Inspector", "inspector")
        scheme = SchemeFactory(
            floor=FLOOR, comments=True, trim=False, criteria=self.criteria, classes=[("leaders", 60), ("staff", 40)]
        )
        witness, printer = make_user("Witness", "scrutineer"), make_user("Printer", "scrutineer")
        now = timezone.now()
        self.draft = RoundFactory(
            scheme=scheme,
            comment_reviewer=self.inspector,
            scrutineers=[printer, witness],
            closes_at=now + timedelta(days=9),
        )
        self.import_list(lists)

    @property
    def is_draft(self) -> bool:
        return self.running is None

    @precondition(lambda self: self.is_draft)
    @rule(lists=columns)
    def import_list(self, lists: list[list[str]]) -> None:
        """The organiser imports a file that names every paper, in place of the roll as it was."""
        lines = [
            f"n{voter},n{about},{of}"
            for about, column in enumerate(lists)
            for voter, of in enumerate(column)
            if of and voter != about
        ]
        if not lines:
            return
        content = "\n".join(["评价人,被评价人,票类", *lines]).encode()
        imported = read_list(
            content, kind=self.draft.kind, people=TODAY, classes={key: key for key in CLASSES}, excluded={}
        )
        assert imported.faults == []
        save_plan(self.draft, by=self.draft.organiser, plan={"pattern": "list", "lines": imported.lines})
        self.draft.refresh_from_db()
        use_plan(self.draft, by=self.draft.organiser, people=TODAY, at_once=True)
        self.draft.refresh_from_db()

    @precondition(lambda self: self.is_draft)
    @rule(who=person)
    def put_on_paper(self, who: int) -> None:
        if member := self.draft.members.filter(user=self.people[who]).first():
            set_on_paper(self.draft, by=self.draft.organiser, member=member, on_paper=not member.on_paper)

    def put_nobody_on_paper(self) -> None:
        for member in self.draft.members.filter(on_paper=True):
            set_on_paper(self.draft, by=self.draft.organiser, member=member, on_paper=False)

    @precondition(lambda self: self.is_draft and self.draft.subjects.exists())
    @rule(most=st.integers(3, 8), of=st.sampled_from(CLASSES), alone=st.booleans())
    def put_group_on_paper(self, most: int, of: str, alone: bool) -> None:
        """The organiser gives some people the same papers and lets them share an urn; where `alone`, nobody else."""
        self.put_nobody_on_paper()
        for number, user in enumerate(self.people[SUBJECTS:]):
            member = self.draft.members.filter(user=user).first()
            if member is None or (number >= most and not alone):
                continue
            for evaluated in self.draft.subjects.all():
                theirs = of if number < most else None
                set_class(self.draft, by=self.draft.organiser, member=member, subject=evaluated, voter_class=theirs)
            if number < most:
                set_on_paper(self.draft, by=self.draft.organiser, member=member, on_paper=True)

    @precondition(lambda self: self.is_draft)
    @rule(who=person, about=subject, of=voter_class)
    def touch(self, who: int, about: int, of: str) -> None:
        member = self.draft.members.filter(user=self.people[who]).first()
        evaluated = self.draft.subjects.filter(member__user=self.people[about]).first()
        if member is not None and evaluated is not None and who != about:
            set_class(self.draft, by=self.draft.organiser, member=member, subject=evaluated, voter_class=of or None)

    @precondition(lambda self: self.is_draft)
    @rule(of=st.sampled_from(CLASSES), declared=st.booleans())
    def declare(self, of: str, declared: bool) -> None:
        self.draft = declare_not_anonymous(self.draft, by=self.draft.organiser, voter_class=of, declared=declared)

    @precondition(lambda self: self.is_draft)
    @rule()
    def confirm(self) -> None:
        if is_touched(self.draft):
            confirm_roll(self.draft, by=self.inspector, fingerprint=roll_fingerprint(self.draft))

    @precondition(lambda self: self.is_draft and self.draft.cells.exists())
    @rule()
    def open(self) -> None:
        """The organiser opens the round, or learns what is in the way: a touched list never passes unconfirmed."""
        stock_key_pool(self.draft.cells.count())
        server_keys.prepare_keys(self.draft)
        if not self.draft.box_public:
            self.box_private = give_box_key(self.draft)
        try:
            with transaction.atomic():
                opened = open_round(self.draft, by=self.draft.organiser)
        except PaperVotersTooFew:
            self.put_nobody_on_paper()
            return
        except OpeningRefusal:
            return
        assert not is_touched(opened) or standing_confirmation(opened) is not None
        self.start(opened)

    def start(self, opened: Any) -> None:
        on_paper = set(opened.members.filter(on_paper=True).values_list("user_id", flat=True))
        voters = [Evaluator(user, opened) for user in self.people if user.pk not in on_paper]
        self.running = RunningRound(opened, self.box_private, [voter for voter in voters if voter.cells])
        self.comments = set(opened.cells.filter(kind=CellKind.COMMENT).values_list("key", flat=True))
        at_computers = Assignment.objects.filter(cell__round=opened).exclude(evaluator__in=on_paper)
        self.paper_only = set(opened.cells.values_list("key", flat=True)) - set(
            at_computers.values_list("cell__key", flat=True)
        )
        self.assigned = assignments_of(opened)
        self.check_keys(opened, on_paper)

    def check_keys(self, opened: Any, on_paper: set[int]) -> None:
        """No key is one of a class that too few may vote in at computers, where together with others there are enough.

        A class with enough envelopes, and nobody at a computer, stands by itself.
        """
        lists: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for cell in opened.cells.filter(kind=CellKind.RATING).exclude(voter_class__in=opened.not_anonymous):
            holders = set(cell.assignments.values_list("evaluator_id", flat=True))
            assert len(holders) == cell.assignments.count()
            with_envelopes = len(holders & on_paper)
            if len(holders) > with_envelopes or with_envelopes < FLOOR:
                lists[cell.subject_id].append((len(holders) - with_envelopes, with_envelopes))
        for sizes in lists.values():
            if sum(at_computers for at_computers, _on_paper in sizes) >= FLOOR:
                assert all(at_computers >= FLOOR for at_computers, _on_paper in sizes), sizes

    # While it is open

    @property
    def is_open(self) -> bool:
        return self.running is not None and self.running.round.state == "open"

    def answers(self, cells: list[str], marks: list[int | str]) -> dict[str, dict[str, Any]]:
        """Return what somebody says on each paper: marks, or words that nobody else writes."""
        keys = [key for key, _weight in self.criteria]
        return {
            cell: {"text": f"words {secrets.token_hex(8)}" if marks[0] != "dk" else ""}
            if cell in self.comments
            else dict(zip(keys, marks, strict=True))
            for cell in cells
        }

    def put_in(self, casts: list[dict[str, Any]]) -> None:
        assert self.running is not None
        for cast, answer in zip(casts, self.running.cast(casts), strict=True):
            assert answer["ok"], answer
            entry = cast["entry"]
            cell = entry["ballot"]["cell"]
            self.said[cell][token_of(entry)] = entry["ballot"]["a"]
            self.casts[cell].append(cast)

    def vote(self, voter: Evaluator, cells: list[str], marks: list[int | str]) -> None:
        """Somebody votes, or votes again; nothing that the main database keeps about anybody changes by it."""
        before = self.rows_about_people()
        self.put_in(voter.entries(self.answers(cells, marks)))
        assert self.rows_about_people() == before

    def rows_about_people(self) -> list[str]:
        """Return every row of the main database that points at one of these people."""
        people = [user.pk for user in self.people]
        return sorted(
            repr((model._meta.label, column, row))
            for model, column in COLUMNS
            for row in model._base_manager.filter(**{f"{column}__in": people}).values()
        )

    @precondition(lambda self: self.is_open and self.running.evaluators)
    @rule(who=person, marks=st.lists(mark, min_size=2, max_size=2), part=st.booleans())
    def cast(self, who: int, marks: list[int | str], part: bool) -> None:
        """One person votes on all papers or only on the first."""
        assert self.running is not None
        voter = self.running.evaluators[who % len(self.running.evaluators)]
        self.vote(voter, sorted(voter.cells)[: 1 if part else None], marks)

    @precondition(lambda self: self.is_open and self.running.evaluators)
    @rule(marks=st.lists(mark, min_size=2, max_size=2), most=st.integers(2, PEOPLE))
    def many_cast(self, marks: list[int | str], most: int) -> None:
        assert self.running is not None
        first, *others = self.running.evaluators[:most]
        self.vote(first, sorted(first.cells), marks)
        for voter in others:
            self.put_in(voter.entries(self.answers(sorted(voter.cells), marks)))

    @precondition(lambda self: self.is_open)
    @rule()
    def print_envelopes(self) -> None:
        """A scrutineer prints what the urns hold, a second one watches; copies of all tickets go to the organiser."""
        assert self.running is not None
        printer, witness = self.running.round.scrutineers.order_by("pk")
        for urn in self.running.round.urns.filter(made_by=None):
            made, envelopes = make_envelopes(self.running, urn.number)
            if needs_witness(made):
                by = witness if made.made_by_id == printer.pk else printer
                witness_tickets(made, by=by)
            self.envelopes += [(envelope, None) for envelope in envelopes]
            for envelope in envelopes:
                self.tickets.update(list(envelope.cells))

    @precondition(lambda self: self.is_open and self.envelopes)
    @rule(number=st.integers(0, PEOPLE), marks=st.lists(mark, min_size=2, max_size=2))
    def vote_on_paper(self, number: int, marks: list[int | str]) -> None:
        envelope, drawing = self.envelopes.pop(number % len(self.envelopes))
        drawing = drawing or envelope.draw()
        said = self.answers(sorted(envelope.cells), marks)
        casts = {cell: envelope.entries(answers, drawing=drawing) for cell, answers in said.items()}
        self.put_in([cast for cell, made in casts.items() for cast in made if cast["entry"]["ballot"]["cell"] == cell])

    @precondition(lambda self: self.is_open)
    @rule()
    def ask_for_early_closing(self) -> None:
        assert self.running is not None
        round = self.running.round
        try:
            asked = request_early_closing(round, by=round.organiser, reason="The hall is needed")
            confirm_as_read(asked, by=self.inspector)
        except Refusal:
            return
        round.refresh_from_db()

    @precondition(lambda self: self.is_open)
    @rule()
    def withdraw_early_closing(self) -> None:
        assert self.running is not None
        for asked in self.running.round.early_closings.standing():
            withdraw_early_closing(asked, by=self.inspector)
        self.running.round.refresh_from_db()

    @precondition(lambda self: self.is_open)
    @rule(days=st.integers(1, 3))
    def extend(self, days: int) -> None:
        assert self.running is not None
        round = self.running.round
        try:
            self.running.round = extend_round(
                round, by=round.organiser, closes_at=round.closes_at + timedelta(days=days), reason="Snow"
            )
        except Refusal:
            assert round.early_closings.standing().exists()

    @precondition(lambda self: self.is_open and any(self.said.values()))
    @rule()
    def count(self) -> None:
        assert self.running is not None
        count_all(self.running)
        self.check_count()

    @precondition(lambda self: self.running is not None and self.running.round.state == "counted")
    @rule()
    def publish(self) -> None:
        assert self.running is not None
        finish_review(self.running.round, by=self.inspector)
        self.running.round = publish_round(self.running.round, by=self.running.round.organiser)
        self.published = True
        self.check_figures()

    # What is read

    @precondition(lambda self: self.running is not None)
    @rule(what=st.sampled_from(READ))
    def read(self, what: tuple[str, str]) -> None:
        """Whatever page somebody inside asks for, at whatever moment, it holds no word and no value of a ballot."""
        assert self.running is not None
        role, name = what
        round = self.running.round
        reader = {"organiser": round.organiser, "inspector": self.inspector, "scrutineer": round.scrutineers.first()}
        client = Client()
        client.force_login(reader.get(role, self.people[-1]))
        answer = client.get(reverse(f"peer_review:{name}", args=[round.public_id]))
        assert answer.status_code < 500
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        hidden = self.destroyed() if self.is_counted else set(self.casts)
        for cell in hidden:
            assert self.found_of(cell, body) == [], (what, cell)

    # What must hold

    @property
    def is_counted(self) -> bool:
        return self.running is not None and self.running.round.state in ("counted", "published")

    def fates(self) -> dict[str, dict[str, Any]]:
        assert self.running is not None
        return {row["cell"]: row for row in self.running.round.bulletin.read_outcome()["cells"]}

    def destroyed(self) -> set[str]:
        return {cell for cell, row in self.fates().items() if row["fate"] == "few"}

    def secure(self, cell: str) -> int:
        """Return how many ballots of a cell nobody but their authors can know."""
        spoken = [said for said in self.said[cell].values() if cell not in self.comments or said["text"].strip()]
        return len(spoken) if cell in self.paper_only else max(0, len(spoken) - self.tickets[cell])

    def secure_answers(self, cell: str, criterion: str) -> int:
        """Return how many answers to a criterion nobody but their authors can know."""
        answers = sum(said.get(criterion, "dk") != "dk" for said in self.said[cell].values())
        return answers if cell in self.paper_only else max(0, answers - self.tickets[cell])

    def found_of(self, cell: str, data: bytes, *, joined: bool = False) -> list[bytes]:
        """Return everything of the ballots of a cell that stands in some data; of joined ones, but what is kept."""
        forms: list[bytes] = []
        for cast in self.casts[cell]:
            entry, ballot = cast["entry"], cast["entry"]["ballot"]
            values = [entry["sig"], ballot["salt"], cast["nonce"]]
            if not joined:
                values += [entry["tok"], ballot["pk"], ballot["pre"]]
                forms += [token_of(entry), token_of(entry).hex().encode()]
            for value in values:
                raw = b64u_decode(value)
                forms += [value.encode(), raw, raw.hex().encode()]
            if ballot["a"].get("text"):
                forms.append(ballot["a"]["text"].encode())
        return [form for form in forms if form in data]

    def everything_written(self) -> bytes:
        """Return all rows of both databases, as an administrator reads them."""
        parts: list[bytes] = []
        for alias in ("default", conf.BOX_DATABASE):
            connection = connections[alias]
            with connection.cursor() as cursor:
                for table in connection.introspection.table_names(cursor):
                    cursor.execute(f'SELECT * FROM "{table}"')
                    parts += [_raw(value) for row in cursor.fetchall() for value in row]
        return b"\n".join(parts)

    def everything_given(self) -> Iterator[tuple[str, bytes]]:
        """Yield the files of the auditors' package and the bulletin."""
        assert self.running is not None
        address = [self.running.round.public_id]
        client = Client()
        client.force_login(self.inspector)
        yield "bulletin", client.get(reverse("peer_review:bulletin-json", args=address)).content
        if self.published:
            answer = client.get(reverse("peer_review:audit-package", args=address))
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
            with zipfile.ZipFile(io.BytesIO(body)) as packed:
                yield from ((name, packed.read(name)) for name in packed.namelist())

    def check_count(self) -> None:
        """What is kept hides everybody among the floor's worth of others; the rest is nowhere."""
        assert self.running is not None
        round = self.running.round
        named = set(round.not_anonymous)
        class_of = dict(round.cells.values_list("key", "voter_class"))
        rows, groups = self.fates(), defaultdict(list)
        for cell, row in rows.items():
            if row["fate"] == "counted":
                assert self.secure(cell) >= FLOOR or class_of[cell] in named, row
            elif row["fate"] == "merged":
                groups[row["group"]].append(cell)
            assert not {"drawn", "counted"} & row.keys()
        for cells in groups.values():
            assert sum(self.secure(cell) for cell in cells if class_of[cell] not in named) >= FLOOR, cells
        assert not Drawn.objects.exists()
        assert (
            sorted(Assignment.objects.filter(cell__round=round).values_list("pk", "cell", "evaluator")) == self.assigned
        )
        self.check_destroyed()

    def check_destroyed(self) -> None:
        rows = self.fates()
        places = [("both databases", self.everything_written()), *self.everything_given()]
        for cell, row in rows.items():
            for name, data in places if row["fate"] in ("few", "merged") else ():
                found = self.found_of(cell, data, joined=row["fate"] == "merged")
                assert found == [], (name, row)
        kept = [cell for cell, row in rows.items() if row["fate"] == "counted" and cell not in self.comments]
        if not kept:
            # A mark stands beside its criterion in ballots only.
            marked = re.compile("|".join(rf'"{key}":\d' for key, _weight in self.criteria).encode())
            assert [name for name, data in places if marked.search(data)] == []

    def check_figures(self) -> None:
        """No figure stands for fewer than the floor whose answers nobody else knows, nor what is left beside others."""
        assert self.running is not None
        round = self.running.round
        named = set(round.not_anonymous)
        cells = {
            (about, of): key
            for key, about, of in round.cells.filter(kind=CellKind.RATING).values_list("key", "subject", "voter_class")
        }
        rows = self.fates()
        for result in Result.objects.filter(round=round, subject__isnull=False):
            kept = {
                of: key
                for (about, of), key in cells.items()
                if about == result.subject_id and rows[key]["fate"] in ("counted", "merged")
            }
            for shown in CriterionResult.objects.filter(result=result):
                self.check_figure(shown, result.joined, kept, named)
        self.check_destroyed()

    def check_figure(
        self, shown: CriterionResult, joined: dict[str, list[str]], kept: dict[str, str], named: set[str]
    ) -> None:
        def hidden(classes: set[str]) -> int:
            return sum(
                self.secure_answers(kept[of], shown.criterion) for of in classes if of in kept and of not in named
            )

        if shown.value is None and shown.low is None and not shown.classes:
            return
        anonymous = {of for of in kept if of not in named and self.said[kept[of]]}
        apart = {of: set(joined.get(of, [of])) for of in shown.classes}
        for classes in apart.values():
            assert classes <= named or hidden(classes) >= FLOOR, (shown.classes, joined)
        rest = anonymous - set().union(*apart.values()) if apart else anonymous
        assert not rest or hidden(rest) >= FLOOR, (shown.classes, joined, rest)

    def teardown(self) -> None:
        """Whatever came before, the round ends published, and everything is looked through once more."""
        try:
            if sys.exc_info()[0] is None:
                self.end()
        finally:
            if self.running is not None:
                destroy_round_key(self.running.round.public_id)
            TODAY.clear()
            for context in reversed(self.inside[:2]):
                transaction.set_rollback(True, using=context.using)
            for context in reversed(self.inside):
                context.__exit__(None, None, None)

    def end(self) -> None:
        """Go on to publication; of a round that was not open before, everybody votes."""
        for _attempt in range(2):
            if self.is_draft and self.draft.cells.exists():
                self.confirm()
                self.open()
        if self.is_open and not any(self.said.values()):
            self.print_envelopes()
            while self.envelopes:
                self.vote_on_paper(0, [40, 45])
            if self.running is not None and self.running.evaluators:
                self.many_cast([50, 60], PEOPLE)
        if self.is_open and any(self.said.values()):
            self.count()
        if self.is_counted and not self.published:
            self.publish()


def drive(*, rounds: int, steps: int, derandomize: bool = False) -> None:
    """Drive so many rounds and raise what is found first. It is not shrunk: a round of many people stays one."""
    chance = settings(
        max_examples=rounds,
        stateful_step_count=steps,
        deadline=None,
        derandomize=derandomize,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(DrivenRound, settings=chance)


TODAY_SOURCE = "tests.factories.peer_review.beside_rounds"


def assignments_of(round: Round) -> list[tuple[int, int, int]]:
    return sorted(Assignment.objects.filter(cell__round=round).values_list("pk", "cell", "evaluator"))


def _raw(value: object) -> bytes:
    if isinstance(value, (bytes, memoryview)):
        return bytes(value)
    return str(value).encode()
