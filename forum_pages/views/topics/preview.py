"""The preview of a text."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from forum_pages.conf import conf
from forum_pages.text import render as render_markdown
from forum_pages.views.shared.base import ForumView


class PreviewView(ForumView):
    """The rendered text of a form, for htmx; without scripts the form's own page shows it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        source = request.POST.get("source", "")[: conf.TOPIC_MAX]
        return self.answer("forum_pages/shared/parts/preview.html", {"preview": render_markdown(source)})
