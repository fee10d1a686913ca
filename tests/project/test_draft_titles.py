"""Titles of what somebody may not read stand on no page of Wagtail's admin, whatever is asked of which route."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import Client
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.models import (
    Collection,
    Page,
    PageViewRestriction,
    Revision,
    Site,
    Task,
    TaskState,
    Workflow,
    WorkflowState,
)

from disclosures.models import DisclosureAttachment, DisclosurePage
from forum_pages.enums import Verb
from forum_pages.models import ForumIndexPage
from organisation.enums import Role
from organisation.models import User
from organisation.roles import group_of
from tests.factories import disclosures as make
from tests.factories import forum_pages as forum
from tests.factories.home import home_page
from tests.project.routes import Route, every_route
from tests.project.test_every_route import DELIBERATE

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.long]

#: Nothing else is called so. Titles begin with it, so that a search for the beginning finds them.
TELLING = "Verschlusssache"
NO_LISTS = {"wagtailadmin_logout", "wagtailadmin_javascript_catalog", "wagtailadmin_sprite"}
TITLES = {
    name: f"{TELLING} {name}"
    for name in (
        "draft",
        "changed",
        "groups",
        "board",
        "closed",
        "named",
        "plain",
        "file",
        "picture",
        "loose file",
        "loose picture",
    )
}


@dataclass
class House:
    """What is hidden, and the people of another section."""

    pages: list[Page]
    documents: list[Document]
    images: list[Image]
    readers: dict[str, User]
    writer: User


@pytest.fixture
def house() -> House:
    """Pages, files and pictures with telling titles, and people of the admin whom they do not concern."""
    writer = make.person(Role.SECTION_HEAD, name="Writer")
    section = writer.staff.memberships.get().section
    other = make.person(Role.SECTION_HEAD, name="Head of another section")
    moderator = make.person(Role.MODERATOR, name="Moderator")

    document = Document.objects.create(
        title=TITLES["file"], file=ContentFile(b"x", name="one.txt"), uploaded_by_user=writer
    )
    loose = Document.objects.create(
        title=TITLES["loose file"], file=ContentFile(b"y", name="two.txt"), uploaded_by_user=writer
    )
    image = make.picture(title=TITLES["picture"], uploaded_by=writer)
    loose_image = make.picture(title=TITLES["loose picture"], uploaded_by=writer)
    body = [("image", {"image": image, "caption": ""})]

    draft = make.draft(title=TITLES["draft"], slug="d1", owner=writer, responsible=writer, section=section, body=body)
    draft.attachments.add(DisclosureAttachment(document=document))
    draft.save()
    draft.save_revision(user=writer)
    draft.get_workflow().start(draft, writer)
    changed = make.published(title="Plain", slug="d2", section=section, owner=writer, responsible=writer)
    changed.title = TITLES["changed"]
    changed.save_revision(user=writer)
    leaders = group_of(Role.LEADERSHIP)
    addressed = make.published(
        title=TITLES["groups"],
        slug="d3",
        section=section,
        owner=writer,
        responsible=writer,
        audience="groups",
        audience_groups=[leaders],
    )
    board = forum.board("b1", title=TITLES["board"], live=False, owner=writer)
    closed = forum.board("b2", title=TITLES["closed"], owner=writer)
    restriction = PageViewRestriction.objects.create(page=closed, restriction_type=PageViewRestriction.GROUPS)
    restriction.groups.add(leaders)
    named = forum.board("b3", title=TITLES["named"], owner=writer, grants={Verb.READ: [writer]})
    plain = home_page().add_child(instance=ForumIndexPage(title=TITLES["plain"], slug="f2", live=False, owner=writer))
    return House(
        [draft, changed, addressed, board, closed, named, plain],
        [document, loose],
        [image, loose_image],
        {"head": other, "moderator": moderator},
        writer,
    )


def admin_routes() -> list[Route]:
    """Return the routes of the admin, as far as they can show anything of a page."""
    return [
        route
        for route in every_route()
        if route.template.startswith("admin/") and route.name not in NO_LISTS | DELIBERATE
    ]


def values_of(route: Route, house: House) -> Iterator[dict[str, str]]:
    """Yield values for the parameters of a route: every hidden thing that each parameter can name, in turn."""
    choices = [_values(route.template, name, house) for name in route.parameters]
    usual = [choice[0] for choice in choices]
    every = {(*usual[:place], value, *usual[place + 1 :]) for place, choice in enumerate(choices) for value in choice}
    for values in sorted(every, key=str) or [()]:
        yield dict(zip(route.parameters, map(str, values), strict=True))


def _values(template: str, name: str, house: House) -> list[object]:
    words: dict[str, list[object]] = {
        "app_label": ["disclosures", "wagtailcore"],
        "app_name": ["disclosures", "wagtailcore"],
        "model_name": ["disclosurepage", "page"],
        "content_type_app_name": ["disclosures", "forum_pages"],
        "content_type_model_name": ["disclosurepage", "boardpage"],
        "action_name": ["approve"],
        "action": ["delete"],
        "filter_spec": ["original"],
        "language_tag": ["en"],
        "field_name": ["title"],
        "index_name": ["x"],
        "token": ["x"],
    }
    if name in words:
        return words[name]
    if name in ("_1", "_2", "session_id", "object_id", "redirect_id", "uploaded_file_id"):
        return list(Revision.objects.values_list("pk", flat=True))[:1]
    if name in ("revision_id", "revision_id_a", "revision_id_b"):
        return list(Revision.objects.values_list("pk", flat=True))[:3]
    if name == "task_state_id":
        return list(TaskState.objects.values_list("pk", flat=True))
    if name == "workflow_state_id":
        return list(WorkflowState.objects.values_list("pk", flat=True))
    if name == "task_id" or "workflows/tasks" in template:
        return list(Task.objects.values_list("pk", flat=True))
    for part, rows in (
        ("admin/workflows", Workflow.objects.all()),
        ("admin/documents", house.documents),
        ("admin/images", house.images),
        ("admin/collections", Collection.objects.all()),
        ("admin/sites", Site.objects.all()),
        ("admin/users", [house.writer]),
        ("admin/groups", Group.objects.all()[:1]),
        ("admin/disclosures_person", [house.writer]),
    ):
        if template.startswith(part):
            return [row.pk for row in rows]
    parents = [house.pages[0].get_parent().pk, house.pages[3].get_parent().pk, home_page().pk]
    return [page.pk for page in house.pages] + parents


def queries(house: House) -> list[str]:
    """Return what is asked of every list and chooser."""
    index = house.pages[0].get_parent().get_parent()
    kind = apps.get_model("contenttypes", "ContentType").objects.get_for_model(DisclosurePage).pk
    asked = [
        {},
        {"q": TELLING},
        {"q": TELLING, "page_type": "disclosures.disclosurepage"},
        {"q": TELLING, "search_all": "true"},
        {"search": TELLING, "fields": "*"},
        {"type": "disclosures.DisclosurePage", "fields": "*", "limit": "20"},
        {"descendant_of": str(index.pk), "for_explorer": "1", "fields": "*"},
        {"child_of": str(house.pages[0].get_parent().pk), "for_explorer": "1"},
        {"export": "csv"},
        {"content_type": str(kind)},
        {"content_type": "disclosures.disclosurepage"},
        {"object_id": str(house.pages[0].pk), "label": TELLING},
    ]
    listed = [("id", page.pk) for page in house.pages]
    chosen = {"id": [str(thing.pk) for thing in (*house.pages, *house.documents, *house.images)]}
    return [urlencode(query) for query in asked] + [urlencode(listed), urlencode(chosen, doseq=True)]


def told(client: Client, house: House) -> list[str]:
    """Return where a telling title stands in an answer that this client gets, with the title."""
    found: dict[str, str] = {}
    answered = 0
    asked = queries(house)
    hidden = {str(thing.pk) for thing in (*house.pages, *house.documents, *house.images)}
    for route in admin_routes():
        for values in values_of(route, house):
            # Lists are searched; what is about one hidden thing is asked for as it is.
            is_about_one = not hidden.isdisjoint(values.values())
            for query in asked[:1] if is_about_one else asked[:3] if values else asked:
                address = f"{route.address(values)}?{query}"
                answer = client.get(address)
                answered += answer.status_code == 200
                text = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
                # What was asked for may be said again.
                for name in re.findall(rf"{TELLING} ({'|'.join(TITLES)})", text):
                    found.setdefault(f"{route.name}: {name}", f"{answer.status_code} {address}")
                if answer.status_code != 200 and query == asked[0]:
                    break
    assert answered > 30
    return [f"{where} at {address}" for where, address in sorted(found.items())]


@pytest.mark.parametrize(("role", "may_read"), [("head", set()), ("moderator", {"named"})])
def test_no_route_of_the_admin_tells_a_hidden_title(house: House, role: str, may_read: set[str]) -> None:
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    client.force_login(house.readers[role])

    places = [place for place in told(client, house) if place.split(" at ")[0].split(": ")[1] not in may_read]

    assert not places, "\n".join(places)


def test_titles_would_be_seen_if_they_were_told(house: House) -> None:
    """Whoever may read them sees them all: the test above looks where they stand."""
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    client.force_login(make.person(Role.EDITOR, Role.LEADERSHIP, name="Editor"))

    seen = " ".join(told(client, house))

    for name in ("draft", "changed", "groups", "file", "picture"):
        assert f": {name} at" in seen
