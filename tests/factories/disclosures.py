"""Columns and documents. `published` goes the quick way; `submitted` starts the real workflow."""

import datetime
from typing import Any

from django.core.cache import cache
from django.core.files.base import ContentFile
from django.utils import timezone
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.models import Page, PageViewRestriction

from disclosures.models import DisclosureAttachment, DisclosureColumnPage, DisclosureIndexPage, DisclosurePage
from organisation.enums import Role
from tests.factories.home import home_page
from tests.factories.organisation import SectionFactory, StaffFactory, UserFactory

#: A GIF of one pixel.
PIXEL = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)


def index_page() -> DisclosureIndexPage:
    """Return the tree of disclosures, below the site's home, with its workflow."""
    existing = DisclosureIndexPage.objects.first()
    if existing is not None:
        return existing
    return home_page().add_child(instance=DisclosureIndexPage(title="信息公开", slug="disclosures"))


def column(code: str = "政", title: str = "政务公开", slug: str = "government") -> DisclosureColumnPage:
    """Return a column; the same code again gives the same column."""
    existing = DisclosureColumnPage.objects.filter(code=code).first()
    if existing is not None:
        return existing
    return index_page().add_child(instance=DisclosureColumnPage(title=title, slug=slug, code=code))


def unsaved(*, owner: Any = None, **fields: Any) -> DisclosurePage:
    """Return a document that is in no column yet."""
    fields = {
        "title": "廉政监督卡管理办法",
        "summary": "规定监督卡的发放、使用和回收。",
        "document_date": datetime.date(2026, 3, 2),
        "audience": "staff",
        **fields,
    }
    groups = fields.pop("audience_groups", [])
    fields["section"] = fields.get("section") or SectionFactory()
    fields["responsible"] = fields.get("responsible") or owner or UserFactory()
    page = DisclosurePage(owner=owner, **fields)
    page.audience_groups = groups
    return page


def draft(*, inside: DisclosureColumnPage | None = None, owner: Any = None, **fields: Any) -> DisclosurePage:
    """Return a document that is not published, with one revision by its owner."""
    page: DisclosurePage = (inside or column()).add_child(instance=unsaved(owner=owner, live=False, **fields))
    page.save_revision(user=owner)
    return page


def published(*, inside: DisclosureColumnPage | None = None, **fields: Any) -> DisclosurePage:
    """Return a published document, as an import makes one: live at once, numbered, without revisions."""
    now = timezone.now()
    page = unsaved(live=True, first_published_at=now, last_published_at=now, **fields)
    (inside or column()).add_child(instance=page)
    return page


def submitted(*, author: Any, **fields: Any) -> DisclosurePage:
    """Return a draft that its author has submitted to the workflow."""
    page = draft(owner=author, **fields)
    page.get_workflow().start(page, author)
    return DisclosurePage.objects.get(pk=page.pk)


def decide(page: DisclosurePage, user: Any, action: str = "approve") -> DisclosurePage:
    """Let somebody decide on the step the document waits at; return it as it is then."""
    state = DisclosurePage.objects.get(pk=page.pk).current_workflow_task_state
    state.task.specific.on_action(state, user, action)
    return DisclosurePage.objects.get(pk=page.pk)


def person(*roles: Role, **fields: Any) -> Any:
    """Return the account of a member of staff with these roles besides."""
    return StaffFactory(roles=list(roles), **fields).user


def people() -> dict[str, Any]:
    """Return one account of each role that takes a step, one of all three, and a superuser."""
    return {
        "editor": person(Role.EDITOR),
        "inspector": person(Role.INSPECTOR),
        "leader": person(Role.LEADERSHIP),
        "all": person(Role.EDITOR, Role.INSPECTOR, Role.LEADERSHIP),
        "superuser": UserFactory(is_superuser=True),
    }


def attachment(page: DisclosurePage, *, name: str = "card.pdf", content: bytes = b"%PDF-1.4 card") -> Document:
    """Attach a file and return it."""
    document = Document.objects.create(title=name, file=ContentFile(content, name=name), file_size=len(content))
    page.attachments.add(DisclosureAttachment(document=document))
    page.save()
    return document


def loose_document() -> Document:
    """Return a file that stands on no page."""
    return Document.objects.create(title="loose", file=ContentFile(b"x", name="loose.txt"), file_size=1)


def picture(*, title: str = "picture", uploaded_by: Any = None) -> Image:
    """Return a picture of one pixel that stands on no page."""
    cache.clear()  # Wagtail keeps renditions by the id of the picture, which one of another test had too
    return Image.objects.create(title=title, file=ContentFile(PIXEL, name="one.gif"), uploaded_by_user=uploaded_by)


def show_picture(page: DisclosurePage, image: Image) -> None:
    """Put a picture into the body of a document."""
    page.body = [("image", {"image": image, "caption": ""})]
    page.save()


def restrict(page: Page) -> PageViewRestriction:
    """Close a page and everything below it to strangers."""
    return PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
