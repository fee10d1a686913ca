"""Schemes, rolls and rounds for tests: real domain functions, real keys, real ballots.

round = open_round(evaluators=6, subjects=2)
receipts = round.vote(round.evaluators[0], {"quality": 90, "spirit": "dk"})
"""

import hashlib
import itertools
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import factory
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connections
from django.utils import timezone

from organisation.enums import GRANTED_ROLES, Role
from peer_review.box import store
from peer_review.box.batcher import Batcher, Row, Terms, Ticket
from peer_review.conf import conf
from peer_review.domain.ballots.cast import cast
from peer_review.domain.ballots.credentials import issue_credentials
from peer_review.domain.keys import server_keys
from peer_review.domain.keys.custody import box_public, confirm_box_key, set_box_key
from peer_review.domain.rounds.lifecycle import close_round, open_round
from peer_review.domain.schemes import ballot_papers
from peer_review.domain.voting_period import LEAST_OPEN
from peer_review.enums import CellKind, RoundKind, ScaleKind
from peer_review.models import (
    Assignment,
    Cell,
    Criterion,
    PooledKey,
    RollMember,
    Round,
    Scheme,
    Sheet,
    SheetEntry,
    Subject,
    VoterClass,
)
from peer_review.protocol.credentials import Credential, new_master
from tests.factories.organisation import hold
from zhengyan_crypto import canonical, sealing
from zhengyan_crypto.blindsig import decode_spki
from zhengyan_crypto.encoding import b64u_decode, b64u_encode

#: How long a stage of a round is here: no less than it must be when the round is opened, a while after it is drafted.
STAGE = LEAST_OPEN + timedelta(hours=1)
_numbers = itertools.count(1)


def in_letters(n: int) -> str:
    """Return a number in letters (b, c … ba, bb …): tests look for figures in pages, so names hold none."""
    text = ""
    while n or not text:
        n, rest = divmod(n, 26)
        text = chr(ord("a") + rest) + text
    return text


def make_user(name: str = "", *roles: str, **fields: Any) -> Any:
    """Return a new active user in the groups of these roles (keys of conf.GROUPS or group names)."""
    username = fields.pop("username", None) or f"user{next(_numbers)}"
    user = get_user_model()(username=username, **fields)
    if name:
        user.name = name
    user.set_unusable_password()
    user.save()
    for role in roles:
        user.groups.add(Group.objects.get_or_create(name=conf.GROUPS.get(role, role))[0])
        if role in GRANTED_ROLES and role != Role.SECTION_HEAD:
            hold(user, Role(role))
    return user


class SchemeFactory(factory.django.DjangoModelFactory):
    """A sound scheme of points: two criteria (60, 40), one voter class that takes everyone."""

    class Meta:
        model = Scheme
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Scheme {in_letters(n)}")
    scale = ScaleKind.POINTS
    floor = 3

    @factory.post_generation
    def criteria(scheme, create: bool, extracted: Sequence[tuple[str, int]] | None, **kwargs: Any) -> None:
        anchors = {ScaleKind.ANCHORS: [f"Words {n}" for n in range(1, 6)]}.get(scheme.scale, [])
        for order, (key, weight) in enumerate(extracted or [("quality", 60), ("spirit", 40)]):
            Criterion.objects.create(
                scheme=scheme, key=key, label=key.title(), weight=weight, anchors=anchors, sort_order=order
            )

    @factory.post_generation
    def classes(scheme, create: bool, extracted: Sequence[tuple[str, int]] | None, **kwargs: Any) -> None:
        for order, (key, weight) in enumerate(extracted or [("all", 100)]):
            VoterClass.objects.create(scheme=scheme, key=key, label=key.title(), weight=weight, sort_order=order)


class RoundFactory(factory.django.DjangoModelFactory):
    """A draft without roll or keys, with an organiser and a scrutineer of the right groups."""

    class Meta:
        model = Round
        skip_postgeneration_save = True

    title = factory.Sequence(lambda n: f"Round {in_letters(n)}")
    kind = RoundKind.PERSON
    scheme = factory.SubFactory(SchemeFactory)
    organiser = factory.LazyFunction(lambda: make_user("Organiser", "organiser"))
    opens_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1))
    casts_at = None
    closes_at = factory.LazyAttribute(lambda round: (round.casts_at or max(round.opens_at, timezone.now())) + STAGE)

    @factory.post_generation
    def scrutineers(round, create: bool, extracted: Iterable[Any] | None, **kwargs: Any) -> None:
        round.scrutineers.set(extracted if extracted is not None else [make_user("Scrutineer", "scrutineer")])


def make_member(
    round: Round, user: Any, *, section: str = "a", rank_order: int = 1, is_head: bool = False
) -> RollMember:
    """Put a user on a round's roll, whatever its state."""
    return RollMember.objects.create(
        round=round,
        user=user,
        name=user.get_full_name(),
        section_key=section,
        section_name=f"Section {section}",
        rank_key=f"rank{rank_order}",
        rank_name=f"Rank {rank_order}",
        rank_order=rank_order,
        is_section_head=is_head,
    )


