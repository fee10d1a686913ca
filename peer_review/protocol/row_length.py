"""The one length of every sealed row of a round."""

from collections.abc import Iterable

from peer_review.protocol.papers import Paper, longest_answers
from peer_review.protocol.revisions import MAX_REVISION, write_revision
from zhengyan_crypto import canonical, sealing


def row_length(papers: Iterable[Paper], *, token_length: int = 256) -> int:
    """Return the one length, in bytes, that every sealed row of a round with these papers has.

    It is that of the longest ballot any of them allows, rounded up: no row tells what kind of paper it
    holds, nor which version of it, for all else in a cast has one length. `token_length` is that of the cells'
    signatures.
    """
    cast = {
        "entry": {
            "ballot": {
                "v": 2,
                "round": "0" * 32,
                "cell": "0" * 16,
                "pk": "A" * 43,
                "pre": "A" * 43,
                "salt": "A" * 43,
                "a": {},
            },
            "sig": "A" * 86,
            "tok": "A" * -(-token_length * 4 // 3),
        },
        "rev": write_revision(MAX_REVISION),
        "nonce": "A" * 22,
    }
    answers = max(len(canonical.dumps(longest)) for longest in longest_answers(papers)) - len("{}")
    return sealing.sealed_length(len(canonical.dumps(cast)) + answers)
