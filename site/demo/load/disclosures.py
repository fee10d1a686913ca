"""Forty disclosures over the three columns, the newest still on their way through the workflow."""

import datetime
import json

from django.db import transaction
from django.utils import timezone
from django.utils.html import escape
from wagtail.models import Page

from demo.load.content import DisclosureEntry, disclosures
from demo.load.moments import midnight
from demo.people import SECTIONS
from disclosures.domain.workflow import ensure_workflow
from disclosures.enums import Audience, Validity
from disclosures.models import DisclosureColumnPage, DisclosureIndexPage, DisclosurePage
from foundation.workdays import after_workdays
from organisation.models import Section, User

COLUMNS = [("party", "党务公开", "党"), ("government", "政务公开", "政"), ("culture", "文化建设", "文")]
#: Younger documents are still in the workflow.
WAITING_DAYS = 12
#: Some documents were published later than they should have been, for the ledger to show.
LATE_EVERY = 11


@transaction.atomic
def load_disclosures(home: Page) -> int:
    """Make sure columns and documents are there; return how many documents were added."""
    index = DisclosureIndexPage.objects.first()
    if index is None:
        index = DisclosureIndexPage(title="公开", slug="disclosures", show_in_menus=True)
        home.add_child(instance=index)
    ensure_workflow(index_page=index)
    columns = {key: _column(index, key, title, code) for key, title, code in COLUMNS}
    sections = {code: Section.objects.get(code=code) for code, _name, _share in SECTIONS}
    editor = User.objects.get(username="editor")
    pages: dict[str, DisclosurePage] = {}
    added = 0
    for number, entry in enumerate(disclosures()):
        known = DisclosurePage.objects.filter(title=entry["title"]).first()
        if known is None:
            known = _document(columns[entry["column"]], sections[entry["section"]], editor, entry, number)
            added += 1
        pages[entry["title"]] = known
    for entry in disclosures():
        if follower := entry.get("repealed_by"):
            pages[entry["title"]].refresh_from_db()
            _repeal(pages[entry["title"]], pages[follower])
    return added


def _column(index: DisclosureIndexPage, key: str, title: str, code: str) -> DisclosureColumnPage:
    column = DisclosureColumnPage.objects.filter(code=code).first()
    if column is None:
        column = DisclosureColumnPage(title=title, slug=key, code=code, show_in_menus=True)
        index.add_child(instance=column)
    return column


def _document(
    column: DisclosureColumnPage, section: Section, editor: User, entry: DisclosureEntry, number: int
) -> DisclosurePage:
    written = (midnight() - datetime.timedelta(days=entry["days_ago"])).date()
    head = section.memberships.open().filter(is_head=True).select_related("staff__user").first()
    page = DisclosurePage(
        title=entry["title"],
        slug=f"d{number + 1:03d}",
        owner=editor,
        section=section,
        responsible=head.staff.user if head else editor,
        summary=entry["summary"],
        document_date=written,
        body=json.dumps(list(_body(entry))),
        comments_open=number % 3 == 0,
        audience=Audience.PUBLIC if entry["column"] == "government" else Audience.STAFF,
        live=False,
    )
    column.add_child(instance=page)
    if entry["days_ago"] <= WAITING_DAYS:
        page.save_revision(user=editor)
        page.get_workflow().start(page, editor)
        return page
    late = number % LATE_EVERY == 5
    days = 31 if late else 3 + number % 9
    published, _provisional = after_workdays(written, days)
    moment = timezone.make_aware(datetime.datetime.combine(published, datetime.time(10, 0)))
    moment = min(moment, timezone.now() - datetime.timedelta(hours=1))
    page.first_published_at = moment
    page.save_revision(user=editor).publish()
    DisclosurePage.objects.filter(pk=page.pk).update(last_published_at=moment, latest_revision_created_at=moment)
    return page


def _body(entry: DisclosureEntry) -> list[dict[str, object]]:
    """Return the paragraphs and the table of a document as Wagtail stores them."""
    blocks: list[dict[str, object]] = [
        {"type": "text", "value": "".join(f"<p>{escape(text)}</p>" for text in entry["body"])}
    ]
    if rows := entry.get("table"):
        table: dict[str, object] = {
            "data": rows,
            "first_row_is_table_header": True,
            "first_col_is_header": False,
            "cell": [],
        }
        table |= {"table_header_choice": "row", "table_caption": ""}
        blocks.append({"type": "table", "value": table})
    return blocks


def _repeal(page: DisclosurePage, successor: DisclosurePage) -> None:
    """Mark a document as replaced, in a new revision so that the admin shows the same."""
    if page.validity == Validity.REPEALED:
        return
    page.validity, page.successor = Validity.REPEALED, successor
    page.save_revision().publish()