def make_subject(round: Round, member: RollMember) -> Subject:
    """Let a member be evaluated."""
    return Subject.objects.create(
        round=round,
        member=member,
        key=f"p{member.user_id}",
        label=member.name,
        section_key=member.section_key,
        section_name=member.section_name,
        sort_order=round.subjects.count(),
    )


def make_cell(subject: Subject, evaluators: Iterable[Any], voter_class: str = "all") -> Cell:
    """Make a paper about a subject and assign it to users."""
    cell = Cell.objects.create(round=subject.round, subject=subject, voter_class=voter_class)
    Assignment.objects.bulk_create(Assignment(evaluator=user, cell=cell) for user in evaluators)
    return cell


def make_sheet(
    subjects: Sequence[Subject], evaluators: Iterable[Any], voter_class: str = "all", *, sheet: Sheet | None = None
) -> Cell:
    """Make a whole-sheet paper that lists these subjects and assign it to users. `sheet`: another class has it too."""
    round = subjects[0].round
    if sheet is None:
        sheet = Sheet.objects.create(round=round, label="Sheet", sort_order=round.sheets.count())
        SheetEntry.objects.bulk_create(
            SheetEntry(sheet=sheet, subject=subject, position=at) for at, subject in enumerate(subjects, start=1)
        )
    cell = Cell.objects.create(round=round, kind=CellKind.SHEET, sheet=sheet, voter_class=voter_class)
    Assignment.objects.bulk_create(Assignment(evaluator=user, cell=cell) for user in evaluators)
    return cell


def make_comment_cell(subject: Subject, evaluators: Iterable[Any]) -> Cell:
    """Make the paper for words about a subject and assign it to users."""
    cell = Cell.objects.create(round=subject.round, kind=CellKind.COMMENT, subject=subject, voter_class="")
    Assignment.objects.bulk_create(Assignment(evaluator=user, cell=cell) for user in evaluators)
    return cell


# Rounds that run: real keys, real ballots


_KEYS = Path(__file__).resolve().parents[3] / ".pytest_cache" / "d" / "cell-keys"


def stock_key_pool(size: int) -> None:
    """Fill the pool from keys kept in pytest's cache: RSA keys cost 50 ms each, and tests need hundreds."""
    _KEYS.mkdir(parents=True, exist_ok=True)
    path = _KEYS / f"{hashlib.sha256(conf.KEY_SECRET.encode()).hexdigest()[:8]}.json"
    stock = json.loads(path.read_text()) if path.exists() else []
    while len(stock) < size:
        key = server_keys._new_pooled_key()
        stock.append([key.spki, b64u_encode(key.private_key)])
    fresh = path.with_suffix(f".{os.getpid()}")  # another worker may be reading
    fresh.write_text(json.dumps(stock))
    fresh.replace(path)
    taken = set(Cell.objects.exclude(spki="").values_list("spki", flat=True))
    taken |= set(PooledKey.objects.values_list("spki", flat=True))
    free = [one for one in stock if one[0] not in taken]
    PooledKey.objects.bulk_create(
        PooledKey(spki=spki, private_key=b64u_decode(private)) for spki, private in free[:size]
    )


def give_box_key(round: Round) -> bytes:
    """Give a draft a tested box key and return its private half."""
    private = X25519PrivateKey.generate()
    scrutineer = round.scrutineers.first()
    epk = set_box_key(round, by=scrutineer, public=private.public_key().public_bytes_raw())
    raw = private.private_bytes_raw()
    confirm_box_key(round, by=scrutineer, key=sealing.content_key(raw, epk, round_id=round.public_id))
    round.refresh_from_db()
    return raw


class InlineBox(Batcher):
    """Writes each request at once, in the caller's thread: for tests inside a transaction, which no thread can join."""

    def submit(self, public_id: str, entries: Sequence[tuple[bytes, Row]], terms: Terms) -> Ticket:
        ticket = Ticket(frozenset(leaf for leaf, _row in entries))
        error: BaseException | None = None
        try:
            store.insert_sealed(public_id, [row for _leaf, row in entries])
        except store.TableMissing as caught:
            error = caught
        else:
            self._committed.update(dict.fromkeys(ticket.leaves))
        ticket.settle(error)
        return ticket


