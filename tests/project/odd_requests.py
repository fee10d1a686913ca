"""Odd requests to every route, as each role, and what went wrong with them."""

from __future__ import annotations

import re
import traceback
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import got_request_exception
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Collection, Page, Revision, Site, Task, TaskState, Workflow, WorkflowState

from demo.load import rounds as demo_rounds
from forum_pages.models import BoardPage, Report, Topic, TopicComment
from organisation.models import ImportRun, Invitation, Rank, Section, Staff, User
from peer_review.models import Contest, Round, Scheme
from tests.project.routes import Route, encoded

HUGE, VAST = str(2**63), str(10**40)
#: What stands in an address in the place of an id or a name.
ODD_VALUES = ("0", "-1", HUGE, VAST, "１２", "٣", "中é", "\x00", "1\x00", "\ud800", "x" * 5000, "..", "1.5", "%2F")
#: What stands in a query, in a form's field, and in a cursor.
ODD_TEXTS = (
    HUGE,
    VAST,
    f"-{HUGE}",
    "\x00",
    "\ud800",
    "１２",
    "中é",
    "",
    "null",
    "[]",
    f"{VAST}~{VAST}",
    f"{HUGE}-{HUGE}",
)
#: Read as JSON by whoever reads a field as JSON.
ODD_JSON = (
    "null",
    "[]",
    "{}",
    "1",
    '"x"',
    "true",
    "[null]",
    '[{"type": null}]',
    '"\\u0000"',
    '{"a": "\\ud800"}',
    "1e999",
    "[" * 3000 + "]" * 3000,
    '{"a": ' * 50 + "1" + "}" * 50,
    "\x00",
    "{",
)
#: Parameters of Wagtail's own lists and choosers; those of this project are read from its code.
WAGTAIL_PARAMETERS = (
    *("p", "q", "ordering", "per_page", "page_type", "collection_id", "tag", "next", "id", "user", "locale", "status"),
    *("content_type", "parent", "child_of", "descendant_of", "search", "order", "limit", "offset", "fields", "format"),
    *("exclude", "can_choose_root", "user_perms", "allow_external_link", "link_text", "select_format", "edit_alt_text"),
    *(
        "term",
        "export",
        "mode",
        "in_preview_panel",
        "usage",
        "permission",
        "owner",
        "live",
        "type",
        "site",
        "html_path",
    ),
    *("first_published_at", "latest_revision_created_at", "timestamp_from", "timestamp_to", "object_id", "label"),
    *("list_export", "revision_id", "revision_created_at", "token", "reviewer", "requested_by", "is_expired", "sort"),
    *(
        "cursor",
        "page",
        "for_user",
        "index_position",
        "match_subpath",
        "target_pages",
        "model",
        "dismissibles",
        "layout",
    ),
)
READS = re.compile(r"""(?:GET|POST|query|params|query_params)(?:\.get(?:list)?\(|\[)\s*["']([\w-]+)["']""")
FORM_FIELDS = re.compile(r"^    ([a-z_]+) = (?:forms\.)?\w*(?:Field|Choice)\w*\(", re.MULTILINE)
ROOT = Path(__file__).resolve().parents[2]


