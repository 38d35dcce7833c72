"""The one way a request leaves for a supplier: at most one request on the wire for one call.

A GET of these dialects buys, so what an HTTP client does to be helpful is a double purchase here. aiohttp repeats an
idempotent request whose reused connection was closed, follows redirects and obeys proxies, all of it inside
``ClientSession``. No session is made here: a connection is taken from aiohttp's connector (pool, name cache, TLS), the
request is written to it once by `HttpTransport`, and aiohttp's parser reads the reply. There is no loop around the
write that could write again, and an aiohttp that changes underneath breaks loudly instead of retrying quietly.

Words of a `NotSent`: too_late, connect_refused, connect_timeout (the wait for a free place in the pool included),
connect_failed (no route and the like), connect_closed (the peer hung up before our first byte), name_lookup, tls,
bad_request (an address or a header that cannot be written), transport_closed.
Words of a `Lost`: timeout, empty (closed without a byte of reply), cut, reset, not_http, slow_body, body_too_large,
transport (anything else).
"""

from __future__ import annotations

import asyncio
import re
import select
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

import aiohttp
from aiohttp.http import HttpProcessingError
from yarl import URL

from juru import __version__
from juru.values.wire import Delivery, Lost, NotSent, Sent, WireReply, WireRequest

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from aiohttp.client_proto import ResponseHandler
    from aiohttp.connector import Connection
    from aiohttp.http import RawResponseMessage
    from aiohttp.streams import StreamReader

    from juru.values.wire import Pairs

ORIGINS_MAX: Final = 1024
INFORMATIONAL: Final = range(100, 200)
SWITCHING_PROTOCOLS: Final = 101
BODILESS_METHODS: Final = frozenset({"GET", "HEAD", "DELETE", "OPTIONS"})
# How a message is framed is the transport's business; a dialect that names these headers is not obeyed.
FRAMING_HEADERS: Final = frozenset(
    {"accept-encoding", "connection", "content-length", "expect", "host", "te", "transfer-encoding", "upgrade"}
)
# A reply is read as it is: an encoded body would have to be unpacked within bounds, so none is asked for.
UNENCODED_REPLY: Final = "Accept-Encoding: identity"

# No user part (a credential in an address is refused), no fragment, nothing that would need encoding.
_ADDRESS = re.compile(r"((?i:https?)://[!\"$-.0->A-~]+)([/?][!\"$-~]*)?")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNWRITABLE = re.compile(r"[\x00\r\n]")