@dataclass
class Evaluator:
    """One evaluator's browser, as the reference client: draws once, casts as often as asked."""

    user: Any
    round: Round
    master: bytes = field(default_factory=new_master)
    tokens: dict[str, bytes] = field(default_factory=dict)
    #: The server's time of this browser's first draw, in milliseconds, and how many versions it has cast since.
    drawn_at: int | None = None
    revision: int = 0
    #: Every ballot made, as it was cast: no two are alike, so none can be made again.
    made: list[dict[str, Any]] = field(default_factory=list)

    def credential(self, cell: str) -> Credential:
        return Credential(self.master, self.round.public_id, cell)

    @property
    def cells(self) -> dict[str, str]:
        """This evaluator's papers: cell → public key."""
        return dict(Cell.objects.filter(assignments__evaluator=self.user, round=self.round).values_list("key", "spki"))

    def blinded(self) -> dict[str, bytes]:
        """What the browser would send to draw."""
        return {cell: self.credential(cell).blind(decode_spki(spki)).blinded for cell, spki in self.cells.items()}

    def draw(self) -> dict[str, bytes]:
        """Draw every paper and keep the unblinded tokens."""
        return self.keep(*issue_credentials(self.user, self.round, self.blinded()))

    def keep(self, signed: dict[str, bytes], drawn_at: int) -> dict[str, bytes]:
        """Unblind what the server signed."""
        cells = self.cells
        self.drawn_at = drawn_at if self.drawn_at is None else self.drawn_at
        self.tokens = {
            cell: self.credential(cell).finalize(decode_spki(cells[cell]), value) for cell, value in signed.items()
        }
        return self.tokens

    def entries(self, answers: dict[str, Any], *, revision: int | None = None) -> list[dict[str, Any]]:
        """Return one ballot a paper as it is cast, {entry, rev, nonce}; draws first if need be.

        The same answers on each, or, as {cell key: answers}, on each cell its own and nothing on the others.
        """
        if not self.tokens:
            self.draw()
        if revision is None:
            self.revision += 1
        drawn_at = self.drawn_at or 0
        own = {cell: one for cell, one in answers.items() if isinstance(one, dict)}
        entries = []
        for cell, token in self.tokens.items():
            if own and cell not in own:
                continue
            credential = self.credential(cell)
            number = credential.revision_of(self.revision, drawn_at=drawn_at) if revision is None else revision
            entries.append(dict(credential.make_cast(own.get(cell, answers), token=token, revision=number)))
        self.made += entries
        return entries


@dataclass
class RunningRound:
    """An open round with everything a test wants to hold, the box's private key too."""

    round: Round
    box_private: bytes
    evaluators: list[Evaluator]
    inline: InlineBox = field(default_factory=InlineBox)

    @property
    def answers(self) -> dict[str, Any]:
        """Answers that fit the scheme."""
        return dict.fromkeys(self.round.frozen_scheme.criterion_keys, self.round.frozen_scheme.max)

    def vote(self, evaluator: Evaluator, answers: dict[str, Any] | None = None, **kwargs: Any) -> list[dict[str, Any]]:
        """Cast all of one evaluator's papers and return the server's answers."""
        return self.cast(evaluator.entries(answers or self.answers, **kwargs))

    def cast(self, entries: list[Any], **kwargs: Any) -> list[dict[str, Any]]:
        """Cast what `Evaluator.entries` gives: through the batcher in a transactional test, else at once."""
        box = self.inline if connections[conf.BOX_DATABASE].in_atomic_block else None
        return cast(self.round.public_id, entries, box=box, **kwargs)

    def stuff(self, evaluator: Evaluator, answers: dict[str, Any] | None = None, **kwargs: Any) -> None:
        """Put one evaluator's sealed papers straight into the box, without the batcher: for tests of what follows."""
        public = box_public(self.round)
        length = ballot_papers.row_length(self.round)
        rows = [
            (
                sealing.new_row_id(),
                sealing.seal(canonical.dumps(entry), box_public=public, round_id=self.round.public_id, length=length),
            )
            for entry in evaluator.entries(answers or self.answers, **kwargs)
        ]
        store.insert_sealed(self.round.public_id, rows)

    def close(self) -> Round:
        """Close the round now, as the clock does."""
        self.round = close_round(self.round, by=None)
        return self.round


def make_ready_round(
    *, evaluators: int = 3, subjects: int = 1, classes: Sequence[str] = ("all",), **fields: Any
) -> RunningRound:
    """Return a draft that only needs opening: `evaluators` people, the first `subjects` of whom the others evaluate.

    With several classes the evaluators are dealt out among them in turn.
    """
    round = RoundFactory(**fields)
    members = [make_member(round, make_user(f"Person {n}", "staff")) for n in range(evaluators)]
    for member in members[:subjects]:
        subject = make_subject(round, member)
        others = [one.user for one in members if one != member]
        for order, voter_class in enumerate(classes):
            if group := others[order :: len(classes)]:
                make_cell(subject, group, voter_class)
    stock_key_pool(round.cells.count())
    server_keys.prepare_keys(round)
    private = give_box_key(round)
    people = [Evaluator(member.user, round) for member in members]
    return RunningRound(round, private, [one for one in people if one.cells])


def make_open_round(**kwargs: Any) -> RunningRound:
    """Return an open round; see make_ready_round."""
    running = make_ready_round(**kwargs)
    running.round = open_round(running.round, by=running.round.organiser)
    for evaluator in running.evaluators:
        evaluator.round = running.round
    return running
