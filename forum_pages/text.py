"""Text between the keyboard and the page: normalising, Markdown, sanitising, cutting into words.

No Django import: everything here is a function of its arguments.
"""

import re
import unicodedata
from functools import cache

import nh3
from markdown_it import MarkdownIt

#: Characters that reorder the text around them, so that what is read differs from what is written.
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
#: Characters without width, by which two different titles look the same and words hide from the search.
ZERO_WIDTH = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064"
    "\u206a\u206b\u206c\u206d\u206e\u206f\u3164\ufeff\uffa0\ufff9\ufffa\ufffb"
)

_BIDI = re.compile(f"[{BIDI}]")
_INVISIBLE = re.compile(f"[{BIDI}{ZERO_WIDTH}\U000e0000-\U000e0fff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# Marks piled on one letter spill over the lines around it.
_PILED_MARKS = re.compile(
    r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]{4})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]+"
)

_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_WORD = re.compile(rf"[{_CJK}]+|[^\W{_CJK}]+")

_TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


def clean_title(raw: str) -> str:
    """Return the title in one line, in NFC, without invisible, reordering and control characters."""
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFC", raw))
    return " ".join(_PILED_MARKS.sub(r"\1", _CONTROL.sub(" ", visible)).split())


def clean_source(raw: str) -> str:
    """Return a text as it is stored: NFC, one kind of line end, no control characters. Nothing visible changes."""
    text = unicodedata.normalize("NFC", raw).replace("\r\n", "\n").replace("\r", "\n")
    return _PILED_MARKS.sub(r"\1", _CONTROL.sub("", text)).strip("\n")


def has_visible_text(text: str) -> bool:
    """Return whether a reader would see anything of the text."""
    return any(unicodedata.category(character)[0] not in "ZC" for character in _INVISIBLE.sub("", text))


@cache
def _markdown() -> MarkdownIt:
    """Return CommonMark with tables and strikethrough; raw HTML stays text, and pictures stay links."""
    return (
        MarkdownIt("commonmark", {"html": False, "breaks": True})
        .enable(["table", "strikethrough"])
        .disable(["image", "lheading"])
    )


def _shown(character: re.Match[str]) -> str:
    return f"[U+{ord(character[0]):04X}]"


def render(source: str) -> str:
    """Return safe HTML for a Markdown source.

    Reordering characters appear as their code points, so that neither prose nor code reads otherwise than it is
    written. Headings start at the third level: the page's own come above.
    """
    html = _markdown().render(_BIDI.sub(_shown, source))
    html = re.sub(r"<(/?)h([1-6])>", lambda tag: f"<{tag[1]}h{min(int(tag[2]) + 2, 4)}>", html)
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="nofollow noopener ugc",
    )


def quote(source: str, *, name: str, limit: int = 600) -> str:
    """Return a Markdown quotation of the text, to write an answer under. Quotes inside it are left out."""
    lines = [line for line in source.split("\n") if not line.lstrip().startswith(">")]
    text = "\n".join(lines).strip("\n")
    if len(text) > limit:
        text = text[:limit].rstrip() + "…"
    quoted = "\n".join(f"> {line}" if line.strip() else ">" for line in text.split("\n"))
    return f"> **{clean_title(name)}**\n>\n{quoted}\n\n"


def plain(source: str, *, limit: int = 160) -> str:
    """Return the beginning of a text without its markup, for a list of results."""
    text = re.sub(r"[*_`>#|~\[\]]+", " ", _INVISIBLE.sub("", source))
    text = " ".join(text.split())
    return text if len(text) <= limit else text[:limit].rstrip() + "…"


def bigrams(text: str) -> str:
    """Return the words of the text, separated by spaces; of Chinese, each character and each pair of neighbours.

    The same cut serves what is indexed and what is asked, so that any run of characters is found.
    """
    tokens: list[str] = []
    folded = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).lower()
    for word in _WORD.findall(folded):
        if re.match(f"[{_CJK}]", word):
            tokens.extend(word)
            tokens.extend(word[start : start + 2] for start in range(len(word) - 1))
        else:
            tokens.append(word.replace("_", " ").strip() or word)
    return " ".join(tokens)
