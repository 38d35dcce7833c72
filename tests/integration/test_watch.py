"""What those who watch a server are told: that it lives, that it can serve, and figures that agree with the book."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from juru.server.app import Server
from juru.server.desk.metrics import REASONS_MAX, Metrics
from juru.server.desk.watch import STUCK_S, read_networks
from juru.server.domain.cell import Changes
from juru.server.domain.order import Event, Happened
from juru.server.engine.slots import Slots
from juru.server.errors import SettingsError
from juru.server.settings import DataDir, ServeSettings
from juru.server.store.migrate import wanted_revision
from tests.crash.cell import AGENT, SUPPLIERS
from tests.crash.market import Market
from tests.crash.process import Client
from tests.support.cells import open_shop
from tests.support.kept import alter, rows, selling, told
from tests.support.serving import Served, juru, serving, until

Scene = Callable[[Served, Market], Awaitable[None]]
Figures = dict[tuple[str, tuple[tuple[str, str], ...]], float]

LABELS = {"supplier", "state", "source", "event", "reason", "code", "kind", "lane", "le"} | {
    "version",
    "python",
    "sqlite",
}


def in_shop(tmp_path: Path, scene: Scene, *options: str) -> None:
    async def run() -> None:
        async with Market() as market:
            data = await selling(tmp_path / "cell", market)
            async with serving(data, *options) as served:
                await scene(served, market)

    asyncio.run(run())


async def figures(served: Served) -> Figures:
    got = await served.get("/metrics")
    assert got.status == 200, got
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(got.text)
        for sample in family.samples
    }


def of(found: Figures, name: str, **labels: str) -> float:
    return found[name, tuple(sorted(labels.items()))]


def total(found: Figures, name: str) -> float:
    return sum(value for (family, _), value in found.items() if family == name)


async def orders(served: Served, market: Market, count: int) -> None:
    client = Client(served.port)
    for number in range(count):
        assert f"R#M{number} " in await told(client, f"M{number}", f"0812{number:08d}")
    client.close()
    for number in range(count):
        if number % 10 < 6:
            await asyncio.wait_for(market.told(f"M{number}"), 20)


# ---------------------------------------------------------------------- figures


def test_figures_agree_with_the_book(tmp_path: Path) -> None:
    async def scene(served: Served, market: Market) -> None:
        await orders(served, market, 20)
        client = Client(served.port)
        await told(client, "M0", "081299999999")
        client.close()
        await until(lambda: not rows(served.data.database, "SELECT id FROM orders WHERE state = 'accepted'"))
        await until(lambda: not rows(served.data.database, "SELECT id FROM outbox WHERE state = 'waiting'"))
        found = await figures(served)
        book = served.data.database

        def count(what: str) -> int:
            return int(rows(book, f"SELECT count(*) FROM {what}")[0][0])

        assert of(found, "juru_orders_total", event="accepted") == count("orders") == 20
        assert of(found, "juru_orders_total", event="succeeded") == count("orders WHERE state = 'success'")
        failed = count("orders WHERE state = 'failed'")
        assert total(found, "juru_orders_failed_reasons_total") == failed
        assert of(found, "juru_refusals_total", code="reference_conflict") == count("refusals") == 1
        assert of(found, "juru_orders_open") == 0
        assert of(found, "juru_outbox_waiting") == 0
        assert of(found, "juru_deliveries_total", state="told") == count("outbox WHERE state = 'told'")
        replies = total(found, "juru_supplier_reply_seconds_count")
        assert replies == count("events WHERE kind = 'answered' AND body LIKE '%\"source\":\"reply\"%'")
        answered = count("events WHERE kind = 'answered'")
        assert total(found, "juru_answers_total") == answered
        assert of(found, "juru_commit_number") == count("commits")
        assert of(found, "juru_commit_seconds_count") == of(found, "juru_batch_commands_count")
        deposit = -rows(book, "SELECT net_idr FROM balances WHERE account = 101")[0][0]
        assert of(found, "juru_supplier_deposit_idr", supplier="FIRST") == deposit
        assert of(found, "juru_supplier_told_idr", supplier="FIRST") == 900_000
        assert of(found, "juru_in_flight", supplier="FIRST") == 0
        assert found["process_resident_memory_bytes", ()] > 10_000_000
        assert total(found, "juru_build_info") == 1

    in_shop(tmp_path, scene)


def test_what_waits_is_shown_while_it_waits(tmp_path: Path) -> None:
    async def scene(served: Served, market: Market) -> None:
        where = ("--data", str(served.data.path))
        await juru("supplier", "set", "FIRST", "--inquiry", "none", *where)
        client = Client(served.port)
        await told(client, "lost", "081200000009")
        client.close()
        await until(lambda: rows(served.data.database, "SELECT id FROM queue_items"))
        await juru("pause", "--reason", "look", *where)
        await juru("backup", *where)
        found = await figures(served)
        assert of(found, "juru_attempts_open", supplier="FIRST", state="unknown") == 1
        assert of(found, "juru_queue_items", kind="unknown") == 1
        opened = rows(served.data.database, "SELECT at_ms FROM queue_items")[0][0]
        assert of(found, "juru_oldest_unknown_time_seconds") == pytest.approx(opened / 1000)
        assert of(found, "juru_paused") == 1
        assert of(found, "juru_last_backup_commit_number") == of(found, "juru_commit_number")

    in_shop(tmp_path, scene)


def test_labels_name_no_agent_and_no_number_and_stay_few(tmp_path: Path) -> None:
    async def scene(served: Served, market: Market) -> None:
        await orders(served, market, 3)
        few = await figures(served)
        await orders(served, market, 20)
        many = await figures(served)
        text = (await served.get("/metrics")).text
        labels = {value for _, found in many for _, value in found}
        assert AGENT not in labels
        assert not [value for value in labels if re.fullmatch(r"\+?\d{6,}", value)]
        assert "0812" not in text
        assert {name for _, found in many for name, _ in found} <= LABELS
        assert {value for _, found in many for name, value in found if name == "supplier"} == {*SUPPLIERS, "BILLER"}
        assert len(many) - len(few) < 60, "the same supplier's answers in other states, and no more"

    in_shop(tmp_path, scene)


# ---------------------------------------------------------------------- who may read them


def test_metrics_are_for_this_machine_and_not_through_a_proxy(tmp_path: Path) -> None:
    async def scene(served: Served, _market: Market) -> None:
        assert (await served.get("/metrics")).status == 200
        for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
            got = await served.get("/metrics", {header: "127.0.0.1"})
            assert (got.status, "juru_" in got.text) == (403, False)

    in_shop(tmp_path, scene)


def test_only_the_addresses_of_the_setting_may_read_metrics(tmp_path: Path) -> None:
    async def scene(served: Served, _market: Market) -> None:
        assert (await served.get("/metrics")).status == 403
        assert (await served.get("/healthz")).status == 200
        assert (await served.get("/readyz")).status == 200

    in_shop(tmp_path, scene, "--metrics-from", "10.0.0.0/8; 192.0.2.7")


def test_an_address_that_is_none_is_refused_at_start(tmp_path: Path) -> None:
    assert read_networks(["10.0.0.0/8", "::1"])
    with pytest.raises(SettingsError, match=r"write 127\.0\.0\.1"):
        read_networks(["everybody"])

    async def scene() -> None:
        async with Market() as market:
            data = await selling(tmp_path / "cell", market)
            words = ("serve", "--data", str(data.path), "--port", "0")
            assert "no address" in (await juru(*words, "--metrics-from", "all", code=2)).err
            assert "no log level" in (await juru(*words, "--log-level", "loud", code=2)).err
            assert "no log format" in (await juru(*words, "--log-format", "xml", code=2)).err

    asyncio.run(scene())


# ---------------------------------------------------------------------- ready


def test_a_paused_server_is_ready_and_says_so(tmp_path: Path) -> None:
    async def scene(served: Served, _market: Market) -> None:
        got = await served.get("/readyz")
        assert (got.status, got.json) == (200, {"ready": True, "paused": False, "against": []})
        await juru("pause", "--data", str(served.data.path), "--reason", "x")
        got = await served.get("/readyz")
        assert (got.status, got.json["ready"], got.json["paused"]) == (200, True, True)

    in_shop(tmp_path, scene)


def test_a_disk_that_is_nearly_full_is_not_ready_but_alive(tmp_path: Path) -> None:
    async def scene(served: Served, _market: Market) -> None:
        got = await served.get("/readyz")
        assert (got.status, got.json["against"]) == (503, ["disk nearly full"])
        assert (await served.get("/healthz")).status == 200

    in_shop(tmp_path, scene, "--disk-free-min", "999999999")


def test_a_writer_that_is_stuck_stopping_or_gone_is_not_ready(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Market() as market:
            data = await selling(tmp_path / "cell", market)
            server = Server(data, ServeSettings())
            await server.start()
            assert server.watch.ready().ready
            server.writer.working_since_s = server.runtime.boottime_s() - STUCK_S - 1
            assert server.watch.ready().against == ("writer stuck",)
            server.writer.working_since_s = None
            alter(data.database, "UPDATE alembic_version SET version_num = '9999'")
            assert server.watch.ready().against == ("schema changed",)
            alter(data.database, f"UPDATE alembic_version SET version_num = '{wanted_revision()}'")
            server.hold_back()
            assert server.watch.ready().against == ("stopping",)
            await server.stop()
            assert server.watch.ready().against == ("stopping", "writer ended")

    asyncio.run(scene())


def test_refusals_that_a_flood_leaves_no_room_for_are_counted(tmp_path: Path) -> None:
    async def scene(served: Served, _market: Market) -> None:
        client = Client(served.port)
        for number in range(150):
            await told(client, f"F{number}", "not-a-number")
        client.close()
        found = await figures(served)
        kept = total(found, "juru_refusals_total")
        assert kept + of(found, "juru_refusals_not_kept_total") == 150
        assert kept == rows(served.data.database, "SELECT count(*) FROM refusals")[0][0]

    in_shop(tmp_path, scene)


def test_reasons_from_outside_cannot_make_labels_without_end(tmp_path: Path) -> None:
    cell = open_shop(tmp_path / "cell.db")
    metrics = Metrics(cell.writer, Slots(cell.runtime), DataDir(tmp_path), outbox_waiting=0, not_kept=lambda: 0)
    for number in range(10 * REASONS_MAX):
        for hear in cell.writer.listeners:
            hear(Changes(events=[Event(Happened.FAILED, 1, reason=f"made up {number}")]))
    (family,) = (f for f in metrics.collect() if f.name == "juru_orders_failed_reasons")
    assert len(family.samples) == REASONS_MAX + 1
    assert sum(sample.value for sample in family.samples) == 10 * REASONS_MAX
    cell.close()


def test_every_metric_is_on_its_page_and_no_other(tmp_path: Path) -> None:
    cell = open_shop(tmp_path / "cell.db")
    (tmp_path / "last-backup.json").write_text('{"path": "x", "taken_ms": 1, "commit_no": 1}')
    metrics = Metrics(cell.writer, Slots(cell.runtime), DataDir(tmp_path), outbox_waiting=0, not_kept=lambda: 0)
    told = {family.name + "_total" * (family.type == "counter") for family in metrics.collect()}
    page = (Path(__file__).parents[2] / "docs" / "reference" / "metrics.md").read_text()
    assert set(re.findall(r"^\| `(juru_\w+)`", page, re.MULTILINE)) == told
    cell.close()
