"""Rounds that have been counted or published, for the tests of what is read afterwards."""

import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.utils import timezone

from peer_review import audit_log
from peer_review.box import store
from peer_review.box.round_keys import destroy_round_key, make_round_key, round_key
from peer_review.domain.ballots.drawing import person_id
from peer_review.domain.keys import server_keys
from peer_review.domain.preflight.frozen_terms import freeze_exposure, logged_terms
from peer_review.domain.preflight.preflight import preflight
from peer_review.domain.preflight.subtraction import ExposedSubject, Subtraction
from peer_review.domain.publication.publish import publish_round
from peer_review.domain.rounds.lifecycle import open_round
from peer_review.domain.schemes.schemes import freeze_scheme
from peer_review.domain.tally import count
from peer_review.domain.tally.blocks import make_documents, written_count
from peer_review.domain.tally.bulletin import make_bulletin
from peer_review.domain.tally.fates import decide_fates, group_outcomes, is_blank, outcomes, round_totals
from peer_review.domain.tally.merged_groups import merge
from peer_review.enums import Audience, CellKind, RoundState
from peer_review.models import Assignment, Cell, CountRun, Drawn, Round, Sheet, Ticket, Urn
from peer_review.protocol.bulletin import Fate
from tests.factories.peer_review.rounds import (
    Evaluator,
    RoundFactory,
    RunningRound,
    SchemeFactory,
    make_cell,
    make_comment_cell,
    make_member,
    make_open_round,
    make_ready_round,
    make_sheet,
    make_subject,
    make_user,
    stock_key_pool,
)
from zhengyan_crypto import canonical, merkle, sealing
from zhengyan_crypto.encoding import b64u_decode


def content_keys(running: RunningRound, rows: list[dict[str, str]]) -> dict[bytes, bytes]:
    """Derive what the scrutineer's browser would send."""
    return {
        bytes.fromhex(row["id"]): sealing.content_key(
            running.box_private, b64u_decode(row["epk"]), round_id=running.round.public_id
        )
        for row in rows
    }


def open_box(running: RunningRound) -> None:
    """Open every row, as the scrutineer."""
    scrutineer = running.round.scrutineers.first()
    while rows := count.sealed_rows(running.round):
        count.open_rows(running.round, by=scrutineer, keys=content_keys(running, rows))


def count_all(running: RunningRound) -> Round:
    """Close if open, open the box, count; return the counted round."""
    if running.round.state == "open":
        running.close()
    open_box(running)
    count.finish_opening(running.round, by=running.round.scrutineers.first())
    running.round.refresh_from_db()
    return running.round


def publish(running: RunningRound) -> Round:
    """Count if need be, and publish."""
    if running.round.state != "counted":
        count_all(running)
    running.round = publish_round(running.round, by=running.round.organiser)
    return running.round


def open_ready(running: RunningRound) -> RunningRound:
    """Open a ready draft to which cells were added since."""
    stock_key_pool(running.round.cells.count())
    server_keys.prepare_keys(running.round)
    running.round = open_round(running.round, by=running.round.organiser)
    for evaluator in running.evaluators:
        evaluator.round = running.round
    return running


def make_voted_round(*, voters: int = 8, answers: dict[str, Any] | None = None, **kwargs: Any) -> RunningRound:
    """Return an open round in whose box `voters` evaluators have put their papers."""
    running = make_open_round(**kwargs)
    for at, evaluator in enumerate(running.evaluators[:voters]):
        running.stuff(evaluator, answers or {"quality": 70 + at, "spirit": 80})
    return running


def make_joined_round() -> RunningRound:
    """Return an open round in which two of five leaders and six of the staff have marked one person: fewer than the
    floor of five in one class."""
    scheme = SchemeFactory(floor=5, classes=[("leaders", 50), ("staff", 50)])
    running = make_ready_round(evaluators=12, subjects=0, scheme=scheme)
    first, *others = running.round.members.order_by("pk")
    users = [member.user for member in others]
    subject = make_subject(running.round, first)
    cells = {group: make_cell(subject, of, group) for group, of in (("leaders", users[:5]), ("staff", users[5:]))}
    running.evaluators = [Evaluator(user, running.round) for user in users]
    open_ready(running)
    running.evaluators = running.evaluators[:2] + running.evaluators[5:]
    for number, evaluator in enumerate(running.evaluators):
        cell = cells["leaders" if number < 2 else "staff"]
        running.stuff(evaluator, {cell.key: {"quality": 10 + number, "spirit": 90 - number}})
    return running


# Rounds whose ballots were never cast: for what is made of ballots and never asks whether they are genuine


