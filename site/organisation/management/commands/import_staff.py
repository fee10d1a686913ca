"""Import staff, sections and ranks from a CSV or xlsx file."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from organisation.domain import imports
from organisation.exceptions import FileRefused
from organisation.imports.report import describe


class Command(BaseCommand):
    """`import_staff staff.xlsx --dry-run` says what would change; without the option it changes it."""

    help = "Import staff, sections and ranks from a CSV or xlsx file. All of it, or nothing if one cell is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="Say what would change; change nothing.")
        parser.add_argument(
            "--complete", action="store_true", help="The list is complete: whoever is missing from it has left."
        )

    def handle(self, *args: object, file: Path, complete: bool, dry_run: bool, **options: object) -> None:
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        try:
            plan = imports.read_file(
                content=content, file_name=file.name, is_complete=complete, progress=self.show_progress
            )
        except FileRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        for notice in plan.notices:
            self.stderr.write(notice)
        if plan.error_count:
            for fault in plan.errors:
                where = _("%(sheet)s, row %(row)d, %(column)s: %(reason)s") % {
                    "sheet": fault.sheet,
                    "row": fault.row,
                    "column": fault.column,
                    "reason": fault.reason,
                }
                self.stderr.write(where)
            raise CommandError(_("%(count)d errors; nothing was changed.") % {"count": plan.error_count})
        # Every line of a dry run is printed: a file is the right place for a long one.
        report = describe(plan, shown=None if dry_run else 0)
        for mark, lines in (
            ("+", report["added"]),
            ("~", report["changed"]),
            ("-", report["left"]),
            ("=", report["sections"]),
            ("=", report["ranks"]),
        ):
            for number, person, words in lines:
                self.stdout.write(f"{mark} {number} {person}: {words}")
        if not dry_run:
            imports.write(plan, progress=self.show_progress)
        self.stdout.write(
            _("added %(added)d, changed %(changed)d, left %(left)d, unchanged %(unchanged)d") % report["figures"]
        )
        self.stdout.write(
            _("sections: added %(sections_added)d, changed %(sections_changed)d; ") % report["figures"]
            + _("ranks: added %(ranks_added)d, changed %(ranks_changed)d") % report["figures"]
        )
        if dry_run:
            self.stdout.write(_("This was a dry run; nothing was changed."))

    def show_progress(self, stage: str, done: int, total: int) -> None:
        """Show progress on a terminal, in one line."""
        if sys.stderr.isatty():
            self.stderr.write(f"\r{stage} {done}" + (f" / {total}" if total else ""), ending="")
            if done == total:
                self.stderr.write("")
