"""Stepped time: it stands while there is work, jumps when there is none, and real sockets are not hurried past."""

from __future__ import annotations

import asyncio
import itertools
import time

from tests.year.clock import GRAIN_S, SteppedLoop, SteppedTime, run

DAY_S = 86_400


def runtime(loop: SteppedLoop) -> SteppedTime:
    return SteppedTime(loop, 1_700_000_000_000, itertools.count(1), lambda _name, _error: None)


def test_sleepers_wake_in_the_order_of_their_times_and_nobody_waits_for_them() -> None:
    woken: list[tuple[int, float]] = []

    async def sleeper(loop: SteppedLoop, days: int) -> None:
        await asyncio.sleep(days * DAY_S)
        woken.append((days, loop.time()))

    async def main(loop: SteppedLoop) -> None:
        await asyncio.gather(*(sleeper(loop, days) for days in (300, 2, 30)))

    begun = time.perf_counter()
    run(main)
    assert time.perf_counter() - begun < 5
    assert woken == [(days, days * DAY_S) for days in (2, 30, 300)]


def test_whoever_only_looks_around_is_woken_on_the_grid() -> None:
    async def main(loop: SteppedLoop) -> list[float]:
        clock, seen = runtime(loop), []
        for seconds in (1.0, 15.0, 0.5):
            await clock.sleep(seconds)
            seen.append(loop.time())
        return seen

    assert run(main) == [GRAIN_S, 2 * GRAIN_S, 2 * GRAIN_S + 0.5]


def test_time_stands_while_an_answer_is_on_its_way_through_a_socket() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        await writer.drain()
        writer.close()

    async def main(loop: SteppedLoop) -> tuple[bytes, float]:
        loop.on_the_wire = lambda: True
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        ticking = asyncio.create_task(asyncio.sleep(DAY_S))
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"hello\n")
        said = await reader.readline()
        told_s = loop.time()
        writer.close()
        ticking.cancel()
        server.close()
        return said, told_s

    assert run(main) == (b"hello\n", 0.0)
