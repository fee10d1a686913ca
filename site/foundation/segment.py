"""Text to words, for Chinese and everything else, the same way into the index and out of a query.

Databases split text at spaces, and Chinese has none. The index therefore holds, for every run of Chinese:
the words of the jieba dictionary, every pair of neighbouring characters, and every single character. A query
is cut into words and each word into its pairs: what the reader types as one word must stand together in the
text, and two words may stand apart. Pairs find names and words that no dictionary knows.

Both functions are harmless to apply twice.
"""

import re
import unicodedata

import rjieba

# PostgreSQL refuses a document whose distinct words need more than 1 MB; a page beyond this is found by its start.
INDEXED_CHARACTERS = 60_000
QUERY_CHARACTERS = 200
QUERY_WORDS = 40
# No word is longer; what is, is noise, and PostgreSQL would drop it.
WORD_CHARACTERS = 64

_HAN = "\u3005\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U000323af"
_PIECE = re.compile(f"(?P<han>[{_HAN}]+)|(?P<word>[^\\W_{_HAN}]+)")
_LETTERS_OR_DIGITS = re.compile(r"[^\W\d_]+|\d+")
# Grammar words that say nothing about a document: left out of a query that holds anything else.
_PARTICLES = frozenset("的了和与及之地得在是")


def segment(text: str) -> str:
    """Return the words of `text` to put into a search index, separated by spaces."""
    words: list[str] = []
    for run, is_han in _pieces(text[:INDEXED_CHARACTERS]):
        if is_han:
            words += [word for word in rjieba.cut_for_search(run) if len(word) > 2]
            words += _pairs(run)
            words += run
        else:
            words.append(run)
            parts = _LETTERS_OR_DIGITS.findall(run)
            if len(parts) > 1:
                words += parts
    return " ".join(word for word in words if len(word) <= WORD_CHARACTERS)


def query_terms(text: str) -> list[str]:
    """Return the words of a query as a reader sees them, to mark them in what was found."""
    terms: list[str] = []
    for run, is_han in _pieces(text[:QUERY_CHARACTERS]):
        terms += rjieba.cut(run) if is_han else [run]
    distinct = list(dict.fromkeys(terms))[:QUERY_WORDS]
    return [term for term in distinct if term not in _PARTICLES] or distinct


def segment_query(text: str) -> str:
    """Return the words that a document must all contain to answer `text`; empty when there is none."""
    words: list[str] = []
    for run, is_han in _pieces(text[:QUERY_CHARACTERS]):
        if is_han:
            for word in rjieba.cut(run):
                words += _pairs(word) or [word]
        else:
            words.append(run[:WORD_CHARACTERS])
    distinct = list(dict.fromkeys(words))
    telling = [word for word in distinct if word not in _PARTICLES]
    return " ".join((telling or distinct)[:QUERY_WORDS])


def _pieces(text: str) -> list[tuple[str, bool]]:
    """Return the runs of word characters in `text` and whether each is Chinese (or kana, or hangul)."""
    folded = unicodedata.normalize("NFKC", text).lower()
    visible = "".join(character for character in folded if unicodedata.category(character) != "Cf")
    return [(match.group(), match.lastgroup == "han") for match in _PIECE.finditer(visible)]


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]
