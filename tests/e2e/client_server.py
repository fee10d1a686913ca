"""A page on this computer that holds the client's modules as they are in the source, and answers behind it."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import peer_review
import zhengyan_crypto

PLUGIN = Path(peer_review.__file__).parent
SOURCE = PLUGIN / "static_src" / "src"
BUILT = PLUGIN / "static" / "peer_review" / "js"
INTEGRITY = json.loads((BUILT / "integrity.json").read_text())
PAGE = """<!doctype html><title>client</title>
<script type="module" data-curves-src="/js/curves.js" data-curves-integrity="{integrity}"></script>"""

#: Folders that are served, under the addresses to which the modules' relative imports lead.
FOLDERS = {
    "/zhengyan_crypto/browser": Path(zhengyan_crypto.__file__).parent / "browser",
    "/lib": SOURCE / "lib",
    "/tally": SOURCE / "tally",
    "/ui": SOURCE / "ui",
    "/envelopes": SOURCE / "envelopes",
    "/js": BUILT,
}
#: The address of each module of the source that needs no page.
MODULES = {
    path.stem: f"{address}/{path.name}"
    for address, folder in FOLDERS.items()
    if folder != BUILT
    for path in folder.glob("*.js")
}

Answer = Callable[[Any, dict[str, str]], tuple[int, Any]]


class ClientServer:
    """Serves /, /tampered and FOLDERS; `answers` maps further paths to functions of (body, headers)."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.answers: dict[str, Answer] = {}


class Handler(BaseHTTPRequestHandler):
    """Plain files and JSON, under the same policy as the real pages."""

    site: ClientServer

    def do_GET(self) -> None:
        address, _, name = self.path.rpartition("/")
        folder = FOLDERS.get(address)
        if self.path in self.site.answers:
            self.answer(None)
        elif self.path == "/favicon.ico":
            self.reply(200, b"", "image/png")
        elif self.path in ("/", "/tampered"):
            integrity = INTEGRITY["curves.js"] if self.path == "/" else INTEGRITY["organiser.js"]
            self.reply(200, PAGE.format(integrity=integrity).encode(), "text/html")
        elif folder is not None and name in {path.name for path in folder.iterdir()}:
            self.reply(200, (folder / name).read_bytes(), "text/javascript")
        else:
            self.reply(404, b"{}", "application/json")

    def do_POST(self) -> None:
        self.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def answer(self, body: Any) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, value = self.site.answers[self.path](body, headers)
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.reply(status, data, "application/json")

    def reply(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", "default-src 'none'; script-src 'self'; connect-src 'self'")
        self.send_header("Set-Cookie", "session=secret; Path=/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def serve_client() -> Iterator[ClientServer]:
    """Run the server on a free port of 127.0.0.1."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = ClientServer(f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass = type("BoundHandler", (Handler,), {"site": site})
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
