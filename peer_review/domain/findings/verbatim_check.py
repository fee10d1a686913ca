"""The check of findings against comments: a sentence repeated word for word shows its writer's style to colleagues."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

#: So many Chinese characters, or so many words of other scripts, in a row are somebody's words (own).
CHARACTERS, WORDS = 8, 5
_CHINESE = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(rf"[{_CHINESE}]|[^\W_{_CHINESE}]+(?:['’][^\W_{_CHINESE}]+)*")


def first_verbatim_run(text: str, others: Iterable[str]) -> str:
    """Return the first run of `text` that stands in one of the others as well, empty if none does.

    A run is CHARACTERS Chinese characters or WORDS words; where both mix, a character counts as an eighth and a word as
    a fifth. Punctuation, spaces, width and capitals make no difference.
    """
    own = dict(_runs(text))
    if not own:
        return ""
    repeats = {run for other in others for run, _words in _runs(other) if run in own}
    return next((words for run, words in own.items() if run in repeats), "")


def _runs(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every shortest run that would be too long, as its tokens and as it is written."""
    text = unicodedata.normalize("NFKC", text)
    tokens = list(_TOKEN.finditer(text))
    weights = [WORDS if re.match(f"[{_CHINESE}]", token.group()) else CHARACTERS for token in tokens]
    end = weight = 0
    for start in range(len(tokens)):
        while end < len(tokens) and weight < CHARACTERS * WORDS:
            weight += weights[end]
            end += 1
        if weight < CHARACTERS * WORDS:
            return
        run = tuple(token.group().casefold().replace("’", "'") for token in tokens[start:end])
        yield run, text[tokens[start].start() : tokens[end - 1].end()]
        weight -= weights[start]
