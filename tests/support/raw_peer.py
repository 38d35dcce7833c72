"""A supplier's server reduced to a TCP socket: it counts every request it was sent and misbehaves on command.

Each request takes the next `Step`; the last one stays. Nothing stands between the bytes and the count, so "exactly one
request" is what reached the wire, not what a client believes it did::

    async with RawPeer(Step(), Step(Act.CLOSE)) as peer:
        ...  # send to peer.url("/trx")
    assert len(peer.requests) == 2
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import ipaddress
import os
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Act(StrEnum):
    """What the peer does once it has read a whole request."""

    REPLY = "reply"
    REPLY_IN_CHUNKS = "reply_in_chunks"  # Transfer-Encoding: chunked
    REPLY_UNTIL_CLOSE = "reply_until_close"  # no length: the body ends where the connection ends
    REPLY_THEN_CLOSE = "reply_then_close"  # promises keep-alive, then hangs up idle
    REPLY_THEN_STRAY = "reply_then_stray"  # a second, unasked reply follows
    CONTINUE_FIRST = "continue_first"  # an informational 100 before the reply
    HANG = "hang"  # never answers
    CLOSE = "close"  # hangs up without a byte
    RESET = "reset"
    CUT_HEAD = "cut_head"  # hangs up in the middle of the headers
    CUT_BODY = "cut_body"
    CUT_CHUNK = "cut_chunk"
    RESET_BODY = "reset_body"  # resets in a body without a length
    SLOW_HEAD = "slow_head"
    SLOW_BODY = "slow_body"  # a byte now and then, for ever
    GARBAGE = "garbage"  # not HTTP


@dataclass(frozen=True)
class Step:
    """One act and the reply it is played with."""

    act: Act = Act.REPLY
    status: int = 200
    body: bytes = b"ok"
    headers: tuple[tuple[str, str], ...] = ()

    def head(self, *framing: str) -> bytes:
        lines = [f"HTTP/1.1 {self.status} Word", *framing, *(f"{name}: {value}" for name, value in self.headers)]
        return "\r\n".join([*lines, "", ""]).encode()

    def whole(self) -> bytes:
        return self.head(f"Content-Length: {len(self.body)}") + self.body

    def chunked(self) -> bytes:
        return self.head("Transfer-Encoding: chunked") + b"%x\r\n%s\r\n" % (len(self.body), self.body)


@dataclass(frozen=True)
class RawRequest:
    """A request as it came: the whole head, and the body its length announced."""

    head: bytes
    body: bytes

    @property
    def line(self) -> str:
        return self.head.partition(b"\r\n")[0].decode()

    @property
    def method(self) -> str:
        return self.line.split(" ")[0]

    @property
    def target(self) -> str:
        return self.line.split(" ")[1]

    def header(self, name: str) -> str | None:
        found = [value for key, value in self.headers if key == name.lower()]
        assert len(found) < 2, f"{name} came twice"
        return found[0] if found else None

    @property
    def headers(self) -> list[tuple[str, str]]:
        lines = self.head.decode().split("\r\n")[1:]
        pairs = (line.partition(": ") for line in lines if line)
        return [(name.lower(), value) for name, _, value in pairs]


class RawPeer:
    """A listening socket on loopback. ``requests`` holds what came, ``bytes_in`` counts every byte, also of a part."""

    def __init__(self, *steps: Step, tls: ssl.SSLContext | None = None, drip_s: float = 0.05) -> None:
        self.steps = list(steps) or [Step()]
        self.requests: list[RawRequest] = []
        self.connections = 0
        self.bytes_in = 0
        self.port = 0
        self._tls = tls
        self._changed = asyncio.Event()
        self._drip_s = drip_s
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def url(self, path: str = "/") -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}{path}"

    async def until(self, met: Callable[[], bool]) -> None:
        """Wait until requests or connections are as wanted."""
        while not met():
            self._changed.clear()
            await self._changed.wait()

    async def asked(self, requests: int) -> None:
        """Wait until so many requests were read."""
        await self.until(lambda: len(self.requests) >= requests)

    async def idle(self) -> None:
        """Wait until every connection was hung up, by either side."""
        await self.until(lambda: not self._open)

    def hang_up(self) -> None:
        """End the peer's side of every connection now, before the event loop turns."""
        for writer in self._open:
            with socket.socket(fileno=os.dup(writer.get_extra_info("socket").fileno())) as same:
                same.shutdown(socket.SHUT_WR)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._open.add(writer)
        self.connections += 1
        try:
            with contextlib.suppress(OSError):
                while await self._one(reader, writer):
                    pass
        except asyncio.CancelledError:
            # Only the end of the peer cancels; the task may not end as cancelled, asyncio would report it.
            pass
        finally:
            self._open.discard(writer)
            self._changed.set()
            self._tasks.discard(task)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Read a request and play its step; False ends the connection."""
        request = await self._read(reader)
        if request is None:
            return False
        self.requests.append(request)
        self._changed.set()
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        keep = await self._play(step, writer)
        await writer.drain()
        return keep

    async def _read(self, reader: asyncio.StreamReader) -> RawRequest | None:
        head, body = b"", b""
        length: int | None = None
        while length is None or len(body) < length:
            data = await reader.read(65536)
            if not data:
                return None
            self.bytes_in += len(data)
            if length is not None:
                body += data
                continue
            head += data
            if b"\r\n\r\n" in head:
                head, _, body = head.partition(b"\r\n\r\n")
                length = int(RawRequest(head, b"").header("content-length") or 0)
        assert len(body) == length, "more than one request in a row on one connection"
        return RawRequest(head, body)

    async def _play(self, step: Step, writer: asyncio.StreamWriter) -> bool:  # noqa: C901, PLR0912 - a table of acts
        write = writer.write
        match step.act:
            case Act.REPLY:
                write(step.whole())
                return True
            case Act.REPLY_IN_CHUNKS:
                write(step.chunked() + b"0\r\n\r\n")
                return True
            case Act.CONTINUE_FIRST:
                write(b"HTTP/1.1 100 Continue\r\n\r\n" + step.whole())
                return True
            case Act.REPLY_THEN_STRAY:
                write(step.whole())
                await asyncio.sleep(self._drip_s)
                write(Step(body=b"stray").whole())
                return True
            case Act.REPLY_THEN_CLOSE:
                write(step.whole())
            case Act.REPLY_UNTIL_CLOSE:
                write(step.head("Connection: close") + step.body)
            case Act.RESET_BODY:
                write(step.head("Connection: close") + step.body)
                await writer.drain()
                await asyncio.sleep(self._drip_s)
                reset(writer)
            case Act.HANG:
                await asyncio.Event().wait()
            case Act.CLOSE:
                pass
            case Act.RESET:
                reset(writer)
            case Act.CUT_HEAD:
                write(b"HTTP/1.1 200 OK\r\nContent-Ty")
            case Act.CUT_BODY:
                write(step.head(f"Content-Length: {len(step.body) + 1}") + step.body)
            case Act.CUT_CHUNK:
                write(step.chunked())
            case Act.GARBAGE:
                write(b"\x16\x03\x01 SUKSES?\r\n\r\n")
            case Act.SLOW_HEAD:
                await self._drip(writer, b"HTTP/1.1 200 OK\r\nX: ")
            case Act.SLOW_BODY:
                await self._drip(writer, step.head("Content-Length: 1000000"))
        return False

    async def _drip(self, writer: asyncio.StreamWriter, start: bytes) -> None:
        writer.write(start)
        while True:
            await asyncio.sleep(self._drip_s)
            writer.write(b"x")
            await writer.drain()


def reset(writer: asyncio.StreamWriter) -> None:
    """End the connection by RST instead of FIN."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def free_port() -> int:
    """Name a port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextlib.contextmanager
def silent_listener(*, full: bool) -> Iterator[int]:
    """A port whose queue nobody empties; a full one lets no connection stand at all."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0 if full else 8)
        waiting = [socket.socket() for _ in range(4 if full else 0)]
        try:
            for one in waiting:
                one.setblocking(False)
                one.connect_ex(listener.getsockname())
            yield int(listener.getsockname()[1])
        finally:
            for one in waiting:
                one.close()


def self_signed(path: Path) -> Path:
    """Write a certificate of 127.0.0.1 which nobody signed, with its key, and return the path."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "peer")])
    start = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start.replace(year=2100))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, kind, bare = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(key.private_bytes(pem, kind, bare) + signed.public_bytes(pem))
    return path
