"""Headers that tell a browser what pages may do.

Front pages keep the strict policy of the settings. Wagtail's admin is written with inline scripts and styles, so its
own paths, and only those, get the looser policy below.
"""

from __future__ import annotations

from collections.abc import Callable

from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

ADMIN_POLICY = {
    "default-src": [NONE],
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "frame-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    # The editor shows the page it previews in a frame of its own.
    "frame-ancestors": [SELF],
    "object-src": [NONE],
    "manifest-src": [SELF],
}
#: Of an uploaded file: whatever it holds, no script in it runs, and it is of no origin.
FILE_POLICY = "default-src 'none'; sandbox"
# Nothing here needs a sensor, a camera or a payment; the clipboard is for the buttons that copy a recovery code.
PERMISSIONS_POLICY = ", ".join(
    [
        *(
            f"{feature}=()"
            for feature in (
                "accelerometer",
                "browsing-topics",
                "camera",
                "display-capture",
                "geolocation",
                "gyroscope",
                "magnetometer",
                "microphone",
                "midi",
                "payment",
                "screen-wake-lock",
                "usb",
                "xr-spatial-tracking",
            )
        ),
        "clipboard-write=(self)",
        "fullscreen=(self)",
    ]
)


class BrowserPolicyMiddleware:
    """Add the permissions policy everywhere, and the admin's own content policy under its paths."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.admin_path = reverse("wagtailadmin_home")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        match = request.resolver_match
        if match is not None and match.view_name == "wagtaildocs_serve":
            response.headers["Content-Security-Policy"] = FILE_POLICY
        if request.path_info.startswith(self.admin_path):
            # A preview is a whole request inside this one and comes back with the front page's policy.
            response.headers.pop("Content-Security-Policy", None)
            # Read by django-csp, which stands outside this middleware.
            response._csp_config = ADMIN_POLICY  # type: ignore[attr-defined]
        return response
