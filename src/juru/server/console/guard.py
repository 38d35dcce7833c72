"""What stands before every page: who may reach it, and headers that keep other sites out.

The page has no log-in yet, so it answers only this machine, by a name of this machine: a request from another address,
or under another host name (a rebound DNS name), is refused. A POST must come from the page itself and be JSON, which
no form of another site can send.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

BODY_BYTES_MAX = 16_384
_OWN_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}

Endpoint = Callable[[Request], Awaitable[Response]]


class Guard:
    """Admits requests of this machine under its own names; ``url`` adds the name the server is known by."""

    def __init__(self, url: str, *, only_this_machine: bool = True) -> None:
        self._names = _OWN_NAMES | {urlsplit(url).hostname or "localhost"}
        self._only_this_machine = only_this_machine

    def __call__(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint behind the guard, its answers with the strict headers."""

        async def guarded(request: Request) -> Response:
            refused = self._refused(request)
            response = await endpoint(request) if refused is None else PlainTextResponse(refused, 403)
            for name, value in _HEADERS.items():
                response.headers[name] = value
            response.headers.setdefault("cache-control", "no-store")
            return response

        return guarded

    def _refused(self, request: Request) -> str | None:
        if self._only_this_machine and not _is_loopback(request.client.host if request.client else ""):
            return "the console answers only the machine it runs on; reach it through an SSH tunnel"
        if urlsplit(f"//{request.headers.get('host', '')}").hostname not in self._names:
            return "this host name is not one of the console's"
        if request.method == "POST":
            return _foreign(request)
        return None


def _foreign(request: Request) -> str | None:
    """Why a POST cannot have come from the page itself, or None."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return "content type must be application/json"
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return "a request of another site"
    origin = request.headers.get("origin")
    if origin is None or urlsplit(origin).netloc != request.headers.get("host", ""):
        return "the origin must be the page itself"
    return None


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


async def body_of(request: Request) -> bytes | None:
    """The body, or None when it is larger than any form of this page."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            return None
    return body
