"""Which ballots are the last of their credentials, over all of a round at once."""

import numpy as np
import numpy.typing as npt

from .scales import Ints

Bytes = npt.NDArray[np.uint8]
#: A hash as four numbers, the first the most significant: they sort as its bytes do.
_WORD = np.dtype(">u8")


def latest(token: Bytes, revision: npt.NDArray[np.integer], leaf: Bytes) -> Ints:
    """Return the places of one ballot a token, in the order of tokens: the highest revision; of equal ones, the
    lowest leaf hash.

    Shape: token and leaf are (ballots, 32), revision is (ballots,), whole numbers of any kind; returns (tokens,).
    Most tokens differ in their first eight bytes already. Only those that do not are compared whole.
    """
    first = _words(token)[:, 0].astype(np.uint64)
    order = np.argsort(first)
    first = first[order]
    like_last = np.zeros(len(order), dtype=bool)
    like_last[1:] = first[1:] == first[:-1]
    (at,) = np.nonzero(like_last)
    if not len(at):
        return order
    # Rows that share those bytes lie side by side: sorting them all leaves each in the stretch where it was.
    (alike,) = np.nonzero(like_last | np.append(like_last[1:], False))
    rows = order[alike]
    leaves, tokens = _words(leaf[rows]), _words(token[rows])
    # Every bit turned over: that falls as the revision rises, for signed and unsigned numbers alike. Minus would not:
    # of 64 unsigned bits, minus 0 is 0, and what does not fit 63 is no int64.
    newest = ~revision[rows]
    keys = (*(leaves[:, word] for word in (3, 2, 1, 0)), newest, *(tokens[:, word] for word in (3, 2, 1, 0)))
    order[alike] = rows[np.lexsort(keys)]
    replaced = (token[order[at]] == token[order[at - 1]]).all(axis=1)
    return np.delete(order, at[replaced])


def _words(hashes: Bytes) -> npt.NDArray[np.uint64]:
    words: npt.NDArray[np.uint64] = np.ascontiguousarray(hashes).view(_WORD)
    return words
