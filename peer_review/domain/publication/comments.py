"""Comments: read by their reviewer after the count, shown with the results after publication, else nowhere.

Their words stay in the ballot box until then. The main database learns, before publication, only which are withheld,
by a keyed digest; comments of a subject that has fewer than the floor leave the box in no direction at all. Nobody can
tell which of them came by an envelope or from a class declared not anonymous: as many must be left beyond the floor.
"""

import json
import secrets
from dataclasses import dataclass

from django.db import transaction
from django.utils.crypto import salted_hmac

from peer_review import audit_log
from peer_review.box import store
from peer_review.domain.locks import lock_round
from peer_review.domain.tally.fates import read_known
from peer_review.enums import CellKind, RoundState
from peer_review.exceptions.base import ReasonMissing
from peer_review.exceptions.publication import (
    WITHHOLDING_REASON_MISSING,
    CommentsUnreviewed,
    ReviewFinished,
    UnknownComment,
)
from peer_review.models import Comment, Round, Subject
from peer_review.users import User

REASON_LENGTH = 200
BATCH = 1000


@dataclass(frozen=True, slots=True)
class ReadComment:
    """One counted comment as its reviewer reads it. `entry` names it to the server alone."""

    entry: str
    text: str
    withheld: bool
    reason: str


@dataclass(frozen=True, slots=True)
class SubjectComments:
    """The comments of one subject that has enough of them.

    known: of how many of them somebody else than their authors may know who wrote them, by an envelope or in a class
    declared not anonymous. Nobody can tell which: so beyond the floor as many more must be left.
    """

    subject: Subject
    comments: tuple[ReadComment, ...]
    floor: int
    known: int = 0

    @property
    def enough(self) -> int:
        """How many must be left for any to be shown."""
        return self.floor + self.known

    @property
    def remaining(self) -> int:
        """How many are not withheld."""
        return sum(not comment.withheld for comment in self.comments)

    @property
    def spare(self) -> int:
        """How many more may be withheld before too few are left to show any."""
        return max(0, self.remaining - self.enough)

    @property
    def is_shown(self) -> bool:
        """Whether publication would show those that are left."""
        return self.remaining >= self.enough


def comments_to_review(round: Round) -> list[SubjectComments]:
    """Return the comments of every subject that has enough of them, in the roll's order; each subject's are shuffled
    by a secret, the same way each time, so that the reviewer finds the place again.

    Reads the box through. Three queries of the main database.
    """
    floor = round.frozen_scheme.floor
    cells = dict(round.cells.filter(kind=CellKind.COMMENT).values_list("key", "subject_id"))
    if not cells:
        return []
    texts: dict[int, list[tuple[str, str]]] = {}
    for ballot in store.ballots(round.public_id):
        if (subject := cells.get(ballot.cell)) is None:
            continue
        text = json.loads(ballot.entry)["ballot"]["a"]["text"].strip()
        if text:
            texts.setdefault(subject, []).append((_entry_name(round, ballot.token), text))
    withheld = dict(Comment.objects.filter(subject__round=round, withheld=True).values_list("entry", "reason"))
    numbers = read_known(round.public_id)
    known = {subject: numbers.get(cell, 0) for cell, subject in cells.items()}
    everything = (
        SubjectComments(
            subject=subject,
            comments=tuple(
                ReadComment(entry=entry, text=text, withheld=entry in withheld, reason=withheld.get(entry, ""))
                for entry, text in sorted(texts[subject.pk])
            ),
            floor=floor,
            known=known[subject.pk],
        )
        for subject in round.subjects.order_by("sort_order", "pk")
        if subject.pk in texts
    )
    return [reviewed for reviewed in everything if len(reviewed.comments) >= reviewed.enough]


def review_is_due(round: Round) -> bool:
    """Whether publication must wait for the reviewer: there are enough comments of somebody, unreviewed.

    A reviewer whose account was closed meanwhile holds nothing up: nobody has read the comments, so none is shown.
    Reads the box through.
    """
    if round.comments_reviewed or not _has_reviewer(round):
        return False
    return bool(comments_to_review(round))


