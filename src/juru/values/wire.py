"""One HTTP message as plain values, so that a wire format can be read and written without a socket.

Channels, suppliers, dialects, the conformance runner and the simulated market all speak in these two words.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

Pairs = tuple[tuple[str, str], ...]


class WireRequest(msgspec.Struct, frozen=True):
    """A request: ``path`` starts with ``/`` or is a whole address; ``body`` is the raw bytes as sent."""

    method: str
    path: str
    query: Pairs = ()
    headers: Pairs = ()
    body: bytes = b""

    @property
    def url(self) -> str:
        """The path with its query, percent-encoded."""
        if not self.query:
            return self.path
        return f"{self.path}{'&' if urlsplit(self.path).query else '?'}{urlencode(self.query)}"

    def header(self, name: str) -> str | None:
        """The first header of that name (any case), or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def fields(self) -> dict[str, str]:
        """Query fields with lower-case names, the first of each; a form body's fields fill what the query lacks."""
        found: dict[str, str] = {}
        pairs = list(self.query)
        if self.body and "form" in (self.header("content-type") or ""):
            pairs += parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        for key, value in pairs:
            found.setdefault(key.lower(), value)
        return found


class WireReply(msgspec.Struct, frozen=True):
    """An answer: HTTP status, headers and raw body."""

    status: int
    body: bytes = b""
    headers: Pairs = ()

    @property
    def text(self) -> str:
        """The body as text; bytes that are no UTF-8 are replaced, since a reply is read, never trusted."""
        return self.body.decode("utf-8", "replace")


class Sent(msgspec.Struct, frozen=True):
    """A whole reply came, whatever its status.

    Times are seconds of the sender's clock and belong to the request: ``first_byte_at_s`` is read just before its first
    byte is written, ``last_byte_at_s`` when its last byte has surely left (never too early).
    """

    reply: WireReply
    first_byte_at_s: float
    last_byte_at_s: float


class NotSent(msgspec.Struct, frozen=True):
    """Provably no byte of the request left; ``reason`` is a stable word (``too_late``, ``connect_refused`` ...)."""

    reason: str


class Lost(msgspec.Struct, frozen=True):
    """The request may have arrived and no usable reply came: unknown, never failed.

    ``reason`` is a stable word (``timeout``, ``cut`` ...). ``last_byte_at_s`` is as in `Sent`, or None where unknown.
    """

    reason: str
    last_byte_at_s: float | None = None


Delivery = Sent | NotSent | Lost
