"""Pages that a view answers."""

from django.http import HttpRequest, HttpResponse
from wagtail import hooks

#: The hook whose one function answers readers: (page, request) -> response. Registered in wagtail_hooks.py.
ANSWER = "answer_disclosure_reader"


class AnsweredByView:
    """A page that a view answers, for readers and for previews alike. Views lie above models: a hook calls them.

    Wagtail has asked its privacy settings before it serves a page.
    """

    def serve(self, request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        """Answer a reader."""
        request.is_preview = False  # type: ignore[attr-defined]  # Wagtail's own mark
        return self._answer(request)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Show editors what readers will get."""
        return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        (answer,) = hooks.get_hooks(ANSWER)
        response: HttpResponse = answer(self, request)
        return response