@transaction.atomic
def withhold_comment(round: Round, *, by: User, entry: str, reason: str) -> Comment:
    """Keep one comment from being shown, with a reason that goes on record; its words do not.

    Withholding it again gives it the new reason.
    Raises: RoundStateInvalid, ReviewFinished, ReasonMissing, UnknownComment.
    """
    round = _lock_for_review(round)
    reason = " ".join(reason.split())[:REASON_LENGTH]
    if not reason:
        raise ReasonMissing(WITHHOLDING_REASON_MISSING)
    subject = _subject_of(round, entry)
    comment, _created = Comment.objects.update_or_create(
        subject=subject, entry=entry, defaults={"withheld": True, "text": "", "reason": reason}
    )
    audit_log.record(round, "peer_review.comment.withhold", by=by, subject=subject.label, reason=reason)
    return comment


@transaction.atomic
def readmit_comment(round: Round, *, by: User, entry: str) -> None:
    """Let a withheld comment be shown after all.

    Raises: RoundStateInvalid, ReviewFinished, UnknownComment.
    """
    round = _lock_for_review(round)
    comment = Comment.objects.filter(subject__round=round, withheld=True, entry=entry).first() if entry else None
    if comment is None:
        raise UnknownComment
    audit_log.record(round, "peer_review.comment.readmit", by=by, subject=comment.subject.label)
    comment.delete()


@transaction.atomic
def finish_review(round: Round, *, by: User) -> Round:
    """Record that the comments have been reviewed, so that the results may be published.

    Raises: RoundStateInvalid, ReviewFinished.
    """
    round = _lock_for_review(round)
    round.comments_reviewed = True
    round.save(update_fields=["comments_reviewed"])
    withheld = Comment.objects.filter(subject__round=round, withheld=True).count()
    audit_log.record(round, "peer_review.comment.review", by=by, withheld=withheld)
    return round


def take_out_comments(round: Round) -> int:
    """Write the comments that may be shown, those of all subjects shuffled together, and return how many.

    Called by domain.results in the transaction that publishes. None of a subject of whom fewer than the floor would
    be left; none at all of a round that nobody reviewed.
    Raises: CommentsUnreviewed.
    """
    if not round.frozen_scheme.comments:
        return 0
    if review_is_due(round):
        raise CommentsUnreviewed(name=_reviewer_name(round))
    rows = []
    if round.comments_reviewed:
        rows = [
            Comment(subject=reviewed.subject, text=comment.text)
            for reviewed in comments_to_review(round)
            if reviewed.is_shown
            for comment in reviewed.comments
            if not comment.withheld
        ]
    secrets.SystemRandom().shuffle(rows)
    Comment.objects.bulk_create(rows, batch_size=BATCH)
    # Nothing ties a decision to its ballot any more.
    Comment.objects.filter(subject__round=round, withheld=True).update(entry="")
    return len(rows)


def _lock_for_review(round: Round) -> Round:
    locked = lock_round(round, expect={RoundState.COUNTED})
    if locked.comments_reviewed:
        raise ReviewFinished
    return locked


def _subject_of(round: Round, entry: str) -> Subject:
    for reviewed in comments_to_review(round):
        if any(comment.entry == entry for comment in reviewed.comments):
            return reviewed.subject
    raise UnknownComment


def _entry_name(round: Round, token: bytes) -> str:
    """Return the digest that names a counted ballot; without the site's secret it leads from no ballot to it."""
    value = f"{round.public_id}|{token.hex()}"
    return salted_hmac("peer_review.comment", value, algorithm="sha256").hexdigest()


def _has_reviewer(round: Round) -> bool:
    return bool(round.comment_reviewer is not None and round.comment_reviewer.is_active)


def _reviewer_name(round: Round) -> str:
    return str(round.comment_reviewer.get_full_name()) if round.comment_reviewer is not None else ""
