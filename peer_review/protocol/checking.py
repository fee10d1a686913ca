"""Checking many ballots of one round: what check_cast finds, faster, and in other processes where that pays.

A canonical text has one form only, so an honest cast can be read by a pattern instead of a parser, and what its
author signed is a part of that text. Whatever the pattern does not know goes the long way: parsed, written again,
compared, checked field by field. The tests hold both ways equal, fault for fault.

`main` is such a process (domain.tally.check_pool starts them). Through its standard input come
the manifest's public keys, the papers, and casts; through its standard output goes what the count keeps of each. It
is given no secret and no database, knows no Django, and writes nothing to any disk.
"""

import contextlib
import hashlib
import json
import pickle
import re
import struct
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import IO, Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from peer_review.protocol.ballots import check_cast, check_revision, check_signatures, entry_of, token_message
from peer_review.protocol.papers import Paper, broken_rules
from zhengyan_crypto import blindsig, canonical, merkle
from zhengyan_crypto.encoding import b64u_decode
from zhengyan_crypto.errors import BadAnswers, CryptoError

#: One row: SHA-256 of the credential's public key, leaf hash, revision, number of the cell, number of the fault.
RECORD: Final = struct.Struct("<32s32sQIB")
#: How a message to a checking process begins: the length of what follows.
LENGTH: Final = struct.Struct("<Q")
#: What a checking process says once it can work.
READY: Final = b"zhengyan checks\n"

# A cast in canonical form: keys in order, nothing between them, no unused bits at the end of base64url.
_CAST = re.compile(
    rb'\{"entry":\{"ballot":(\{"a":\{([^{}]*)\},"cell":"([0-9a-f]{16})"'
    rb',"pk":"([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])","pre":"([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])"'
    rb',"round":"([0-9a-f]{32})","salt":"([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])","v":2\})'
    rb',"sig":"([A-Za-z0-9_-]{85}[AQgw])","tok":"([A-Za-z0-9_-]+)"\}'
    rb',"nonce":"([A-Za-z0-9_-]{21}[AQgw])","rev":"([0-7][0-9a-f]{15})"\}'
)
_SIGNED = b"anon-ballot/v2\n"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the ballots of a round are checked against, all of it public: `cells` maps cell to base64url SPKI, `papers`
    cell to what its ballots must look like."""

    round_id: str
    cells: Mapping[str, str]
    papers: Mapping[str, Paper]


class Sound(NamedTuple):
    """What the count keeps of a cast that counts. `token` is SHA-256 of the credential's public key."""

    token: bytes
    leaf: bytes
    revision: int
    cell: str


class _Cell(NamedTuple):
    name: str
    key: RSAPublicKey
    paper: Paper
    answers: re.Pattern[bytes]


class RoundChecker:
    """Checks the ballots of one round. Keeps each cell's key from its first ballot on."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._numbers = {cell: number for number, cell in enumerate(terms.cells)}
        self._round = terms.round_id.encode("ascii")
        self._known: dict[bytes, _Cell | None] = {}
        self._patterns: dict[Paper, re.Pattern[bytes] | None] = {}

    def check(self, raw: bytes) -> Sound:
        """Return what check_cast(loads_canonical(raw)) would find.

        Raises: what that would raise.
        """
        match = _CAST.fullmatch(raw)
        if match is not None and match[6] == self._round:
            cell = self._cell(match[3])
            if cell is not None and cell.answers.fullmatch(raw, *match.span(2)):
                return self._check_quickly(raw, match, cell)
        value, terms = canonical.loads_canonical(raw), self.terms
        cast = check_cast(value, round_id=terms.round_id, cells=terms.cells, papers=terms.papers)
        return Sound(cast.token, cast.leaf, cast.revision, cast.cell)

    def check_many(self, raws: Iterable[bytes]) -> bytes:
        """Return one RECORD a row: zeros and the fault's number in FAULTS, from 1, where the row is no ballot."""
        records = bytearray()
        for raw in raws:
            try:
                token, leaf, revision, cell = self.check(raw)
            except CryptoError as fault:
                records += RECORD.pack(b"", b"", 0, 0, FAULTS.index(fault.code) + 1)
            else:
                records += RECORD.pack(token, leaf, revision, self._numbers[cell], 0)
        return bytes(records)

    def _check_quickly(self, raw: bytes, match: re.Match[bytes], cell: _Cell) -> Sound:
        public_key, prefix, salt, signature, token, nonce = (
            b64u_decode(match[at].decode("ascii")) for at in (4, 5, 7, 8, 9, 10)
        )
        revision = int(match[11], 16)
        signed_blind = token_message(self.terms.round_id, cell.name, public_key=public_key, prefix=prefix)
        check_signatures(cell.key, token, signed_blind, public_key, signature, _SIGNED + match[1])
        check_revision(salt, nonce, revision)
        if cell.paper.rules and (broken := broken_rules(json.loads(b"{%b}" % match[2]), cell.paper)):
            raise BadAnswers(f"the sheet breaks a rule: {broken[0].kind}")
        return Sound(hashlib.sha256(public_key).digest(), merkle.leaf_hash(entry_of(raw)), revision, cell.name)

    def _cell(self, name: bytes) -> _Cell | None:
        """Return a cell whose ballots a pattern can read; None for an unknown one, for a key that may not be used, and
        for papers of words."""
        if name not in self._known:
            self._known[name] = self._read_cell(name.decode("ascii"))
        return self._known[name]

    def _read_cell(self, name: str) -> _Cell | None:
        if name not in self.terms.cells:
            return None
        paper = self.terms.papers[name]
        if paper not in self._patterns:
            self._patterns[paper] = paper.written()
        if (pattern := self._patterns[paper]) is None:
            return None
        with contextlib.suppress(CryptoError):
            return _Cell(name, blindsig.decode_spki(self.terms.cells[name]), paper, pattern)
        return None


def _codes(kind: type[CryptoError]) -> set[str]:
    return {kind.code}.union(*(_codes(subclass) for subclass in kind.__subclasses__()))


#: Codes of what can be wrong with a row.
FAULTS: Final = tuple(sorted(_codes(CryptoError)))


# The process


def send(pipe: IO[bytes], message: Terms | list[bytes]) -> None:
    """Write one message to a checking process: first the Terms, then lists of casts."""
    data = pickle.dumps(message, protocol=5)
    pipe.write(LENGTH.pack(len(data)))
    pipe.write(data)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Terms | list[bytes]:
    """Return the next message.

    Raises: EOFError when whoever asks is gone.
    """
    header = pipe.read(LENGTH.size)
    if len(header) < LENGTH.size:
        raise EOFError
    (length,) = LENGTH.unpack(header)
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    # It comes from the process that started this one, through a pipe that nobody else has.
    message: Terms | list[bytes] = pickle.loads(data)  # noqa: S301
    return message


def serve(asked: IO[bytes], answers: IO[bytes]) -> None:
    """Check what comes until nothing comes any more."""
    with contextlib.suppress(EOFError):
        terms = _receive(asked)
        if not isinstance(terms, Terms):
            raise TypeError("the first message names the terms")
        checker = RoundChecker(terms)
        answers.write(READY)
        answers.flush()
        while isinstance(casts := _receive(asked), list):
            answers.write(checker.check_many(casts))
            answers.flush()


def _leave_no_core() -> None:
    """A crash must not write the memory of this process, and with it ballots, to a disk."""
    try:
        import resource  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Be such a process."""
    _leave_no_core()
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        serve(sys.stdin.buffer, sys.stdout.buffer)
