"""What a workbook would cost to read, counted in its packed parts before any of them is parsed.

A workbook of 0.1 MB can unpack to gigabytes, and a part of 50 MB that is all tags becomes a tree of a gigabyte: whoever
parses keeps some hundred bytes for each tag until the part, or at least the row, ends.
"""

import re
import zipfile

from django.utils.translation import gettext as _

from organisation.exceptions import FileRefused

CHUNK = 1 << 20
#: A sheet ends its rows one by one; between two ends stand no more tags than the widest row has, or its notes.
SHEET = re.compile(r"xl/(?:worksheets|chartsheets)/[^/]+\Z")
TAGS_IN_A_ROW = 400_000
#: All texts of a workbook are kept until its end.
TEXTS = "xl/sharedStrings.xml"
TAGS_OF_TEXTS = 2_500_000
#: Every other part is kept as a whole tree.
TAGS_OF_A_PART = 200_000


def check_workbook(archive: zipfile.ZipFile, *, most: int) -> None:
    """Refuse a workbook that unpacks to more than `most` bytes, or whose parts hold too many tags to be parsed.

    Raises: FileRefused.
    """
    entries = archive.infolist()
    if sum(entry.file_size for entry in entries) > most:
        raise FileRefused(_("Unpacked, this file is larger than %(size)d MB. Split it.") % {"size": most // 10**6})
    for entry in entries:
        if not entry.filename.lower().endswith((".xml", ".rels")):
            continue
        if _has_too_many_tags(archive, entry):
            raise FileRefused(_("This workbook holds too much besides its rows. Copy the rows into a new one."))


def _has_too_many_tags(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    is_sheet = SHEET.match(entry.filename) is not None
    most = TAGS_IN_A_ROW if is_sheet else TAGS_OF_TEXTS if entry.filename == TEXTS else TAGS_OF_A_PART
    tags = 0
    with archive.open(entry) as part:
        while chunk := part.read(CHUNK):
            # The end of a row may be cut in two by the chunk: its tags are then counted on, which refuses no sooner
            # than a row twice as wide would.
            rows = chunk.split(b"row>") if is_sheet else [chunk]
            for place, piece in enumerate(rows):
                tags = (0 if place else tags) + piece.count(b"<")
                if tags > most:
                    return True
    return False