def make_counted_round(
    cells: dict[tuple[Any, str], list[dict[str, Any]]],
    *,
    sections: dict[str, str] | None = None,
    ranks: dict[str, int] | None = None,
    heads: dict[str, Any] | None = None,
    visibility: dict[str, bool] | None = None,
    floor: int = 5,
    scale: str = "points",
    eligible: int = 0,
    comments: dict[str, list[str]] | None = None,
    reviewer: Any = None,
    asked: dict[str, list[str]] | None = None,
    earlier: Round | None = None,
    strangers: int = 0,
    exact: bool = True,
    people: dict[str, Any] | None = None,
    who: dict[tuple[Any, str], list[Any]] | None = None,
    coarse: Sequence[str] = (),
    sharing: dict[tuple[Any, str], list[str]] | None = None,
    not_anonymous: Sequence[str] = (),
    envelopes: dict[str, int] | None = None,
    writers: Sequence[Any] = (),
    **scheme: Any,
) -> Round:
    """Return a counted round in whose box lie these ballots: {(subject, voter class): [answers, …]}.

    A tuple of subjects makes a whole sheet, its answers keyed "1.quality" and so on. `sections` maps subjects to
    sections ("a" where it does not), `ranks` to the order of their ranks (1), `heads` sections to users who head them.
    Each cell has as many eligible voters as ballots, at least `eligible`. `comments` gives subjects a comment paper and
    the words cast on it; `asked` restricts criteria to voter classes. `earlier`: an earlier round, whose scheme is
    asked again, about the same people, of the same voters but for so many `strangers`. `exact`: with exact scores, so
    that tests of what is in a figure can say which; without, small groups are shown as ranges. `people`: who the
    subjects are, `who`: who the voters of each cell are. `coarse`: whose figures are shown in half-steps. `sharing`:
    cells whose paper several classes share, and these classes, the cell's own first. `not_anonymous`: classes that were
    declared so. `envelopes`: for how many voters about a subject a ticket was made, of marks and of words.
    `writers`: who holds each comment paper.
    """
    sharers = [key for keys in (sharing or {}).values() for key in keys]
    classes = list(dict.fromkeys([*(voter_class for _subject, voter_class in cells), *sharers])) or ["all"]
    shares = {1: [100], 2: [60, 40], 3: [50, 30, 20]}[len(classes)]
    made = (
        earlier.scheme
        if earlier is not None
        else SchemeFactory(
            floor=floor,
            scale=scale,
            classes=list(zip(classes, shares, strict=True)),
            comments=comments is not None,
            **scheme,
        )
    )
    known = {one.name: one.user for one in earlier.members.all()} if earlier is not None else {}
    known |= people or {}
    for criterion, of_classes in (asked or {}).items():
        made.criteria.filter(key=criterion).update(classes=of_classes)
    round = RoundFactory(
        scheme=made, state=RoundState.COUNTED, comment_reviewer=reviewer, not_anonymous=list(not_anonymous)
    )
    seen_by = Audience.values if not visibility else [key for key, shown in visibility.items() if shown]
    frozen = freeze_scheme(made, not_anonymous=not_anonymous)
    round.form = replace(frozen, audiences=frozenset(seen_by), exact_scores=exact).as_json()
    key = make_round_key(round.public_id)
    round.receipt_key, round.receipt_public = server_keys.make_receipt_key(key)
    round.fingerprint, round.manifest = "0" * 64, "{}"
    round.opened_at = round.closed_at = timezone.now() if earlier is not None else round.opens_at
    round.save()
    names = [name for of, _voter_class in cells for name in ([of] if isinstance(of, str) else of)]
    subjects = {
        name: make_subject(
            round,
            make_member(
                round,
                known.get(name) or make_user(name, "staff"),
                section=(sections or {}).get(name, "a"),
                rank_order=(ranks or {}).get(name, 1),
            ),
        )
        for name in dict.fromkeys(names)
    }
    held = Assignment.objects.filter(cell__round=earlier).select_related("evaluator").order_by("evaluator")
    voters: list[Any] = list(dict.fromkeys(one.evaluator for one in held))[strangers:]

    def some(papers: int) -> list[Any]:
        while len(voters) < max(eligible, papers):
            voters.append(make_user())
        return voters[: max(eligible, papers)]

    ballots = []
    sheets: dict[tuple[str, ...], Sheet] = {}
    for (of, voter_class), papers in cells.items():
        if isinstance(of, str):
            named = who[of, voter_class] if who is not None else some(len(papers))
            cell = make_cell(subjects[of], named, voter_class)
        else:
            listed = [subjects[name] for name in of]
            cell = make_sheet(listed, some(len(papers)), voter_class, sheet=sheets.get(of))
            sheets[of] = cell.sheet
        cell.shared_by = (sharing or {}).get((of, voter_class), [])
        cell.save()
        ballots += _put_in(cell, papers)
    for name, words in (comments or {}).items():
        cell = make_comment_cell(subjects[name], writers or some(len(words)))
        ballots += _put_in(cell, [{"text": text} for text in words])
    for section, user in (heads or {}).items():
        make_member(round, user, section=section, is_head=True)
    for number, (name, many) in enumerate((envelopes or {}).items(), 1):
        issue_tickets(round.cells.filter(subject=subjects[name]), many, number=number)
    write_count(round, ballots)
    size = make_bulletin(round, written_count(round.public_id)).size
    destroy_round_key(round.public_id)
    CountRun.objects.create(round=round, phase="done", done=size, total=size, accepted=size)
    shown_coarse = tuple(
        ExposedSubject(at, subject.pk, subject.key, subject.label, frozenset(), ())
        for at, subject in enumerate(subjects.values())
        if subject.label in coarse
    )
    freeze_exposure(round, replace(preflight(round), subtraction=Subtraction(coarse=shown_coarse)))
    round.save()
    audit_log.record(round, "peer_review.round.open", by=None, **logged_terms(round))
    return round


