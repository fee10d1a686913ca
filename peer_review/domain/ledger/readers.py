"""Readers of published figures: whoever reads is named to the ledger as a role, with the channel, never as a person.

A function that returns published figures takes a `Reader` and records by it what it returns. A page, a file or an
interface that shows figures cannot get them otherwise.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from peer_review.domain.ledger.ledger import audience_of, note_all, note_refused
from peer_review.enums import Channel, RefusedReason
from peer_review.models import Round, Subject
from peer_review.users import User


@dataclass(frozen=True, slots=True)
class Reader:
    """A user, and the channel through which figures reach this user.

    role: the audience that the ledger names, where it does not follow from the user and from what is read.
    """

    user: User
    channel: Channel = Channel.PAGE
    role: str = ""

    def record(
        self,
        round: Round,
        scopes: Iterable[str],
        *,
        subject: Subject | None = None,
        section_key: str = "",
        role: str = "",
    ) -> None:
        """Record that the figures of these scopes were shown to the reader. One query where all are known already.

        `subject`, or `section_key`: what the figures are of; neither: the whole round. It decides in which role the
        reader reads, which costs one query or two more; `role`, where what is read is for one role only.
        """
        audience = self.role or role or audience_of(self.user, round, subject=subject, section_key=section_key)
        note_all(round, scopes=scopes, channel=self.channel, audience=audience)

    def record_sections(self, round: Round, scopes: Mapping[str, Iterable[str]]) -> None:
        """Record figures that were shown together, by the key of the section that they are read for."""
        by_audience: dict[str, list[str]] = {}
        for section_key, of_section in scopes.items():
            audience = self.role or audience_of(self.user, round, section_key=section_key)
            by_audience.setdefault(audience, []).extend(of_section)
        for audience, together in by_audience.items():
            note_all(round, scopes=together, channel=self.channel, audience=audience)

    def record_held_back(self, round: Round, scopes: Iterable[str], *, reason: RefusedReason) -> None:
        """Record that the figures of these scopes were not shown, and why. Two queries at most."""
        note_refused(round, scopes=scopes, reason=reason)
