"""The one length of every sealed row of a round."""

from collections.abc import Iterable

from peer_review.protocol.papers import Paper, longest_answers
from zhengyan_crypto import canonical, sealing

#: Largest revision a ballot may carry: six digits, so that a change of mind never changes a row's length.
MAX_REVISION = 999_999


def row_length(papers: Iterable[Paper], *, token_length: int = 256) -> int:
    """Return the one length, in bytes, that every sealed row of a round with these papers has.

    It is that of the longest ballot any of them allows, rounded up: no row tells what kind of paper it
    holds. `token_length` is that of the cells' signatures.
    """
    entry = {
        "ballot": {
            "v": 1,
            "round": "0" * 32,
            "cell": "0" * 16,
            "pk": "A" * 43,
            "pre": "A" * 43,
            "rev": MAX_REVISION,
            "a": {},
        },
        "sig": "A" * 86,
        "tok": "A" * -(-token_length * 4 // 3),
    }
    answers = max(len(canonical.dumps(longest)) for longest in longest_answers(papers)) - len("{}")
    return sealing.sealed_length(len(canonical.dumps(entry)) + answers)