class HttpTransport:
    """Sends requests over pooled connections and says what is known of each: `Sent`, `NotSent` or `Lost`.

    ``clock`` counts suspend (CLOCK_BOOTTIME, seconds) and only stamps; deadlines run on the event loop.
    ``connect_timeout_s`` covers the wait for a place in the pool, name lookup, connect and TLS; ``read_timeout_s`` the
    write and the whole reply. ``keepalive_s`` stays below the idle limit of common servers (5 s): a request written
    while the peer hangs up is unknown and costs a person's time. ``tls_context`` replaces the default verification by
    the system's certificates for a supplier with its own authority. The pool is made at the first send, so that the
    composition root may stand outside the event loop; one transport belongs to one loop.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        connect_timeout_s: float = 10.0,
        read_timeout_s: float = 60.0,
        body_bytes_max: int = 1 << 20,
        connections_per_host_max: int = 64,
        connections_max: int = 512,
        keepalive_s: float = 4.0,
        name_cache_s: float = 60.0,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        self._clock = clock
        self._connect_timeout = aiohttp.ClientTimeout(total=None, connect=connect_timeout_s)
        self._read_timeout_s = read_timeout_s
        self._body_bytes_max = body_bytes_max
        self._connections_per_host_max = connections_per_host_max
        self._connections_max = connections_max
        self._keepalive_s = keepalive_s
        self._name_cache_s = name_cache_s
        self._tls: ssl.SSLContext | bool = tls_context or True
        self._connector: aiohttp.TCPConnector | None = None
        self._origins: dict[str, aiohttp.ClientRequest] = {}
        self._pooled: WeakSet[ResponseHandler] = WeakSet()
        self._closed = False

    async def send(self, request: WireRequest, *, may_send: Callable[[], bool]) -> Delivery:
        """Send one request to the whole address in its path, once.

        ``may_send`` is asked after the connection stands, with nothing between its yes and the first byte; a no returns
        the connection to the pool untouched. A cancelled send drops its connection: what was written is unknown.
        """
        parts = _head(request)
        if parts is None:
            return NotSent("bad_request")
        origin, head = parts
        connection = await self._connect(origin)
        if isinstance(connection, NotSent):
            return connection
        return await self._exchange(connection, request, head, may_send)

    async def close(self) -> None:
        """Close every connection; a send still waiting for its reply ends as `Lost`, a later one as `NotSent`."""
        self._closed = True
        if self._connector is not None:
            await self._connector.close()

    # Connecting: nothing in this part writes a byte of the request.

    async def _connect(self, origin: str) -> Connection | NotSent:
        """Take a live connection from the pool, or open one."""
        try:
            target = self._origin(origin)
            while not self._closed:
                connection = await self._pool().connect(target, [], self._connect_timeout)
                protocol = connection.protocol
                if protocol is not None and self._fit(protocol):
                    return connection
                fresh = protocol not in self._pooled
                connection.close()
                if fresh:
                    return NotSent("connect_closed")
            return NotSent("transport_closed")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return NotSent("transport_closed" if self._closed else _connect_reason(error, secure=_is_secure(origin)))

    def _fit(self, protocol: ResponseHandler) -> bool:
        """Whether a request may be written on this connection; a fresh one is made known to the pool.

        An idle connection with something to read was hung up or holds bytes that answer no request of ours: the event
        loop may not have noticed yet, the kernel has, and it is asked.
        """
        transport = protocol.transport
        if transport is None or transport.is_closing() or protocol.should_close:
            return False
        if protocol in self._pooled:
            return not _readable(transport.get_extra_info("socket").fileno())
        self._pooled.add(protocol)
        return True

    def _pool(self) -> aiohttp.TCPConnector:
        if self._connector is None:
            self._connector = aiohttp.TCPConnector(
                limit=self._connections_max,
                limit_per_host=self._connections_per_host_max,
                keepalive_timeout=self._keepalive_s,
                ttl_dns_cache=int(self._name_cache_s),
                ssl=self._tls,
            )
        return self._connector

    def _origin(self, origin: str) -> aiohttp.ClientRequest:
        """Describe a host to aiohttp's connector, in the only type it takes; this request itself is never sent."""
        found = self._origins.get(origin)
        if found is None:
            if len(self._origins) >= ORIGINS_MAX:
                self._origins.clear()
            found = aiohttp.ClientRequest("GET", URL(origin), loop=asyncio.get_running_loop())
            self._origins[origin] = found
        return found

    # The exchange: one write, one reply.

    async def _exchange(
        self, connection: Connection, request: WireRequest, head: bytes, may_send: Callable[[], bool]
    ) -> Delivery:
        """Write once and read the reply. Until the write every way out is `NotSent`; after it none is."""
        protocol = connection.protocol
        assert protocol is not None
        transport = protocol.transport
        assert transport is not None
        clean = False
        try:
            protocol.set_response_params(
                skip_payload=request.method == "HEAD", read_until_eof=True, auto_decompress=False
            )
            message = head + request.body
            if not may_send():
                clean = True
                return NotSent("too_late")
            first_byte_at_s = self._clock()
            transport.write(message)
            last_byte_at_s = self._clock() if _drained(transport) else None
            reply = await self._read(protocol)
            if last_byte_at_s is None:
                # Nothing more of it leaves: a reply was read, or the connection is aborted below.
                last_byte_at_s = self._clock()
            if isinstance(reply, str):
                return Lost(reply, last_byte_at_s)
            clean = transport.get_write_buffer_size() == 0
            return Sent(reply, first_byte_at_s, last_byte_at_s)
        finally:
            if clean:
                connection.release()
            else:
                # An abort drops what is still buffered; closing alone would go on writing it.
                protocol.abort()
                connection.close()

    async def _read(self, protocol: ResponseHandler) -> WireReply | str:
        """Read one whole reply within the time and the bytes allowed, or say in a word how it was lost."""
        in_body = False
        try:
            async with asyncio.timeout(self._read_timeout_s):
                message, payload = await protocol.read()
                while message.code in INFORMATIONAL and message.code != SWITCHING_PROTOCOLS:
                    message, payload = await protocol.read()
                in_body = True
                body = await self._read_body(message, payload)
        except TimeoutError:
            return "slow_body" if in_body else "timeout"
        except (aiohttp.ClientError, HttpProcessingError, OSError) as error:
            return _lost_reason(error)
        if body is None:
            return "body_too_large"
        if _ends_with_connection(message) and isinstance(protocol.exception(), aiohttp.ClientOSError):
            # Such a body ends where the connection ends, and a reset is no end.
            return "reset"
        return WireReply(message.code, body, _pairs(message))

    async def _read_body(self, message: RawResponseMessage, payload: StreamReader) -> bytes | None:
        """Read the body, or None once it is known to be longer than ``body_bytes_max``."""
        declared = message.headers.get("Content-Length", "")
        if declared.isdecimal() and int(declared) > self._body_bytes_max:
            return None
        chunks: list[bytes] = []
        size = 0
        while chunk := await payload.readany():
            size += len(chunk)
            if size > self._body_bytes_max:
                return None
            chunks.append(chunk)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _head(request: WireRequest) -> tuple[str, bytes] | None:
    """Split off the origin to connect to and write the request's head as bytes; None if it cannot be written.

    The target goes out as the dialect encoded it, byte for byte: a signature may cover it.
    """
    address = _ADDRESS.fullmatch(request.url)
    if address is None or not _TOKEN.fullmatch(request.method):
        return None
    origin, target = address[1].lower(), address[2] or ""
    slash = "" if target.startswith("/") else "/"
    lines = [f"{request.method} {slash}{target} HTTP/1.1", f"Host: {origin.partition('//')[2]}"]
    named = False
    for name, value in request.headers:
        if not _TOKEN.fullmatch(name) or _UNWRITABLE.search(value):
            return None
        key = name.lower()
        if key not in FRAMING_HEADERS:
            named = named or key == "user-agent"
            lines.append(f"{name}: {value}")
    if not named:
        lines.append(f"User-Agent: juru/{__version__}")
    if request.body or request.method not in BODILESS_METHODS:
        lines.append(f"Content-Length: {len(request.body)}")
    lines.append(f"{UNENCODED_REPLY}\r\n\r\n")
    return origin, "\r\n".join(lines).encode("utf-8", "replace")


