"""A server on loopback that answers as a test says, one reply a request, and remembers what it was asked."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LONGEST = 20.0  # seconds that a slow reply takes at most


@dataclass(frozen=True)
class Reply:
    """One reply; a slow one sends its first byte and holds the rest back, a dripping one goes on byte by byte.

    An endless one repeats its body until the client has gone.
    """

    body: bytes | str = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    slow: bool = False
    drips: float = 0.0
    endless: bool = False


@dataclass(frozen=True)
class Request:
    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def text(self) -> str:
        return "\n".join(one["content"] for one in self.body["messages"])


@dataclass
class Loopback:
    address: str
    replies: list[Reply]
    requests: list[Request] = field(default_factory=list)


def completion(content: object, **choice: object) -> str:
    """Return the body of a chat completion; what is no text is written as JSON."""
    text = content if isinstance(content, str | None) else json.dumps(content)
    message = {"role": "assistant", "content": text}
    return json.dumps({"id": "1", "choices": [{"index": 0, "message": message, "finish_reason": "stop"} | choice]})


@contextlib.contextmanager
def loopback(replies: Sequence[Reply]) -> Iterator[Loopback]:
    """Serve until the end of the block; the last reply is given again and again."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told.requests.append(Request(self.path, dict(self.headers), json.loads(raw or b"{}")))
            reply = told.replies[min(len(told.requests), len(told.replies)) - 1]
            body = reply.body.encode() if isinstance(reply.body, str) else reply.body
            with contextlib.suppress(OSError):  # the client may have gone
                self.send_response(reply.status)
                for name, value in {"Content-Length": str(len(body)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self._send(reply, body)

        def do_GET(self) -> None:
            self.do_POST()

        def _send(self, reply: Reply, body: bytes) -> None:
            if reply.slow:
                self.wfile.write(body[:1])
                over.wait(LONGEST)
            elif reply.drips:
                for byte in body[:1000]:
                    self.wfile.write(bytes([byte]))
                    if over.wait(reply.drips):
                        return
            else:
                self.wfile.write(body)
                while reply.endless and not over.is_set():
                    self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told = Loopback(f"http://127.0.0.1:{server.server_port}/v1", list(replies))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield told
    finally:
        over.set()
        server.shutdown()
        thread.join(10)
        server.server_close()
