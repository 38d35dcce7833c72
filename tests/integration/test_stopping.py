"""A server that is told to stop: it takes nothing new, waits for the wire, commits, and ends with 0."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from juru.server.settings import DataDir
from tests.crash.market import Market, fails
from tests.crash.process import Client
from tests.support.kept import rows, selling, told, under_load
from tests.support.serving import juru, serving, until


class Slow(Market):
    """Suppliers that take their time before they answer a purchase, or never answer."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        before = len(self.bought)
        held = _Held(writer)
        more = await super()._one(reader, held)  # type: ignore[arg-type]  # writes and drains like one
        if len(self.bought) > before:
            await asyncio.sleep(self._seconds)
        writer.write(held.body)
        await writer.drain()
        return more


class _Held:
    """Keeps what is written."""

    def __init__(self, _writer: asyncio.StreamWriter) -> None:
        self.body = b""

    def write(self, body: bytes) -> None:
        self.body += body

    async def drain(self) -> None:
        """Nothing is sent yet."""


def reason(data: DataDir) -> list[str]:
    return [r for (r,) in rows(data.database, "SELECT reason FROM attempts WHERE state = 'unknown'")]


@pytest.mark.timeout(120)
def test_sigterm_under_load_loses_nothing_and_lets_every_answer_land(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Slow(1.0) as market:
            data = await selling(tmp_path / "cell", market)
            async with serving(data, "--drain", "20") as served, contextlib.AsyncExitStack() as stack:
                loads = [await stack.enter_async_context(under_load(served.port, 1 + n * 100_000)) for n in range(4)]
                await asyncio.gather(*(load.reaches(25) for load in loads))
                assert any(order.at_s > time.monotonic() - 0.9 for order in market.bought), "nothing is on the wire"
                begun_s = time.monotonic()
                served.signal(signal.SIGTERM)
                assert await served.ended() == 0, served.log.read_text()
                took_s = time.monotonic() - begun_s
                acknowledged = [order for load in loads for order in load.acknowledged]
            assert took_s < 20, "within the drain limit"
            book: dict[str, int] = dict(rows(data.database, "SELECT ref, id FROM orders"))
            assert [ref for ref, _ in acknowledged if ref not in book] == []
            # Whatever a supplier read has its answer in the book, but for those whose reply the supplier lost.
            sent = {order.ref: order for order in market.bought}
            states: dict[str, str] = dict(
                rows(data.database, "SELECT ref, state FROM attempts WHERE sent_ms IS NOT NULL")
            )
            assert states.keys() == sent.keys()
            lost = {ref for ref, state in states.items() if state in {"unknown", "sending"}}
            assert lost == {ref for ref, order in sent.items() if int(order.dest) % 10 == 9}
            assert "stopped_while_sending" not in reason(data)
            done = {ref for ref, state in states.items() if state == "failed"}
            assert done == {ref for ref, order in sent.items() if fails(order.supplier, order.dest)}
            assert "clean" in (await juru("audit", "--data", str(data.path))).out
            stopped = served.lines()[-1]
            assert (stopped["event"], stopped["left_unknown"]) == ("stopped", 0)
            assert not data.running.exists()

    asyncio.run(scene())


async def _one_order_on_the_wire(port: int, market: Market) -> None:
    client = Client(port)
    assert "R#hangs " in await told(client, "hangs", "081200000001")
    client.close()
    await until(lambda: market.bought)


def test_what_does_not_come_back_in_time_is_committed_as_unknown(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Slow(60) as market:
            data = await selling(tmp_path / "cell", market)
            # Longer than the drain: this supplier's own time limit would end it otherwise.
            await juru("supplier", "set", "FIRST", "--read-timeout-s", "60", "--data", str(data.path))
            async with serving(data, "--drain", "1") as served:
                await _one_order_on_the_wire(served.port, market)
                begun_s = time.monotonic()
                served.signal(signal.SIGTERM)
                assert await served.ended() == 0, served.log.read_text()
                assert time.monotonic() - begun_s < 15
            assert rows(data.database, "SELECT state, reason FROM attempts") == [("unknown", "stopped_while_sending")]
            assert rows(data.database, "SELECT state FROM orders") == [("accepted",)]
            assert "clean" in (await juru("audit", "--data", str(data.path))).out

    asyncio.run(scene())


def test_a_second_signal_waits_for_nothing(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Slow(60) as market:
            data = await selling(tmp_path / "cell", market)
            await juru("supplier", "set", "FIRST", "--read-timeout-s", "60", "--data", str(data.path))
            async with serving(data, "--drain", "50") as served:
                await _one_order_on_the_wire(served.port, market)
                served.signal(signal.SIGINT)
                await until(lambda: "draining" in served.log.read_text())
                assert served.process.returncode is None
                served.signal(signal.SIGINT)
                assert await served.ended(15) == 0, served.log.read_text()
            assert reason(data) == ["stopped_while_sending"]

    asyncio.run(scene())


# ---------------------------------------------------------------------- systemd


@contextlib.contextmanager
def listening() -> Iterator[tuple[socket.socket, str]]:
    """Where systemd would be told, and its name; a socket's name is short."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        path = f"{folder}/notify"
        channel.bind(path)
        channel.settimeout(30)
        yield channel, path


def test_systemd_is_told_when_it_serves_and_when_it_stops(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Market() as market:
            data = await selling(tmp_path / "cell", market)
            with listening() as (channel, path):
                async with serving(data, env={"NOTIFY_SOCKET": path}) as served:
                    assert await asyncio.to_thread(channel.recv, 100) == b"READY=1"
                    assert (await served.get("/readyz")).status == 200
                    served.signal()
                    assert await asyncio.to_thread(channel.recv, 100) == b"STOPPING=1"

    asyncio.run(scene())