def issue_tickets(cells: Iterable[Cell], many: int, *, number: int = 1) -> Urn:
    """Return an urn for these papers with so many tickets, as if a scrutineer had made them."""
    cells = list(cells)
    urn = Urn.objects.create(round=cells[0].round, number=number, envelopes=many)
    urn.cells.set(cells)
    digests = (bytes([number]) * 16 + at.to_bytes(16) for at in range(many))
    Ticket.objects.bulk_create(Ticket(urn=urn, digest=digest) for digest in digests)
    return urn


def write_count(round: Round, ballots: list[store.Ballot]) -> None:
    """Write what the count would write of these ballots: the ladder decides which of them are kept, and how."""
    counted = Counter(ballot.cell for ballot in ballots)
    comments = set(round.cells.filter(kind=CellKind.COMMENT).values_list("key", flat=True))
    written = Counter(ballot.cell for ballot in ballots if ballot.cell in comments and not is_blank(ballot.entry))
    fates = decide_fates(round, counted, written=written)
    groups = {
        number: merge(
            cells,
            [ballot.entry for ballot in ballots if ballot.cell in cells],
            floor=round.frozen_scheme.floor + fates.known_of(number),
        )
        for number, cells in fates.groups.items()
    }
    rows = outcomes(round, fates)
    leaves: dict[str, list[bytes]] = {}
    for ballot in ballots:
        leaves.setdefault(ballot.cell, []).append(merkle.leaf_hash(ballot.entry))
    documents = [fates.document()]
    documents += [document for number, group in groups.items() for document in group.documents(number)]
    digests = {number: group.digest for number, group in groups.items()}
    totals = round_totals(round, fates, counted)
    documents += make_documents(rows, group_outcomes(digests), totals, leaves, key=round_key(round.public_id))
    alone = fates.of(Fate.COUNTED)
    store.write_ballots(round.public_id, sorted(ballot for ballot in ballots if ballot.cell in alone), documents)


def let_draw(round: Round, users: list[int]) -> None:
    """Put down that these users (primary keys) have drawn, without a browser."""
    key = round_key(round.public_id)
    rows = [Drawn(id=person_id(key, user), value=b"value") for user in users]
    Drawn.objects.bulk_create(rows, ignore_conflicts=True)


def forget_draw(round: Round, user: Any) -> None:
    """Let one person not have drawn: as if somebody had signed a credential past the draw."""
    Drawn.objects.filter(id=person_id(round_key(round.public_id), user.pk)).delete()


def _put_in(cell: Cell, papers: list[dict[str, Any]]) -> list[store.Ballot]:
    """Return ballots with these answers, and let as many of the cell's voters have drawn."""
    let_draw(cell.round, list(cell.assignments.order_by("pk").values_list("evaluator_id", flat=True)[: len(papers)]))
    made = []
    for answers in papers:
        token = secrets.token_bytes(32)
        ballot = {"a": answers, "cell": cell.key, "pk": token.hex(), "pre": ""}
        entry = canonical.dumps({"ballot": ballot, "tok": ""})
        made.append(store.Ballot(token, cell.key, entry))
    return made


def make_published_round(cells: dict[tuple[Any, str], list[dict[str, Any]]], **kwargs: Any) -> Round:
    """Return a published round; see make_counted_round."""
    round = make_counted_round(cells, **kwargs)
    return publish_round(round, by=round.organiser)


def papers(n: int, quality: Any = 80, spirit: Any = 70) -> list[dict[str, Any]]:
    """Return n ballots with the same answers."""
    return [{"quality": quality, "spirit": spirit} for _one in range(n)]


def spread(n: int, middle: int = 80) -> list[dict[str, Any]]:
    """Return n ballots whose answers differ."""
    return [{"quality": middle - 10 + at % 21, "spirit": middle - 10 + at * 7 % 21} for at in range(n)]


def thin(n: int, middle: int = 80, *, floor: int = 5) -> list[dict[str, Any]]:
    """Return ballots of which n answer and the others do not know: enough to stand alone, with too few answers."""
    unknown = {"quality": "dk", "spirit": "dk"}
    return [*spread(n, middle), *[unknown for _ballot in range(max(0, floor - n))]]


def make_crossed_round() -> Round:
    """Four subjects in two sections and two ranks; of each pair one, marked by three leaders and four of the staff.

    Others of both classes say that they do not know enough.
    """
    return make_published_round(
        {(name, group): thin(n, 70) for name in "甲乙丙丁" for group, n in (("leaders", 3), ("staff", 4))},
        sections={"甲": "a", "乙": "a", "丙": "b", "丁": "b"},
        ranks={"甲": 1, "乙": 2, "丙": 1, "丁": 2},
        eligible=10,
    )
