"""The watchman on a real writer: limits become alerts, alerts reach the owner signed, pauses outlive a restart."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from aiohttp import web

from juru.server.desk.owner import OwnerHook
from juru.server.domain.alert import Alert, AlertKind, AlertState, Telling
from juru.server.domain.alerts import open_alerts
from juru.server.domain.catalog import Supplier
from juru.server.domain.commands import AttemptAnswered, MarkSending
from juru.server.domain.health import blocked
from juru.server.domain.order import Source
from juru.server.domain.outcome import Answer, Outcome
from juru.server.engine.watchman import Watchman
from juru.server.store.audit import audit
from juru.server.suppliers.transport import HttpTransport
from tests.support.engine import Running, in_loop

MB = 1_000_000
SECRET = "owner-secret"


class Owner:
    """A receiver that refuses as long as it is told to."""

    def __init__(self) -> None:
        self.refuses = 0
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        if self.refuses:
            self.refuses -= 1
            return web.Response(status=503)
        self.came.append((dict(request.headers), await request.read()))
        return web.Response(text="OK")


@asynccontextmanager
async def owner_at() -> AsyncIterator[Owner]:
    owner = Owner()
    app = web.Application()
    app.router.add_post("/alerts", owner.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    owner.url = f"http://127.0.0.1:{runner.addresses[0][1]}/alerts"
    try:
        yield owner
    finally:
        await runner.cleanup()


class Watched:
    """A cell with its watchman."""

    def __init__(self, path: Path) -> None:
        self.cell = Running(path)
        self.free = 50_000 * MB
        self.reachable: bool | None = True
        self.probed: list[str] = []
        self.orders = 0
        self.transport = HttpTransport(clock=self.cell.time.boottime_s, read_timeout_s=5)
        self.watchman = self._watchman()

    def _watchman(self) -> Watchman:
        hook = OwnerHook(self.cell.writer, self.transport, lambda sealed: sealed, self.cell.time.now_ms)
        return Watchman(
            self.cell.writer, self.cell.time, probe=self._probe, tell=hook.tell, disk_free=lambda: self.free
        )

    async def _probe(self, supplier: Supplier) -> bool | None:
        self.probed.append(supplier.code)
        return self.reachable

    async def look(self, after_s: float = 15) -> None:
        self.cell.time.time_ms += int(after_s * 1000)
        await self.watchman.look()

    def alerts(self) -> list[tuple[AlertKind, str]]:
        return [(a.kind, a.subject) for a in open_alerts(self.cell.writer.cell)]

    async def settings(self, **changes: object) -> None:
        wanted = msgspec.structs.replace(self.cell.writer.cell.settings, **changes)
        await self.cell.save("setting", "CELL", wanted)

    async def supplier(self, code: str, **changes: object) -> None:
        wanted = msgspec.structs.replace(self.cell.writer.cell.suppliers[code], **changes)
        await self.cell.save("supplier", code, wanted)

    async def unanswered(self, times: int) -> None:
        for _ in range(times):
            self.orders += 1
            order_id = await self.cell.placed(f"u{self.orders}", f"0812345678{self.orders:02d}")
            attempt_id = self.cell.writer.cell.attempts_of[order_id][-1]
            await self.cell.do(MarkSending((attempt_id,)))
            answer = Answer(Outcome.UNKNOWN, reason="timeout")
            await self.cell.do(AttemptAnswered(attempt_id, answer, Source.REPLY))


@asynccontextmanager
async def watched(path: Path) -> AsyncIterator[Watched]:
    made = Watched(path)
    made.cell.start()
    await made.cell.stock_up()
    try:
        yield made
        found = audit(made.cell.read())
        assert found.found == []
    finally:
        await made.transport.close()
        await made.cell.close()


@in_loop
async def test_a_limit_that_is_passed_opens_an_alert_and_the_end_of_it_closes_it(tmp_path: Path) -> None:
    async with watched(tmp_path) as shop:
        await shop.look()
        assert shop.alerts() == []
        shop.free = 10 * MB
        await shop.supplier("ALFA", deposit_low_idr=1_000_000)
        await shop.look()
        assert shop.alerts() == [(AlertKind.DEPOSIT_LOW, "ALFA"), (AlertKind.DISK_LOW, "disk")]
        shop.free = 50_000 * MB
        await shop.supplier("ALFA", deposit_low_idr=0)
        await shop.look()
        assert shop.alerts() == []


@in_loop
async def test_what_goes_on_being_wrong_is_written_once(tmp_path: Path) -> None:
    async with watched(tmp_path) as shop:
        shop.free = 10 * MB
        for _ in range(5):
            await shop.look()
        assert shop.cell.read().rows("SELECT count(*) FROM papers WHERE kind = 'alert'") == [(2,)], "opened, then told"


@in_loop
async def test_an_unknown_that_grows_old_and_a_clock_that_steps_back(tmp_path: Path) -> None:
    async with watched(tmp_path) as shop:
        await shop.unanswered(1)
        await shop.look(60)
        assert shop.alerts() == []
        await shop.look(15 * 60)
        assert shop.alerts() == [(AlertKind.UNKNOWN_OLD, "orders")]
        shop.watchman._clocks = (shop.cell.time.now_ms() + 5_000, shop.cell.time.boottime_s())
        await shop.look(0)
        assert (AlertKind.CLOCK_STEPPED, "clock") in shop.alerts()


@in_loop
async def test_a_product_that_costs_more_than_it_brings(tmp_path: Path) -> None:
    async with watched(tmp_path) as shop:
        product = msgspec.structs.replace(shop.cell.writer.cell.products["S10"], price_idr=9_000)
        await shop.cell.save("product", "S10", product)
        await shop.look()
        assert shop.alerts() == [(AlertKind.ABOVE_PRICE, "S10")]


@in_loop
async def test_the_owner_is_told_signed_again_until_he_has_it_and_of_the_end_too(tmp_path: Path) -> None:
    async with owner_at() as owner, watched(tmp_path) as shop:
        await shop.settings(alert_url=owner.url, alert_secret=SECRET)
        owner.refuses, shop.free = 2, 10 * MB
        for _ in range(4):
            await shop.look(20)
        assert len(owner.came) == 1
        headers, body = owner.came[0]
        signed = hmac.new(SECRET.encode(), f"{headers['X-Juru-Time']}.".encode() + body, hashlib.sha256).hexdigest()
        assert headers["X-Juru-Signature"] == signed
        assert msgspec.json.decode(body)["event"] == "alert_open"
        shop.free = 50_000 * MB
        await shop.look()
        assert [msgspec.json.decode(body)["event"] for _, body in owner.came] == ["alert_open", "alert_closed"]


@in_loop
async def test_kinds_he_does_not_want_are_not_told(tmp_path: Path) -> None:
    async with owner_at() as owner, watched(tmp_path) as shop:
        await shop.settings(alert_url=owner.url, alert_kinds=("deposit_low",))
        shop.free = 10 * MB
        await shop.look()
        await shop.look()
        assert owner.came == []
        alert = next(p for _, p in shop.cell.writer.cell.papers.values() if isinstance(p, Alert))
        assert (alert.state, alert.telling) == (AlertState.OPEN, Telling.TOLD)


@in_loop
async def test_what_the_owner_has_not_had_is_told_after_a_restart(tmp_path: Path) -> None:
    async with owner_at() as owner, watched(tmp_path) as shop:
        await shop.settings(alert_url=owner.url, alert_secret=SECRET)
        owner.refuses, shop.free = 1, 10 * MB
        await shop.look()
        await shop.cell.restart()
        shop.watchman = shop._watchman()
        await shop.look(30)
        assert len(owner.came) == 1


@in_loop
async def test_a_pause_and_what_led_to_it_outlive_a_restart(tmp_path: Path) -> None:
    async with watched(tmp_path) as shop:
        await shop.supplier("ALFA", pause_after=4)
        await shop.unanswered(3)
        await shop.cell.restart()
        shop.watchman = shop._watchman()
        assert shop.cell.writer.cell.troubles == {"ALFA": 3}, "counted again from what was committed"
        await shop.unanswered(1)
        assert blocked(shop.cell.writer.cell, "ALFA") == "paused"
        await shop.cell.restart()
        shop.watchman = shop._watchman()
        assert blocked(shop.cell.writer.cell, "ALFA") == "paused"


@in_loop
async def test_a_paused_supplier_is_probed_when_it_is_time_and_only_then(tmp_path: Path) -> None:
    async with watched(tmp_path) as shop:
        await shop.supplier("ALFA", pause_after=3, probe_after_s=60)
        await shop.unanswered(3)
        await shop.look(15)
        assert shop.probed == []
        shop.reachable = False
        await shop.look(60)
        assert (shop.probed, blocked(shop.cell.writer.cell, "ALFA")) == (["ALFA"], "paused")
        shop.reachable = True
        await shop.look(60)
        assert shop.probed == ["ALFA"], "the second wait is twice the first"
        await shop.look(60)
        assert (len(shop.probed), blocked(shop.cell.writer.cell, "ALFA")) == (2, None)
