"""What leaves the server for a box key that never comes near it: rows to open, without their contents."""

from peer_review.box import store
from peer_review.domain.keys.custody import probe_key
from peer_review.enums import RoundState
from peer_review.exceptions.base import RoundStateInvalid
from peer_review.models import Round
from zhengyan_crypto import canonical
from zhengyan_crypto.encoding import b64u_encode

#: The row with which a key is tested lies in no box, so it has no name of its own.
TEST_ROW = "0" * 32


def rows_file(round: Round) -> bytes:
    """Return the file for open_box.py: {"v", "round", "box", "rows": [{"id", "epk"}]}.

    In a draft it holds the test row, after closing every row that is still sealed. Nothing in it is secret: it opens
    nothing without the key.
    Raises: NoBoxKey; RoundStateInvalid unless draft or closed.
    """
    if round.state == RoundState.DRAFT:
        rows: list[dict[str, str]] = [{"id": TEST_ROW, "epk": b64u_encode(probe_key(round))}]
    elif round.state == RoundState.CLOSED:
        left = store.count_rows("closed", round.public_id)
        sealed = store.closed_rows(round.public_id, limit=left) if left else []
        rows = [{"id": row_id.hex(), "epk": b64u_encode(epk)} for row_id, epk in sealed]
    else:
        raise RoundStateInvalid(state=round.get_state_display())
    return canonical.dumps({"v": 1, "round": round.public_id, "box": round.box_public, "rows": rows})
