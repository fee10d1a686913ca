"""Small reports, and what stands in a PDF."""

from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.generic import StreamObject

from peer_review.reports.blocks import Block, Fact, Report

PLAIN = Report(
    title="林晓梅",
    subtitle="",
    kicker="2026年度民主测评",
    description="2026年度民主测评: 林晓梅",
    header="2026年度民主测评 · 林晓梅",
    footer="Made of published figures.",
    language="zh",
    day=date(2026, 11, 22),
    fingerprint="0123 4567",
    root="ab" * 32,
    words={"fingerprint": "F", "root": "R", "page": "{n} / {all}", "numbered": "N"},
    facts=[Fact("A", "b")],
    blocks=[],
)


def plain_report(*blocks: Block, **changed: Any) -> Report:
    """Return a report of these blocks."""
    return replace(PLAIN, blocks=list(blocks), **changed)


def text_of(content: bytes) -> str:
    """Return the words of a PDF, its pages one after the other."""
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def streams_of(content: bytes) -> bytes:
    """Return every byte of a PDF, and besides every object of it as it reads unpacked."""
    reader = PdfReader(BytesIO(content))
    parts = [content]
    for number in range(1, int(reader.trailer["/Size"])):
        one = reader.get_object(number)
        if one is None:
            continue
        parts.append(str(one).encode())
        if isinstance(one, StreamObject):
            parts.append(one.get_data())
    return b"\n".join(parts)
