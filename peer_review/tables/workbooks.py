"""What a workbook would cost to read, counted in its packed parts before any of them is parsed.

A workbook of 0.1 MB can unpack to gigabytes, and a part of 50 MB that is all tags or attributes becomes a tree of a
gigabyte: whoever parses keeps some hundred bytes for each until the part, or at least the row, ends. A part counts as
a sheet, whose rows are forgotten one by one, only if its place, what is declared of it and its root agree: a workbook
calls its parts as it likes.
"""

import re
import zipfile
from collections.abc import Iterator
from itertools import chain
from typing import IO
from xml.etree import ElementTree

from django.utils.translation import gettext as _

from peer_review.tables.refusal import TableRefused

CHUNK = 1 << 20
MAX_PARTS = 10_000
#: Rows that a spreadsheet can have at all; one that names rows beyond was made by nobody's spreadsheet.
SHEET_ROWS = 1_048_576
#: What each part is, by its name.
CONTENT_TYPES = "[Content_Types].xml"
SHEET_TYPES = ("worksheet+xml", "chartsheet+xml")
#: A sheet ends its rows one by one; between two ends stand no more tags than the widest row has, or its notes.
SHEET = re.compile(r"xl/(?:worksheets|chartsheets)/[^/]+\Z")
TAGS_IN_A_ROW = 400_000
#: All texts of a workbook are kept until its end.
TEXTS = "xl/sharedStrings.xml"
TAGS_OF_TEXTS = 2_500_000
#: Every other part is kept as a whole tree.
TAGS_OF_A_PART = 200_000
#: So many attributes, counted by their signs of equality, may come to one tag.
ATTRIBUTES = 3
#: A document type may define words that stand for a thousand others. No spreadsheet writes one.
DOCTYPE = b"<!DOCTYPE"
#: A sheet in the list of sheets. Opening a workbook reads the beginning of each that is listed.
LISTED_SHEET = re.compile(rb"<(?:[^\s<>/:]{1,40}:)?sheet[\s/>]")
#: What a part says of its letters at its beginning; in another encoding than UTF-8 no tag would be counted rightly.
ENCODING = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?\sencoding\s*=\s*[\"']([^\"']*)")
#: The root of a sheet, with the prefix that its tags have.
ROOT = re.compile(rb"<((?:[^\s<>/:!?]{1,40}:)?)worksheet[\s/>]")
#: A comment, a text as it stands or an instruction, in which an end of a row may stand that ends none.
VEILED = re.compile(rb"<!|<\?(?!xml\s)")


def check_workbook(archive: zipfile.ZipFile, *, most: int, sheets: int) -> None:
    """Refuse a workbook that unpacks to more than `most` bytes, lists more than so many sheets, or costs too much.

    Raises: TableRefused.
    """
    entries = archive.infolist()
    if sum(entry.file_size for entry in entries) > most:
        raise TableRefused(_("Unpacked, this file is larger than %(size)d MB. Split it.") % {"size": most // 10**6})
    if len(entries) > MAX_PARTS:
        raise _too_much()
    _check_part(archive, archive.getinfo(CONTENT_TYPES), sheets=sheets)
    others = _declared_as_others(archive)
    for entry in entries:
        is_sheet = SHEET.match(entry.filename) is not None and entry.filename not in others
        _check_part(archive, entry, sheets=sheets, is_sheet=is_sheet)


def _declared_as_others(archive: zipfile.ZipFile) -> set[str]:
    """Return the names of parts that are declared to be something else than a sheet, wherever they lie."""
    root = ElementTree.fromstring(archive.read(CONTENT_TYPES))  # noqa: S314 - without a document type, and small
    declared = [(tag.get("PartName", "")[1:], tag.get("ContentType", "")) for tag in root.iter()]
    return {name for name, content_type in declared if not content_type.endswith(SHEET_TYPES)}


def _check_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, sheets: int, is_sheet: bool = False) -> None:
    listed = 0
    with archive.open(entry) as part:
        blocks = _blocks(part)
        first = next(blocks)
        _check_encoding(first)
        most = TAGS_OF_TEXTS if entry.filename == TEXTS else TAGS_OF_A_PART
        kept = _Sheet(first) if is_sheet else _Tree(most)
        for block in chain([first], blocks):
            # Two bytes a letter hide no mark: what is left without zeros is read as if each letter had one.
            seen = block.replace(b"\0", b"")
            listed += sum(1 for _mark in LISTED_SHEET.finditer(seen))
            if listed > sheets:
                raise TableRefused(_("The workbook has more than %(count)d sheets. Split it.") % {"count": sheets})
            if DOCTYPE in seen:
                raise _too_much()
            kept.add(block)


def _blocks(part: IO[bytes]) -> Iterator[bytes]:
    """Yield a part in blocks that end before a tag begins: no tag is cut in two. There is one block at least."""
    rest = b""
    while chunk := part.read(CHUNK):
        rest += chunk
        cut = rest.rfind(b"<")
        if cut > 0:
            yield rest[:cut]
            rest = rest[cut:]
    yield rest


class _Tree:
    """What is kept of a part while it is parsed: every tag of it, with its attributes."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.tags = 0
        self.attributes = 0

    def add(self, block: bytes) -> None:
        """Count a block. Raises: TableRefused for too much."""
        self.tags += block.count(b"<")
        self.attributes += block.count(b"=")
        if self.tags > self.most or self.attributes > ATTRIBUTES * self.most:
            raise _too_much()


class _Sheet(_Tree):
    """What is kept of a sheet: what stands in a row goes with its end, and all else stays."""

    def __init__(self, first: bytes) -> None:
        super().__init__(TAGS_IN_A_ROW)
        root = ROOT.search(first)
        prefix = re.escape(root[1]) if root is not None else b""
        self.start = re.compile(rb"<" + prefix + rb"row[\s/>]")
        self.end = re.compile(rb"</" + prefix + rb"row\s*>")
        # The same tag in another name space is no row.
        self.space = re.compile(rb"\sxmlns" + (rb":" + prefix[:-1] if prefix else b"") + rb"(?![\w.:-])")
        self.spaces = 0
        self.shows_rows = root is not None
        self.rows = 0
        #: Tags and attributes that stay when the row ends which is being read.
        self.staying = (0, 0)

    def add(self, block: bytes) -> None:
        """Count a block. Raises: TableRefused for too much."""
        self.spaces += len(self.space.findall(block))
        if self.spaces > 1 or VEILED.search(block):
            self.shows_rows = False
        if not self.shows_rows:
            super().add(block)
            return
        *rows, rest = self.end.split(block)
        for row in rows:
            self._add_piece(row)
            self.tags, self.attributes = self.staying
        self._add_piece(rest)
        self.rows += len(rows)
        if self.rows > SHEET_ROWS:
            raise _too_much()

    def _add_piece(self, piece: bytes) -> None:
        """Count a piece without an end of a row. What stands before the last row that begins in it, stays."""
        start = 0
        for mark in self.start.finditer(piece):
            start = mark.start()
        if start or self.start.match(piece):
            super().add(piece[:start])
            self.staying = (self.tags, self.attributes)
        super().add(piece[start:])


def _check_encoding(beginning: bytes) -> None:
    """Refuse a part in an encoding in which its tags could not be counted."""
    declared = ENCODING.match(beginning)
    if declared is not None and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii"):
        raise _too_much()


def _too_much() -> TableRefused:
    return TableRefused(_("This workbook holds too much besides its rows. Copy the rows into a new one."))
