"""Refuse an incomplete catalogue: a string not collected, not translated, fuzzy, or a stale compiled file."""

import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import django
import polib
from django.conf import settings

from tools.catalogues import CATALOGUES, ROOT, Catalogue
from tools.make_messages import extract


def faults(catalogue: Catalogue) -> list[str]:
    """Return one line for each thing wrong with a catalogue."""
    name = str(catalogue.po.relative_to(ROOT))
    if not catalogue.po.exists():
        return [f"{name}: missing; run `make messages`"]
    po = polib.pofile(str(catalogue.po))
    found = [f"{name}: not translated: {entry.msgid!r}" for entry in po.untranslated_entries()]
    found += [f"{name}: fuzzy: {entry.msgid!r}" for entry in po.fuzzy_entries()]
    with tempfile.TemporaryDirectory() as folder:
        wanted = polib.pofile(extract(catalogue, Path(folder)).replace("charset=CHARSET", "charset=UTF-8"))
    known = {(entry.msgctxt, entry.msgid) for entry in po}
    found += [f"{name}: not collected: {e.msgid!r}" for e in wanted if (e.msgctxt, e.msgid) not in known]
    compiled = catalogue.po.with_suffix(".mo")
    if not compiled.exists():
        return [*found, f"{name}: not compiled; run `make messages`"]
    stale = {(e.msgctxt, e.msgid): (e.msgstr, e.msgstr_plural) for e in po.translated_entries()} != {
        (e.msgctxt, e.msgid): (e.msgstr, e.msgstr_plural) for e in polib.mofile(str(compiled))
    }
    return [*found, f"{name}: compiled file is stale; run `make messages`"] if stale else found


def main() -> int:
    """Print every fault; return how the check ended."""
    if not shutil.which("xgettext"):
        print("xgettext is missing: apt-get install gettext", file=sys.stderr)
        return 1
    settings.configure(USE_I18N=True)
    django.setup()
    found = [fault for catalogue in CATALOGUES for fault in faults(catalogue)]
    print("\n".join(found) or f"{len(CATALOGUES)} catalogues complete")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
