"""What is known of a request after each kind of trouble, and that no kind of trouble sends it twice.

Real sockets on loopback against `RawPeer`, on asyncio's loop and on uvloop.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, TypedDict, Unpack

import aiohttp
import pytest
import uvloop

import juru
from juru.server.suppliers import transport as transport_module
from juru.server.suppliers.transport import HttpTransport
from juru.values.wire import Lost, NotSent, Sent, WireRequest
from tests.support.raw_peer import Act, RawPeer, Step, free_port, self_signed, silent_listener

pytestmark = pytest.mark.timeout(10)

LOOPS: list[Callable[[], asyncio.AbstractEventLoop]] = [asyncio.new_event_loop, uvloop.new_event_loop]
METHODS = ("GET", "POST")
SHORT_S = 0.3
Play = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture(params=LOOPS, ids=["asyncio", "uvloop"])
def play(request: pytest.FixtureRequest) -> Play:
    """Run one scenario to its end, within a time that a stalled machine keeps too."""

    def run(scenario: Coroutine[Any, Any, None]) -> None:
        async def bounded() -> None:
            async with asyncio.timeout(8):
                await scenario

        with asyncio.Runner(loop_factory=request.param) as runner:
            runner.run(bounded())

    return run


class Limits(TypedDict, total=False):
    connect_timeout_s: float
    read_timeout_s: float
    body_bytes_max: int
    connections_per_host_max: int
    keepalive_s: float
    tls_context: ssl.SSLContext


@asynccontextmanager
async def opened(**limits: Unpack[Limits]) -> AsyncIterator[HttpTransport]:
    chosen: Limits = {"connect_timeout_s": 5.0, "read_timeout_s": 5.0}
    chosen.update(limits)
    transport = HttpTransport(clock=time.monotonic, **chosen)
    try:
        yield transport
    finally:
        await transport.close()


def order(url: str, method: str = "GET") -> WireRequest:
    return WireRequest(method, url, body=b'{"a":1}' if method == "POST" else b"")


def yes() -> bool:
    return True


def no() -> bool:
    return False


async def lost(transport: HttpTransport, request: WireRequest) -> str:
    delivery = await transport.send(request, may_send=yes)
    assert isinstance(delivery, Lost), delivery
    assert delivery.last_byte_at_s is not None
    assert delivery.last_byte_at_s <= time.monotonic()
    return delivery.reason


async def body_of(transport: HttpTransport, request: WireRequest) -> bytes:
    delivery = await transport.send(request, may_send=yes)
    assert isinstance(delivery, Sent), delivery
    return delivery.reply.body


# A reply comes.


def test_get_arrives_byte_for_byte_and_its_reply_returns(play: Play) -> None:
    async def scenario() -> None:
        async with (
            RawPeer(Step(body=b"SUKSES", headers=(("X-Word", "a"), ("X-Word", "b")))) as peer,
            opened() as transport,
        ):
            asked = WireRequest("GET", peer.url("/trx?sign=a%2Fb%7e"), (("dest", "08 1+2"),), (("X-Key", "k"),))
            before = time.monotonic()
            delivery = await transport.send(asked, may_send=yes)
            assert isinstance(delivery, Sent)
            assert (delivery.reply.status, delivery.reply.body) == (200, b"SUKSES")
            assert [value for name, value in delivery.reply.headers if name == "X-Word"] == ["a", "b"]
            assert before <= delivery.first_byte_at_s <= delivery.last_byte_at_s <= time.monotonic()
        (came,) = peer.requests
        assert came.line == "GET /trx?sign=a%2Fb%7e&dest=08+1%2B2 HTTP/1.1"
        assert came.header("host") == f"127.0.0.1:{peer.port}"
        assert came.header("user-agent") == f"juru/{juru.__version__}"
        assert came.header("x-key") == "k"
        assert came.header("accept-encoding") == "identity"
        assert came.header("cookie") is came.header("content-length") is None

    play(scenario())


def test_post_carries_its_body_and_a_framing_header_of_the_caller_is_not_obeyed(play: Play) -> None:
    async def scenario() -> None:
        async with RawPeer() as peer, opened() as transport:
            headers = (("Content-Type", "application/json"), ("Content-Length", "9"), ("User-Agent", "own"))
            asked = WireRequest("POST", peer.url("/v1/transaction"), headers=headers, body=b"\x00{}")
            assert await body_of(transport, asked) == b"ok"
            assert await body_of(transport, WireRequest("POST", peer.url())) == b"ok"
        first, second = peer.requests
        assert (first.target, first.body, first.header("content-length")) == ("/v1/transaction", b"\x00{}", "3")
        assert (first.header("content-type"), first.header("user-agent")) == ("application/json", "own")
        assert (second.target, second.body, second.header("content-length")) == ("/", b"", "0")

    play(scenario())


@pytest.mark.parametrize("act", [Act.REPLY_IN_CHUNKS, Act.REPLY_UNTIL_CLOSE, Act.CONTINUE_FIRST, Act.REPLY])
def test_reply_is_read_whole_however_it_is_framed(play: Play, act: Act) -> None:
    async def scenario() -> None:
        body = b"x" * 300_000
        async with RawPeer(Step(act, body=body)) as peer, opened() as transport:
            assert await body_of(transport, order(peer.url())) == body

    play(scenario())


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 502, 503])
@pytest.mark.parametrize("method", METHODS)
def test_error_status_is_a_reply(play: Play, status: int, method: str) -> None:
    async def scenario() -> None:
        async with RawPeer(Step(status=status, body=b"<html>")) as peer, opened() as transport:
            delivery = await transport.send(order(peer.url(), method), may_send=yes)
            assert isinstance(delivery, Sent)
            assert (delivery.reply.status, delivery.reply.body) == (status, b"<html>")
        assert len(peer.requests) == 1

    play(scenario())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", METHODS)
def test_redirect_is_a_reply_and_is_not_followed(play: Play, status: int, method: str) -> None:
    async def scenario() -> None:
        async with RawPeer() as elsewhere, opened() as transport:
            step = Step(status=status, headers=(("Location", elsewhere.url("/again")),))
            async with RawPeer(step) as peer:
                delivery = await transport.send(order(peer.url(), method), may_send=yes)
            assert isinstance(delivery, Sent)
            assert delivery.reply.status == status
            assert (len(peer.requests), elsewhere.connections) == (1, 0)

    play(scenario())


def test_encoded_reply_is_left_as_it_came(play: Play) -> None:
    async def scenario() -> None:
        async with (
            RawPeer(Step(body=b"\x1f\x8bbomb", headers=(("Content-Encoding", "gzip"),))) as peer,
            opened() as transport,
        ):
            assert await body_of(transport, order(peer.url())) == b"\x1f\x8bbomb"

    play(scenario())


def test_cookie_and_proxy_of_the_environment_have_no_effect(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        async with RawPeer() as proxy, RawPeer(Step(headers=(("Set-Cookie", "a=b"),))) as peer, opened() as transport:
            for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
                monkeypatch.setenv(name, proxy.url())
            await body_of(transport, order(peer.url()))
            await body_of(transport, order(peer.url()))
            assert [came.header("cookie") for came in peer.requests] == [None, None]
            assert proxy.connections == 0

    play(scenario())


def test_connections_are_reused_and_limited(play: Play) -> None:
    async def scenario() -> None:
        async with RawPeer() as peer, opened(connections_per_host_max=3) as transport:
            await asyncio.gather(*(body_of(transport, order(peer.url())) for _ in range(30)))
            await body_of(transport, order(peer.url(), "POST"))
            assert (len(peer.requests), peer.connections) == (31, 3)

    play(scenario())


# Provably nothing left.


def test_refused_connect_sent_nothing(play: Play) -> None:
    async def scenario() -> None:
        async with opened() as transport:
            delivery = await transport.send(order(f"http://127.0.0.1:{free_port()}/"), may_send=yes)
            assert delivery == NotSent("connect_refused")

    play(scenario())


@pytest.mark.parametrize(("scheme", "full"), [("http", True), ("https", False)], ids=["queue full", "no handshake"])
def test_connect_that_takes_too_long_sent_nothing(play: Play, scheme: str, *, full: bool) -> None:
    async def scenario() -> None:
        with silent_listener(full=full) as port:
            async with opened(connect_timeout_s=SHORT_S) as transport:
                delivery = await transport.send(order(f"{scheme}://127.0.0.1:{port}/"), may_send=yes)
                assert delivery == NotSent("connect_timeout")

    play(scenario())


def test_wait_for_a_place_in_the_pool_is_bounded_and_sent_nothing(play: Play) -> None:
    async def scenario() -> None:
        limits: Limits = {"connect_timeout_s": SHORT_S, "read_timeout_s": 2 * SHORT_S, "connections_per_host_max": 1}
        async with RawPeer(Step(Act.HANG)) as peer, opened(**limits) as transport:
            first = asyncio.ensure_future(lost(transport, order(peer.url())))
            await peer.asked(1)
            assert await transport.send(order(peer.url()), may_send=yes) == NotSent("connect_timeout")
            assert await first == "timeout"
            assert len(peer.requests) == 1

    play(scenario())


@pytest.mark.parametrize("host", ["no..such.invalid", "a" * 64 + ".invalid"])
def test_name_that_cannot_be_looked_up_sent_nothing(play: Play, host: str) -> None:
    async def scenario() -> None:
        async with opened() as transport:
            assert await transport.send(order(f"http://{host}/"), may_send=yes) == NotSent("name_lookup")

    play(scenario())


SECRET = "PIN-1234"


@pytest.mark.parametrize(
    "request_",
    [
        WireRequest("GET", "/trx"),
        WireRequest("GET", f"ftp://127.0.0.1/{SECRET}"),
        WireRequest("GET", f"http://user:{SECRET}@127.0.0.1/"),
        WireRequest("GET", f"http://127.0.0.1:99999/{SECRET}"),
        WireRequest("GET", f"http://127.0.0.1/#{SECRET}"),
        WireRequest("GET", "http://127.0.0.1/a b"),
        WireRequest("GET", "http://127.0.0.1/a\r\nX: y"),
        WireRequest("GET", "http:///nowhere"),
        WireRequest("GET", "http://:80/nowhere"),
        WireRequest("GET /x HTTP/1.1\r\nA:", "http://127.0.0.1/"),
        WireRequest("GET", "http://127.0.0.1/", headers=(("X", f"{SECRET}\r\nY: z"),)),
        WireRequest("GET", "http://127.0.0.1/", headers=(("X: y\r\nZ", SECRET),)),
    ],
    ids=str,
)
def test_request_that_cannot_be_written_sent_nothing_and_tells_no_secret(play: Play, request_: WireRequest) -> None:
    async def scenario() -> None:
        async with opened() as transport:
            assert await transport.send(request_, may_send=yes) == NotSent("bad_request")

    play(scenario())


@pytest.mark.parametrize("method", METHODS)
def test_too_late_writes_no_byte_and_leaves_the_connection_usable(play: Play, method: str) -> None:
    async def scenario() -> None:
        async with RawPeer() as peer, opened() as transport:
            for _ in range(2):
                assert await transport.send(order(peer.url(), method), may_send=no) == NotSent("too_late")
            await asyncio.sleep(0.05)
            assert (peer.connections, peer.bytes_in) == (1, 0)
            assert await body_of(transport, order(peer.url(), method)) == b"ok"
            assert await transport.send(order(peer.url(), method), may_send=no) == NotSent("too_late")
            assert await body_of(transport, order(peer.url(), method)) == b"ok"
            assert (peer.connections, len(peer.requests)) == (1, 2)

    play(scenario())


@pytest.mark.parametrize("method", METHODS)
def test_may_send_is_asked_once_connected_and_the_loop_does_not_turn_before_the_bytes_left(
    play: Play, method: str
) -> None:
    async def scenario() -> None:
        seen: list[object] = []
        with socket.create_server(("127.0.0.1", 0)) as listener, ExitStack() as stack:
            peers: list[socket.socket] = []

            def ask() -> bool:
                peers.append(stack.enter_context(listener.accept()[0]))
                peers[0].setblocking(False)
                with pytest.raises(BlockingIOError):
                    peers[0].recv(1)
                asyncio.get_running_loop().call_soon(seen.append, "another task")
                seen.append("asked")
                return True

            def clock() -> float:
                if seen[-1] == "clock":
                    peers[0].settimeout(1)
                    seen.append(peers[0].recv(65536)[:5].split()[0].decode())
                    peers[0].sendall(Step().whole())
                seen.append("clock")
                return 0.0

            transport = HttpTransport(clock=clock, connect_timeout_s=1, read_timeout_s=1)
            url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
            assert isinstance(await transport.send(order(url, method), may_send=ask), Sent)
            await transport.close()
        assert seen == ["asked", "clock", method, "clock", "another task"]

    play(scenario())


def test_error_in_may_send_writes_no_byte(play: Play) -> None:
    async def scenario() -> None:
        async with RawPeer() as peer, opened() as transport:
            with pytest.raises(ZeroDivisionError):
                await transport.send(order(peer.url()), may_send=lambda: bool(1 // 0))
            await peer.idle()
            assert peer.bytes_in == 0

    play(scenario())


def test_closed_transport_sends_nothing(play: Play) -> None:
    async def scenario() -> None:
        async with RawPeer() as peer, opened() as transport:
            await body_of(transport, order(peer.url()))
            await transport.close()
            assert await transport.send(order(peer.url()), may_send=yes) == NotSent("transport_closed")
            assert len(peer.requests) == 1

    play(scenario())


# It may have arrived.

TROUBLE = {
    Act.HANG: "timeout",
    Act.SLOW_HEAD: "timeout",
    Act.SLOW_BODY: "slow_body",
    Act.CLOSE: "empty",
    Act.RESET: "reset",
    Act.CUT_HEAD: "cut",
    Act.CUT_BODY: "cut",
    Act.CUT_CHUNK: "cut",
    Act.RESET_BODY: "reset",
    Act.GARBAGE: "not_http",
}


@pytest.mark.parametrize("reused", [False, True], ids=["fresh", "reused"])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("act", "reason"), TROUBLE.items())
def test_trouble_after_the_first_byte_is_lost_and_the_peer_counts_one(
    play: Play, act: Act, reason: str, method: str, *, reused: bool
) -> None:
    async def scenario() -> None:
        steps = [Step()] * reused + [Step(act), Step()]
        waits = act in {Act.HANG, Act.SLOW_HEAD, Act.SLOW_BODY}
        async with RawPeer(*steps) as peer, opened(read_timeout_s=SHORT_S if waits else 5.0) as transport:
            if reused:
                await body_of(transport, order(peer.url("/before")))
            assert await lost(transport, order(peer.url("/order"), method)) == reason
            await asyncio.sleep(0.02)
            assert [came.target for came in peer.requests].count("/order") == 1
            assert peer.connections == 1
            # The connection in doubt is gone, the transport works on.
            assert await body_of(transport, order(peer.url("/after"))) == b"ok"
            assert (peer.connections, len(peer.requests)) == (2, 2 + reused)

    play(scenario())


@pytest.mark.parametrize("act", [Act.REPLY, Act.REPLY_IN_CHUNKS, Act.REPLY_UNTIL_CLOSE])
@pytest.mark.parametrize(("size", "reason"), [(1000, None), (1001, "body_too_large")])
def test_body_over_the_limit_is_lost(play: Play, act: Act, size: int, reason: str | None) -> None:
    async def scenario() -> None:
        async with RawPeer(Step(act, body=b"x" * size)) as peer, opened(body_bytes_max=1000) as transport:
            if reason is None:
                assert len(await body_of(transport, order(peer.url()))) == size
            else:
                assert await lost(transport, order(peer.url())) == reason

    play(scenario())


def test_endless_body_is_not_read_beyond_its_limit(play: Play) -> None:
    async def scenario() -> None:
        step = Step(Act.REPLY_UNTIL_CLOSE, body=b"x" * 5_000_000)
        async with RawPeer(step) as peer, opened(body_bytes_max=100) as transport:
            assert await lost(transport, order(peer.url())) == "body_too_large"

    play(scenario())


def test_request_that_the_peer_does_not_read_ends_in_time_and_stops_leaving(play: Play) -> None:
    async def scenario() -> None:
        loop = asyncio.get_running_loop()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.setblocking(False)
            async with opened(read_timeout_s=SHORT_S) as transport:
                url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
                asked = WireRequest("POST", url, body=b"x" * 30_000_000)
                started = time.monotonic()
                delivery = await transport.send(asked, may_send=yes)
                assert isinstance(delivery, Lost)
                assert delivery.reason == "timeout"
                assert delivery.last_byte_at_s is not None
                assert delivery.last_byte_at_s >= started + SHORT_S, "bytes were still leaving until the abort"
                late, _ = await loop.sock_accept(listener)
                arrived = 0
                with late:
                    while data := await loop.sock_recv(late, 1 << 20):
                        arrived += len(data)
                assert arrived < len(asked.body), "what the kernel did not hold yet never left"

    play(scenario())


def test_cancelled_send_drops_its_connection(play: Play) -> None:
    async def scenario() -> None:
        async with RawPeer(Step(Act.HANG)) as peer, opened() as transport:
            task = asyncio.ensure_future(transport.send(order(peer.url()), may_send=yes))
            await peer.asked(1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            peer.steps = [Step()]
            assert await body_of(transport, order(peer.url())) == b"ok"
            assert (peer.connections, len(peer.requests)) == (2, 2)

    play(scenario())


def test_closing_the_transport_ends_a_waiting_send_as_lost(play: Play) -> None:
    async def scenario() -> None:
        async with RawPeer(Step(Act.HANG)) as peer, opened() as transport:
            task = asyncio.ensure_future(lost(transport, order(peer.url())))
            await peer.asked(1)
            await transport.close()
            assert await task in {"empty", "reset", "transport"}

    play(scenario())


# A reused connection.


@pytest.mark.parametrize("noticed", [True, False], ids=["noticed", "unnoticed"])
@pytest.mark.parametrize("method", METHODS)
def test_idle_connection_that_died_is_not_written_to(play: Play, method: str, *, noticed: bool) -> None:
    async def scenario() -> None:
        async with RawPeer() as peer, opened() as transport:
            await body_of(transport, order(peer.url("/before")))
            peer.hang_up()
            if noticed:
                await asyncio.sleep(0.05)
            assert await body_of(transport, order(peer.url("/order"), method)) == b"ok"
            assert [came.target for came in peer.requests] == ["/before", "/order"]
            assert peer.connections == 2

    play(scenario())


@pytest.mark.parametrize("method", METHODS)
def test_connection_that_dies_as_it_is_written_to_is_lost(
    play: Play, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hang-up crosses the request: not even the kernel can tell in time."""

    async def scenario() -> None:
        async with RawPeer(Step(), Step(Act.CLOSE)) as peer, opened() as transport:
            await body_of(transport, order(peer.url("/before")))
            peer.hang_up()
            assert await lost(transport, order(peer.url("/order"), method)) in {"empty", "reset"}
            await peer.idle()
            assert [came.target for came in peer.requests].count("/order") <= 1
            assert peer.connections == 1

    monkeypatch.setattr(transport_module, "_readable", lambda _: False)
    play(scenario())


