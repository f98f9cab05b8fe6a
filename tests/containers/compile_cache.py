"""A place where ccache keeps compilations, over HTTP: the images' builder has no other way to take along what it compiled before."""

import contextlib
import http.server
import os
import tempfile
import threading
from pathlib import Path


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def file(self):
        name = self.path.strip("/").replace("/", "-")
        if not name or name.startswith("."):
            return None
        return self.server.folder / name

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self):
        file = self.file()
        try:
            body = file.read_bytes() if file else None
        except OSError:
            body = None
        if body is None:
            self.answer(404)
        else:
            self.answer(200, body)

    do_HEAD = do_GET

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        file = self.file()
        if not file:
            self.answer(400)
            return
        handle, draft = tempfile.mkstemp(prefix=".", dir=self.server.folder)
        with os.fdopen(handle, "wb") as out:
            out.write(body)
        os.replace(draft, file)
        self.answer(201)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serving(folder, host):
    """Keeps compilations in `folder`; gives the address for CCACHE_REMOTE_STORAGE."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    server = http.server.ThreadingHTTPServer((host, 0), Handler)
    server.folder = folder
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{host}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
