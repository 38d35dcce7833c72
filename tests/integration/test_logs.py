"""The real program logs what happens to it, also when it breaks, and none of the secrets it was told."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from urllib.parse import urlencode

from tests.crash.cell import AGENT, PRODUCT
from tests.crash.market import Market
from tests.support.kept import rows, selling
from tests.support.serving import PROGRAM, Served, juru, serving, until

PIN, WRONG_PIN, NEW_PIN = "90817263", "11223355", "66778899"
SUPPLIER_PIN, SUPPLIER_PASSWORD = "55443322", "supplier-Passw0rd"

BROKEN = f"""
import juru.server.suppliers.transport as t, juru.server.channels.otomax as o
send, handle = t.HttpTransport.send, o.OtomaxChannel.handle
async def breaks(self, request, **more):
    if "BREAKSENDING" in repr(request) or "081200000099" in repr(request):
        raise RuntimeError(f"cannot send {{request!r}} to {{request.url}}")
    return await send(self, request, **more)
async def falls(self, request, ip):
    if "BREAKREADING" in repr(request):
        raise RuntimeError(f"cannot read {{request!r}}: {{request.url}}")
    return await handle(self, request, ip)
t.HttpTransport.send, o.OtomaxChannel.handle = breaks, falls
{PROGRAM}
"""
"""The program with two faults of the worst kind: they tell the whole request."""


async def _ask(served: Served, ref: str, dest: str, password: str, pin: str = PIN) -> int:
    fields = {"memberID": AGENT, "pin": pin, "password": password, "product": PRODUCT, "dest": dest, "refID": ref}
    return (await served.get(f"/h2h/otomax/trx?{urlencode(fields)}")).status


def test_nothing_secret_is_logged_whatever_breaks(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Market() as market:
            data = await selling(tmp_path / "cell", market)
            where = ("--data", str(data.path))
            await juru("supplier", "set", "FIRST", "--pin", SUPPLIER_PIN, "--password", SUPPLIER_PASSWORD, *where)
            said = await juru(
                "agent", "set", AGENT, "--pin", PIN, "--senders", "chat:A1", "--h2h", "--renew", "--json", *where
            )
            issued = {one["name"]: one["value"] for one in said.json["issued"]}
            secrets = {PIN, WRONG_PIN, NEW_PIN, SUPPLIER_PIN, SUPPLIER_PASSWORD, *issued.values()} - {AGENT}
            async with serving(data, "--log-level", "debug", program=BROKEN) as served:
                password = issued["password"]
                assert await _ask(served, "good", "081200000001", password) == 200
                assert await _ask(served, "wrong", "081200000002", password, WRONG_PIN) == 200
                assert await _ask(served, "BREAKREADING", "081200000003", password) == 500
                assert await _ask(served, "sends", "081200000099", password) == 200
                await until(lambda: rows(data.database, "SELECT id FROM attempts WHERE reason = 'internal'"))
                for text in (f"SALDO.{PIN}", f"SALDO.{WRONG_PIN}", f"GANTIPIN.{PIN}.{NEW_PIN}", f"S10.0812.{NEW_PIN}"):
                    await juru("chat", text, "--agent", AGENT, "--wait", "0", *where, code=None)
                await served.get("/api/v1/orders", {"X-Juru-Agent": AGENT, "X-Juru-Signature": password})
                token = json.loads(data.running.read_text())["token"]
                await served.get("/chat/A1/replies?after=x", {"Authorization": f"Bearer {token}"})
                secrets.add(token)
            text = served.log.read_text()
            assert [secret for secret in secrets if secret in text] == []
            lines = served.lines()
            assert {line["event"] for line in lines} >= {"serving", "incident", "draining", "stopped"}
            faults = [line for line in lines if "exception" in line]
            assert any("cannot send" in line["exception"] and "081200000099" in line["exception"] for line in faults)
            assert any("cannot read" in line["exception"] and "BREAKREADING" in line["exception"] for line in faults)
            assert all({"event", "level", "timestamp", "room"} <= line.keys() for line in lines)
            assert next(line for line in lines if line["event"] == "incident")["incident"].startswith("attempt ")

    asyncio.run(scene())


def test_a_persons_format_and_a_quiet_level_are_options(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Market() as market:
            data = await selling(tmp_path / "cell", market)
            async with serving(data, "--log-format", "console") as served:
                pass
            assert "serving" in served.log.read_text()
            assert not served.log.read_text().startswith("{")
            async with serving(data, "--log-level", "warning") as served:
                pass
            assert served.log.read_text() == ""

    asyncio.run(scene())