def _drained(transport: asyncio.Transport) -> bool:
    """Whether all that was written is with the kernel. Under TLS a second buffer lies below, which nobody shows."""
    return transport.get_write_buffer_size() == 0 and transport.get_extra_info("sslcontext") is None


def _is_secure(origin: str) -> bool:
    return origin.startswith("https:")


def _readable(descriptor: int) -> bool:
    """Whether bytes or an end of stream wait on this socket."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


def _ends_with_connection(message: RawResponseMessage) -> bool:
    return not message.chunked and "Content-Length" not in message.headers


def _pairs(message: RawResponseMessage) -> Pairs:
    raw = message.raw_headers
    return tuple((name.decode("utf-8", "replace"), value.decode("utf-8", "replace")) for name, value in raw)


def _connect_reason(error: Exception, *, secure: bool) -> str:
    """Name a failure before any byte of the request was written."""
    match error:
        case aiohttp.ClientConnectorDNSError() | UnicodeError():
            reason = "name_lookup"
        case aiohttp.ClientSSLError():
            reason = "tls"
        case ValueError():
            reason = "bad_request"
        case TimeoutError():
            reason = "connect_timeout"
        case aiohttp.ClientConnectorError(os_error=ConnectionRefusedError()):
            reason = "connect_refused"
        case aiohttp.ClientConnectorError(os_error=ConnectionError()) if secure:
            reason = "tls"
        case _:
            reason = "connect_failed"
    return reason


def _lost_reason(error: Exception) -> str:
    """Name why a reply did not come whole."""
    match error:
        case aiohttp.ServerDisconnectedError(message=str()):
            reason = "empty"
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientPayloadError():
            reason = "cut"
        case aiohttp.ClientOSError() | ConnectionError():
            reason = "reset"
        case HttpProcessingError():
            reason = "not_http"
        case _:
            reason = "transport"
    return reason
