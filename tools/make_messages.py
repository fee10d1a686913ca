"""Collect every string into the catalogue of its folder, keep the translations, compile. Needs GNU gettext."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import django
from django.conf import settings
from django.utils.translation import templatize

from tools.catalogues import CATALOGUES, ROOT, Catalogue

KEYWORDS = [
    "gettext_noop",
    "gettext_lazy",
    "ngettext_lazy:1,2",
    "pgettext:1c,2",
    "npgettext:1c,2,3",
    "pgettext_lazy:1c,2",
    "npgettext_lazy:1c,2,3",
    "_",
]


def extract(catalogue: Catalogue, folder: Path) -> str:
    """Return the strings of a catalogue's files as a .pot text, without places or dates, so that it is stable."""
    sources = []
    for path in catalogue.files():
        text = path.read_text("utf-8")
        if path.suffix != ".py":
            text = templatize(text, origin=str(path.relative_to(ROOT)))
        copy = folder / path.relative_to(ROOT).with_suffix(path.suffix + ".py")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text, "utf-8")
        sources.append(str(copy.relative_to(folder)))
    command = ["xgettext", "--language=Python", "--from-code=UTF-8", "--no-location", "--no-wrap", "--sort-output"]
    command += [f"--keyword={word}" for word in KEYWORDS] + ["--output=-", "--files-from=-"]
    result = subprocess.run(command, cwd=folder, input="\n".join(sources), capture_output=True, text=True, check=True)
    return result.stdout


def update(catalogue: Catalogue) -> None:
    """Merge the strings of the sources into the catalogue on disk and compile it."""
    with tempfile.TemporaryDirectory() as name:
        pot = Path(name) / "django.pot"
        pot.write_text(extract(catalogue, Path(name)).replace("charset=CHARSET", "charset=UTF-8"), "utf-8")
        po = catalogue.po
        po.parent.mkdir(parents=True, exist_ok=True)
        if not po.exists():
            po.write_text(
                'msgid ""\nmsgstr ""\n"Language: zh_Hans\\n"\n"MIME-Version: 1.0\\n"\n'
                '"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
                '"Plural-Forms: nplurals=1; plural=0;\\n"\n',
                "utf-8",
            )
        merge = ["msgmerge", "--quiet", "--no-fuzzy-matching", "--no-location", "--no-wrap", "--sort-output"]
        subprocess.run([*merge, "--update", "--backup=none", str(po), str(pot)], check=True)
        subprocess.run(["msgattrib", "--no-obsolete", "--no-wrap", "--output-file", str(po), str(po)], check=True)
        lines = [line for line in po.read_text("utf-8").splitlines() if not line.startswith('"POT-Creation-Date')]
        po.write_text("\n".join(lines) + "\n", "utf-8")
        subprocess.run(["msgfmt", "--check-format", "--output-file", str(po.with_suffix(".mo")), str(po)], check=True)


def main() -> None:
    """Update every catalogue."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    if not settings.configured:
        settings.configure(USE_I18N=True)
    django.setup()
    for catalogue in CATALOGUES:
        update(catalogue)


if __name__ == "__main__":
    main()