def test_session_of_aiohttp_would_have_sent_the_order_twice(play: Play) -> None:
    """The control: what this transport goes round is real, and the peer's count shows it."""

    async def scenario() -> None:
        async with RawPeer(Step(), Step(Act.CLOSE)) as peer, aiohttp.ClientSession() as session:
            async with session.get(peer.url("/before")) as reply:
                await reply.read()
            with pytest.raises(aiohttp.ServerDisconnectedError):
                await session.get(peer.url("/order"))
            assert [came.target for came in peer.requests].count("/order") == 2

    play(scenario())


def test_stray_reply_on_an_idle_connection_answers_no_later_order(play: Play) -> None:
    async def scenario() -> None:
        async with RawPeer(Step(Act.REPLY_THEN_STRAY), Step(body=b"mine"), drip_s=0.01) as peer, opened() as transport:
            await body_of(transport, order(peer.url("/before")))
            await asyncio.sleep(0.05)
            assert await body_of(transport, order(peer.url("/order"))) == b"mine"
            assert [came.target for came in peer.requests] == ["/before", "/order"]

    play(scenario())


def test_idle_connection_is_dropped_after_its_time(play: Play) -> None:
    async def scenario() -> None:
        async with RawPeer() as peer, opened(keepalive_s=0.05) as transport:
            await body_of(transport, order(peer.url()))
            await asyncio.sleep(0.15)
            await body_of(transport, order(peer.url()))
            assert peer.connections == 2

    play(scenario())


