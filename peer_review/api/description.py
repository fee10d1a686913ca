"""The description of the interface (OpenAPI), made from the views and their docstrings."""

from django.urls import reverse
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.request import Request
from rest_framework.response import Response

WORDS = {
    "TITLE": "Zhengyan: peer review",
    "DESCRIPTION": (
        "Read-only. Each integration has a token of its own and reads what the account that made it may read on the "
        "pages, through the same disclosure control. `null` for a figure says that too few ballots stand behind it. "
        "Words (titles, grades, labels) come in the language of `Accept-Language`."
    ),
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": r"/v1/",
}


class DescriptionView(SpectacularJSONAPIView):
    """The description of the interface, open to everybody: it has no figure."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()

    def get(self, request: Request) -> Response:
        # Where the interface hangs is the project's choice; paths in the description begin there.
        mounted = reverse("peer_review_api:round-list").removesuffix("/v1/rounds/")
        self.custom_settings = {**WORDS, "SERVERS": [{"url": mounted or "/"}]}
        answer: Response = super().get(request)
        return answer
