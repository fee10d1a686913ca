"""Which catalogues exist, and which files each covers."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Catalogue:
    """A locale folder and the folders whose strings it holds, relative to the repository."""

    locale: str
    sources: tuple[str, ...]

    @property
    def po(self) -> Path:
        return ROOT / self.locale / "zh_Hans" / "LC_MESSAGES" / "django.po"

    def files(self) -> list[Path]:
        """Return the Python and HTML files covered, sorted."""
        found: list[Path] = []
        for source in self.sources:
            for pattern in ("*.py", "*.html", "*.txt"):
                found += [path for path in (ROOT / source).rglob(pattern) if "migrations" not in path.parts]
        return sorted(path for path in found if "node_modules" not in path.parts)


CATALOGUES = [
    Catalogue("peer_review/locale", ("peer_review",)),
    Catalogue("forum_pages/locale", ("forum_pages",)),
    Catalogue("site/organisation/locale", ("site/organisation",)),
    Catalogue("site/disclosures/locale", ("site/disclosures",)),
    Catalogue("site/search/locale", ("site/search",)),
    Catalogue("site/locale", ("templates", "site/foundation", "site/home", "site/config", "site/demo")),
]
