"""The HTTP front of the wire dialects: a bounded body in, a ``WireRequest`` through, a ``WireReply`` out.

These paths carry the load, so they are answered before any framework's routing is asked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from juru.server.domain.refusals import Code
from juru.values.wire import WireReply, WireRequest

Handler = Callable[[WireRequest, str], Awaitable[WireReply]]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Client = Callable[[str, list[tuple[bytes, bytes]]], str]
"""Whose request it is, by the address it comes from and its headers."""


class TooLargeError(Exception):
    """The body is over the limit."""


def _peer(peer: str, _headers: list[tuple[bytes, bytes]]) -> str:
    return peer


class WireFront:
    """Sends requests under a mount to its handler and everything else to the inner application.

    Whose address counts is decided here, once, for every channel and every page.
    """

    def __init__(
        self, mounts: Mapping[str, Handler], inner: App, *, body_bytes_max: int, client: Client = _peer
    ) -> None:
        self._mounts = tuple(sorted(mounts.items(), key=lambda m: -len(m[0])))
        self._inner = inner
        self._body_bytes_max = body_bytes_max
        self._client = client

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI request."""
        if scope["type"] == "http":
            peer = scope.get("client") or ("", 0)
            scope["client"] = (self._client(peer[0], scope["headers"]), peer[1])
            path = scope["path"]
            for mount, handler in self._mounts:
                if path.startswith(mount) and path[len(mount) : len(mount) + 1] in {"", "/"}:
                    await self._answer(mount, handler, scope, receive, send)
                    return
        await self._inner(scope, receive, send)

    async def _answer(self, mount: str, handler: Handler, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            request = await self._read(mount, scope, receive)
        except TooLargeError:
            reply = _plain(413, Code.BODY_TOO_LARGE, f"at most {self._body_bytes_max} bytes")
        except (UnicodeDecodeError, ValueError):
            reply = _plain(400, Code.BAD_ENCODING, "the query must be percent-encoded UTF-8")
        else:
            reply = await handler(request, scope["client"][0])
        headers = [(name.encode(), value.encode()) for name, value in reply.headers]
        headers.append((b"content-length", str(len(reply.body)).encode()))
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})

    async def _read(self, mount: str, scope: Scope, receive: Receive) -> WireRequest:
        body = b""
        if scope["method"] != "GET":
            more = True
            while more:
                message = await receive()
                body += message.get("body", b"")
                more = message.get("more_body", False)
                if len(body) > self._body_bytes_max:
                    raise TooLargeError
        query = parse_qsl(
            scope["query_string"].decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=64
        )
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
        return WireRequest(scope["method"], scope["path"][len(mount) :] or "/", tuple(query), headers, body)


def _plain(status: int, code: Code, remedy: str) -> WireReply:
    return WireReply(status, f"{code.value}: {remedy}".encode(), (("content-type", "text/plain; charset=utf-8"),))
