"""Answers to requests that no page can have sent: 400 for text that no database takes, 404 for ids that none can have.

PostgreSQL takes no NUL, no database takes half a surrogate pair, and what is written as JSON into a field is read by
whoever opens it next. Each view would have to know that; here it is known once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType

import structlog
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import DataError
from django.db.models import ProtectedError, RestrictedError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.template.loader import render_to_string
from django.urls import NoReverseMatch
from django.utils.datastructures import MultiValueDictKeyError

#: Larger than the key of any row.
MAX_ID = 2**63 - 1
#: How long a round's public name and the hash of a ballot are. Both may be all digits.
NAMES = (32, 64)
#: Nothing that a form sends as JSON nests deeper; a text of thousands of brackets exhausts whoever reads it.
MAX_NESTING = 100
UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
#: NUL or half a pair, as JSON may write them; a whole pair is sorted out by reading.
ESCAPED = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
BRACKETS = re.compile(r"[\[{]")
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
#: TRACE would give a script the cookies back that it may not read. What else no view answers, each view refuses.
REFUSED_METHODS = {"TRACE", "TRACK", "CONNECT"}
ALLOWED_METHODS = "GET, HEAD, OPTIONS, POST"
#: How a view fails that reads what was sent without a look at it. A fault of another kind stays the server's.
UNREAD = (
    AttributeError,
    DataError,
    LookupError,
    NoReverseMatch,
    OverflowError,
    RecursionError,
    ValidationError,
    TypeError,
    ValueError,
)
#: The packages of this project: what fails in them is theirs to mend.
OWN = {path.parent.name for folder in (settings.ROOT, settings.SITE_DIR) for path in folder.glob("*/__init__.py")}
log = structlog.stdlib.get_logger("zhengyan.request")


class BadRequestMiddleware:
    """Refuse what no page can have sent, before a view reads it; and after, where Wagtail's own views could not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in REFUSED_METHODS:
            return method_refused(request)
        if is_unwritable((request.path_info,)):
            return bad_request(request)
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: Sequence[object],
        kwargs: Mapping[str, object],
    ) -> HttpResponse | None:
        """Answer instead of the view where an id is too large for any row, or a form is unwritable."""
        if any(is_beyond(value) for value in (*args, *kwargs.values())):
            raise Http404
        # This project's views answer odd words themselves, on the page that they were typed into; so do its pages,
        # which Wagtail's `serve` only looks up.
        if _module_of(view).partition(".")[0] in OWN or _module_of(view) == "wagtail.views":
            return None
        if is_unwritable(_texts(request.GET)):
            return bad_request(request)
        # Views without a CSRF check read no form, and some of them must be the only ones to read the body.
        if request.content_type not in FORMS or getattr(view, "csrf_exempt", False):
            return None
        names = [upload.name for _field, uploads in request.FILES.lists() for upload in uploads]
        return bad_request(request) if is_unwritable((*_texts(request.POST), *names)) else None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer where a view of Wagtail took what was sent for what its own page would have sent.

        So too where it was to delete what is still needed elsewhere.
        """
        if isinstance(exception, (ProtectedError, RestrictedError)):
            return HttpResponse(render_to_string("409.html"), status=409)
        match = request.resolver_match
        if match is None or not isinstance(exception, (*UNREAD, ObjectDoesNotExist)):
            return None
        if not isinstance(exception, MultiValueDictKeyError) and not _is_of_others(match.func, exception):
            return None
        if isinstance(exception, ObjectDoesNotExist):
            raise Http404 from exception
        # An error, though the sender's: if it is the server's after all, somebody must learn of it.
        log.error("unreadable request", route=match.view_name, kind=type(exception).__name__)
        return bad_request(request)


def bad_request(request: HttpRequest) -> HttpResponse:
    """Return the answer to what could not be read, as a page or, for a script, as its code."""
    if request.content_type == "application/json":
        return JsonResponse({"error": "bad_encoding"}, status=400)
    return HttpResponse(render_to_string("400.html"), status=400)


def method_refused(request: HttpRequest) -> HttpResponse:
    """Return the answer to methods that no page uses."""
    return HttpResponse(status=405, headers={"Allow": ALLOWED_METHODS})


def is_beyond(value: object) -> bool:
    """Return whether a part of an address is a number that no row can have as its key."""
    if isinstance(value, str):
        if len(value) in NAMES or not value.isdecimal():
            return False
        return not value.isascii() or len(value) > 19 or int(value) > MAX_ID
    return isinstance(value, int) and value > MAX_ID


def is_unwritable(texts: Iterable[str | None]) -> bool:
    """Return whether any of these holds what no database takes, as it stands or in what it says as JSON."""
    return any(text is not None and (UNWRITABLE.search(text) or _is_unwritable_json(text)) for text in texts)


def _is_unwritable_json(text: str) -> bool:
    # What people write in a comment may show such an escape: only what is JSON altogether is read as JSON.
    if text.lstrip()[:1] not in ("[", "{", '"'):
        return False
    if ESCAPED.search(text) is None and sum(1 for _bracket in BRACKETS.finditer(text)) <= MAX_NESTING:
        return False
    try:
        value = json.loads(text)
    except RecursionError:
        return True
    except ValueError:
        return False
    return _is_unwritable_value(value)


def _is_unwritable_value(value: object) -> bool:
    level: list[object] = [value]
    for _depth in range(MAX_NESTING):
        if any(isinstance(item, str) and UNWRITABLE.search(item) for item in level):
            return True
        inside = [item for item in level if isinstance(item, (dict, list))]
        level = [part for item in inside for part in ((*item, *item.values()) if isinstance(item, dict) else item)]
        if not level:
            return False
    return True


def _texts(data: QueryDict) -> list[str]:
    return [text for name, values in data.lists() for text in (name, *values)]


def _module_of(view: Callable[..., object]) -> str:
    return str(getattr(getattr(view, "view_class", view), "__module__", ""))


def _is_of_others(view: Callable[..., object], exception: Exception) -> bool:
    """Return whether neither the view nor any line on the way to where it failed is of this project."""
    modules = [_module_of(view)]
    trace: TracebackType | None = exception.__traceback__
    while trace is not None:
        modules.append(str(trace.tb_frame.f_globals.get("__name__", "")))
        trace = trace.tb_next
    return not any(module.partition(".")[0] in OWN for module in modules)