# TLS.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("tls") / "peer.pem")


def serving(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_certificate_that_does_not_verify_sent_nothing(play: Play, certificate: Path) -> None:
    async def scenario() -> None:
        async with RawPeer(tls=serving(certificate)) as peer, opened() as transport:
            assert await transport.send(order(peer.url()), may_send=yes) == NotSent("tls")
            assert peer.bytes_in == 0

    play(scenario())


def test_peer_that_speaks_no_tls_sent_nothing(play: Play) -> None:
    async def scenario() -> None:
        async with RawPeer(Step(Act.GARBAGE)) as peer, opened(connect_timeout_s=SHORT_S) as transport:
            delivery = await transport.send(order(peer.url().replace("http:", "https:")), may_send=yes)
            assert delivery in {NotSent("tls"), NotSent("connect_timeout")}
            assert peer.requests == []

    play(scenario())


@pytest.mark.parametrize(("act", "reason"), [(Act.CLOSE, "empty"), (Act.HANG, "timeout"), (Act.CUT_BODY, "cut")])
def test_verified_peer_is_served_and_its_trouble_is_lost(play: Play, certificate: Path, act: Act, reason: str) -> None:
    async def scenario() -> None:
        trusting = ssl.create_default_context(cafile=str(certificate))
        limits: Limits = {"tls_context": trusting, "read_timeout_s": SHORT_S if act is Act.HANG else 5.0}
        async with RawPeer(Step(), Step(), Step(act), tls=serving(certificate)) as peer, opened(**limits) as transport:
            assert await body_of(transport, order(peer.url("/one"))) == b"ok"
            assert await body_of(transport, order(peer.url("/two"), "POST")) == b"ok"
            assert await transport.send(order(peer.url()), may_send=no) == NotSent("too_late")
            assert await lost(transport, order(peer.url("/three"))) == reason
            assert [came.target for came in peer.requests] == ["/one", "/two", "/three"]
            assert peer.connections == 1

    play(scenario())
