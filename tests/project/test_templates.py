"""What a template must not do that no tool checks."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_no_comment_runs_over_a_line_end_and_so_onto_the_page() -> None:
    """Django reads {# … #} on one line only; over two it is text that everybody reads."""
    broken = re.compile(r"\{#(?:(?!#\}).)*$", re.MULTILINE)
    assert broken.search("{# one line\n of two #}")
    pages = [
        path
        for folder in ("templates", "peer_review", "forum_pages", "site")
        for path in ROOT.glob(f"{folder}/**/*.html")
    ]
    assert len(pages) > 100
    assert [str(path.relative_to(ROOT)) for path in pages if broken.search(path.read_text())] == []
