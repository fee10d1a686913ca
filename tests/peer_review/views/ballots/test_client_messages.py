"""The scripts speak only sentences that the page carries, and the page carries none that nobody speaks."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import peer_review
from peer_review.views.ballots import client_messages, envelope_messages
from peer_review.views.keys.client_messages import scrutineer

SOURCE = Path(peer_review.__file__).parent / "static_src" / "src"


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (["ballot/*.js", "ui/marks.js", "ui/comment.js", "ui/questions.js", "ui/dom.js"], client_messages.ballot),
        (["pages/check.js"], client_messages.check),
        (["pages/scrutineer.js", "keys/*.js", "ui/dom.js"], scrutineer),
        (["pages/envelopes.js", "ui/errors.js"], envelope_messages.envelopes),
        (["pages/kiosk.js", "ui/errors.js"], envelope_messages.kiosk),
    ],
)
def test_scripts_and_sentences_fit(page: list[str], said: Callable[[], dict[str, object]]) -> None:
    script = "".join(path.read_text() for name in page for path in SOURCE.glob(name))
    carried = said()
    spoken = set(re.findall(r"words\.(\w+)", script))
    named = set(re.findall(r"ClientError\(\"(\w+)\"\)", script)) | {"bad_bulletin"}
    parts = {f"status_{state}" for state in ("empty", "partial", "broken", "done", "skipped")}

    assert spoken - set(carried) == set()
    assert set(carried) - spoken - named - parts == set()