def parameters() -> tuple[str, ...]:
    """Return every name that the code reads from a query or a form, Wagtail's among them."""
    names = set(WAGTAIL_PARAMETERS)
    for folder in ("peer_review", "forum_pages", "site"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text("utf-8")
            names |= {*READS.findall(text), *FORM_FIELDS.findall(text)}
    return tuple(sorted(names))


@dataclass
class Values:
    """Ids that the demonstration has, for every parameter of every route."""

    rounds: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        titles = (demo_rounds.PUBLISHED, demo_rounds.OPEN, demo_rounds.DRAFT)
        self.rounds = [Round.objects.get(title=title).public_id for title in titles]

    def of(self, route: Route, public_id: str) -> dict[str, str]:
        """Return a value that exists for each parameter of a route."""
        return {name: str(self._value(route, name, public_id)) for name in route.parameters}

    def _value(self, route: Route, name: str, public_id: str) -> object:
        path = route.template
        named: dict[str, object] = {
            "public_id": public_id,
            "round": public_id,
            "format": "csv",
            "leaf": "a" * 64,
            "number": 1,
            "token": "a" * 43,
            "prefix": "abcdefgh",
            "section": demo_rounds.SECTION,
            "session_id": 1,
            "action_name": "approve",
            "action": "delete",
            "filter_spec": "original",
            "path": "x.png",
            "uidb64": "MQ",
            "app_label": "wagtailcore",
            "app_name": "wagtailcore",
            "model_name": "page",
            "content_type_app_name": "disclosures",
            "content_type_model_name": "disclosurepage",
        }
        if "workflows/tasks/add" in path:
            named |= {"app_label": "wagtailcore", "model_name": "groupapprovaltask"}
        if name in named:
            return named[name]
        round = Round.objects.get(public_id=public_id)
        subject, member = round.subjects.last(), round.members.last()
        if name == "member":
            return member.pk if member else 1
        if name == "subject" or (path.startswith("review/rounds") and name == "pk"):
            return subject.pk if subject else 1
        return self._row(path, name)

    @staticmethod
    def _row(path: str, name: str) -> object:
        models = {
            "review/contests": Contest,
            "discuss/topics": Topic,
            "discuss/comments": TopicComment,
            "discuss/boards": BoardPage,
            "discuss/reports": Report,
            "admin/documents": get_document_model(),
            "documents": get_document_model(),
            "admin/images": get_image_model(),
            "admin/collections": Collection,
            "admin/workflows/tasks": Task,
            "admin/workflows": Workflow,
            "admin/snippets": Scheme,
            "admin/organisation/staff": Staff,
            "admin/organisation/sections": Section,
            "admin/organisation/ranks": Rank,
            "admin/organisation/imports": ImportRun,
            "admin/organisation/invitations": Invitation,
            "admin/users": User,
            "admin/disclosures_person": User,
            "admin/sites": Site,
        }
        own = {"revision_id": Revision, "task_id": Task, "task_state_id": TaskState, "workflow_state_id": WorkflowState}
        model = own.get(name) or next((model for start, model in models.items() if path.startswith(start)), Page)
        row = model.objects.order_by("pk").last()
        return row.pk if row else 1


class Fields(HTMLParser):
    """The forms of a page: where each is sent, and the names and values of its fields."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form" and given.get("method", "").lower() == "post":
            self.forms.append((given.get("action", ""), {}))
        elif tag in ("input", "select", "textarea", "button") and given.get("name") and self.forms:
            kind = "file" if given.get("type") == "file" else given.get("value", "")
            self.forms[-1][1].setdefault(given["name"], kind)


@dataclass
class Attack:
    """One visitor who sends odd requests, and the faults that came of them.

    Nothing stays: each request is made in a transaction that is taken back.
    """

    client: Client
    role: str
    faults: dict[str, str] = field(default_factory=dict)
    sent: int = 0
    route: str = ""

    def __post_init__(self) -> None:
        self.client.raise_request_exception = False

    def send(self, method: str, address: str, **kwargs: object) -> HttpResponse | None:
        """Send one request; an answer of the server's own fault is noted with its exception."""
        raised: list[str] = []

        def note(sender: object, **_kwargs: object) -> None:
            raised.append(traceback.format_exc(limit=-6))

        got_request_exception.connect(note)
        self.sent += 1
        try:
            with transaction.atomic():
                response: HttpResponse = getattr(self.client, method)(address, **kwargs)
                list(getattr(response, "streaming_content", ()))
                transaction.set_rollback(True)
        except Exception:
            response, raised = HttpResponse(status=500), [traceback.format_exc(limit=-6)]
        finally:
            got_request_exception.disconnect(note)
            ContentType.objects.clear_cache()
        if response.status_code >= 500 or raised:
            self._note(method, address, response, raised, kwargs)
        return response

    def _note(
        self, method: str, address: str, response: HttpResponse, raised: list[str], kwargs: dict[str, object]
    ) -> None:
        detail = raised[-1] if raised else response.content.decode(errors="replace")[:200]
        lines = detail.strip().splitlines()
        places = [line.strip() for line in lines if line.strip().startswith("File")]
        key = f"{self.route} {places[-1] if places else ''} {lines[-1][:160] if lines else ''}"
        request = f"{self.role} {method.upper()} {address[:160]!r} {str(kwargs)[:240]}"
        self.faults.setdefault(key, f"{response.status_code} {request}\n{detail}")

    def report(self) -> str:
        """Return every fault, with the request that caused it."""
        return f"{len(self.faults)} faults of {self.sent} requests:\n\n" + "\n\n".join(self.faults.values())

    def addresses(self, route: Route, values: dict[str, str], odd: tuple[str, ...]) -> None:
        """Ask for a route with one odd value after another in the place of each parameter."""
        self.route = route.name
        for name in route.parameters:
            for value in odd:
                address = route.address({**{key: encoded(text) for key, text in values.items()}, name: encoded(value)})
                self.send("get", address)
                self.send("post", address)

    def queries(self, address: str, names: tuple[str, ...], odd: tuple[str, ...]) -> None:
        """Ask with odd values in the query: in all parameters at once, and twice in each."""
        for text in odd:
            value = encoded(text)
            self.send("get", address + "?" + "&".join(f"{name}={value}" for name in names))
            self.send("get", address + "?" + "&".join(f"{name}={value}&{name}=1" for name in names))

    def bodies(self, address: str, odd: tuple[str, ...]) -> None:
        """Send JSON of the wrong shape, and bodies that are not what their type says."""
        for text in odd:
            self.send("post", address, data=text.encode(), content_type="application/json")
        self.send("post", address, data=b"\xff\x00=\xff", content_type="application/x-www-form-urlencoded")
        self.send("post", address, data=b"--x\r\n", content_type="multipart/form-data; boundary=x")
        self.send("post", address, data=b"", content_type="multipart/form-data")

    def forms(self, address: str, odd: tuple[str, ...], *, singly: bool) -> None:
        """Fill the forms of a page oddly: emptied, all fields at once, and one after another."""
        page = self.send("get", address)
        if page is None or page.status_code != 200 or "html" not in page.headers.get("Content-Type", ""):
            return
        fields = Fields()
        fields.feed(page.content.decode(errors="replace") if not page.streaming else "")
        for action, names in fields.forms:
            target = action.split("#")[0] or address
            if not target.startswith("/") or "logout" in target or "login" in target:
                continue
            self.send("post", target, data={})
            for text in odd:
                self.send("post", target, data={name: _filled(kind, text) for name, kind in names.items()})
                for name, kind in names.items() if singly else ():
                    whole = {key: _filled(value, value) for key, value in names.items()}
                    self.send("post", target, data={**whole, name: _filled(kind, text)})
            for name in names if singly else ():
                self.send(
                    "post", target, data={key: _filled(value, value) for key, value in names.items() if key != name}
                )


def _filled(kind: str, text: str) -> object:
    """Return what is sent in a field: a file where a file is asked for."""
    if kind != "file":
        return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace") if "\ud800" in text else text
    return SimpleUploadedFile("列表.xlsx", text.encode("utf-8", "surrogatepass"))
