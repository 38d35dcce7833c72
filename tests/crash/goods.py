"""Bills and vouchers while the server is killed: asked about, paid, handed out, and every answer asked for again.

The biller keeps a raw log of what it was asked and never looks for repeats, so a second payment would show. In the end
each bill is paid as often as the book says, each code is with one order, and nobody was ever told another code.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from juru.books.sqlite import SqliteEngine
from juru.server.domain.voucher import Voucher
from juru.server.settings import DataDir
from juru.server.store.reads.papers import PaperReads
from tests.crash.cell import AGENT, API_KEY, BILL_PRODUCT, VOUCHER_PRODUCT, codes

PAUSE_S = 0.02
PENDING_S = 0.3
_ASK_AGAIN = frozenset({"70", "85", "99", "60"})


class Biller:
    """A Digiflazz that sells bills; what it does with one follows from the last digit of its number."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.paid: list[tuple[str, str]] = []
        self.checks = 0
        self._at_s: dict[str, float] = {}
        self._silent: set[str] = set()

    def delivered(self) -> Counter[str]:
        """How often each bill was paid."""
        return Counter(number for _, number in self.paid if not number.endswith("6"))

    def answer(self, body: bytes) -> str | None:
        """One request; None hangs up without a byte."""
        said = msgspec.json.decode(body)
        ref, number = said["ref_id"], said["customer_no"]
        match said["commands"]:
            case "inq-pasca":
                self.asked[ref] += 1
                if number.endswith("4") and number not in self._silent:
                    self._silent.add(number)
                    return None
                told: tuple[str, str] | None = ("00", "Sukses")
            case "pay-pasca":
                self.paid.append((ref, number))
                self._at_s[ref] = time.monotonic()
                told = {"6": ("02", "Gagal"), "7": ("03", "Pending"), "8": ("03", "Pending"), "9": None}.get(
                    number[-1], ("00", "Sukses")
                )
            case _:
                self.checks += 1
                told = self._state(ref, number)
        return None if told is None else _row(said, *told)

    def _state(self, ref: str, number: str) -> tuple[str, str]:
        if ref not in self._at_s:
            return "50", "Gagal"
        if number.endswith("6"):
            return "02", "Gagal"
        settled = number[-1] not in "78" or time.monotonic() - self._at_s[ref] >= PENDING_S
        return ("00", "Sukses") if settled else ("03", "Pending")


def _row(said: dict[str, Any], rc: str, status: str) -> str:
    number = said["customer_no"]
    row = {
        "ref_id": said["ref_id"],
        "customer_no": number,
        "buyer_sku_code": said["buyer_sku_code"],
        "rc": rc,
        "status": status,
        "message": f"Transaksi {status}",
        "sn": f"PLN{number[::-1]}",
        "price": 50_000 + int(number) % 1_000,
        "selling_price": 52_500 + int(number) % 1_000,
        "admin": 2_500,
        "customer_name": "PELANGGAN UJI",
        "periode": "202601",
    }
    return msgspec.json.encode({"data": row}).decode()


class Till:
    """An agent's shop: the next bill and the next voucher only when this one's end is known, every answer kept."""

    def __init__(self, data: DataDir, port: int, biller: Biller) -> None:
        self._data = data
        self._port = port
        self._biller = biller
        self._next = 0
        self.bills: dict[str, str] = {}
        self.vouchers: dict[str, str] = {}
        self.faults: list[str] = []

    async def live(self, up: asyncio.Event, stopping: asyncio.Event) -> None:
        """Sell until told to stop."""
        while not stopping.is_set():
            await up.wait()
            self._next += 1
            await self._bill(up, f"B{self._next}", f"53{self._next:08d}")
            await self._voucher(up, f"V{self._next}")
            await asyncio.sleep(PAUSE_S)

    async def _bill(self, up: asyncio.Event, ref: str, number: str) -> None:
        """Ask until it is found, pay until it is taken; the second half of a pair must be told the same."""
        found = await self._until(up, ref, commands="inq-pasca", buyer_sku_code=BILL_PRODUCT, customer_no=number)
        if found["rc"] != "00":
            self.faults.append(f"{ref} was asked about in vain: {found}")
            return
        pay = {"commands": "pay-pasca", "buyer_sku_code": BILL_PRODUCT, "customer_no": number}
        told = await asyncio.gather(self._until(up, ref, **pay), self._until(up, ref, **pay))
        self.bills[ref] = number
        for one in told:
            if one["rc"] not in {"03", "00", "02"} or one["price"] != found["price"]:
                self.faults.append(f"{ref} was found at {found['price']}, then told {one}")

    async def _voucher(self, up: asyncio.Event, ref: str) -> None:
        told = await self._until(up, ref, buyer_sku_code=VOUCHER_PRODUCT, customer_no="081234567890")
        if told["rc"] != "00" or not told["sn"]:
            self.faults.append(f"{ref} got no code: {told}")
            return
        self.vouchers[ref] = told["sn"].partition("/")[0]

    async def recheck(self) -> None:
        """Every answer once more, after the last start: the same codes, and each bill as the book has it."""
        for ref, code in self.vouchers.items():
            told = await self._say(ref, {"buyer_sku_code": VOUCHER_PRODUCT, "customer_no": "081234567890"})
            if told is None or told["sn"].partition("/")[0] != code:
                self.faults.append(f"{ref} was told {code}, after the last start {told}")

    async def _until(self, up: asyncio.Event, ref: str, **fields: str) -> dict[str, Any]:
        """Ask until there is an answer that decides something."""
        while True:
            await up.wait()
            told = await self._say(ref, fields)
            if told is not None and told["rc"] not in _ASK_AGAIN:
                return told
            await asyncio.sleep(PAUSE_S)

    async def _say(self, ref: str, fields: dict[str, str]) -> dict[str, Any] | None:
        """One request on a connection of its own; None when no whole answer came."""
        sign = hashlib.md5(f"{AGENT}{API_KEY}{ref}".encode()).hexdigest()
        body = msgspec.json.encode({"username": AGENT, "ref_id": ref, "sign": sign} | fields)
        head = f"POST /h2h/digiflazz/v1/transaction HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
        try:
            async with asyncio.timeout(10):
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                try:
                    writer.write(head.encode() + body)
                    await writer.drain()
                    answered = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                    length = int(answered.partition("content-length:")[2].partition("\r\n")[0])
                    answer = await reader.readexactly(length)
                finally:
                    writer.close()
        except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError):
            return None
        if " 200 " not in answered.partition("\r\n")[0]:
            return None
        data: dict[str, Any] = msgspec.json.decode(answer)["data"]
        return data

    def judged(self) -> list[str]:
        """What is wrong in the book, beside the biller's log and what was told."""
        engine = SqliteEngine(Path(self._data.database), read_only=True)
        try:
            orders: dict[str, str] = dict(
                engine.rows("SELECT ref, state FROM orders WHERE ref LIKE 'B%' OR ref LIKE 'V%'")
            )
            handed = [f.key for f in PaperReads(engine).page("voucher", limit=100_000) if _is_handed(f.paper)]
        finally:
            engine.close()
        return [*self.faults, *self._about_bills(orders), *self._about_codes(orders, handed)]

    def _about_bills(self, orders: dict[str, str]) -> list[str]:
        found = [
            f"the biller was asked {count} times as {ref}" for ref, count in self._biller.asked.items() if count > 1
        ]
        times = Counter(ref for ref, _ in self._biller.paid)
        found += [f"bill {ref} was paid {count} times" for ref, count in times.items() if count > 1]
        delivered = self._biller.delivered()
        for ref, number in self.bills.items():
            wanted = {"success": 1, "failed": 0}.get(orders.get(ref, "lost"))
            if delivered[number] != wanted:
                found.append(f"{ref} is {orders.get(ref, 'lost')} and was paid {delivered[number]} times")
        return found

    def _about_codes(self, orders: dict[str, str], handed: list[str]) -> list[str]:
        found = [
            f"{ref} was told {code}, which is not of the stock"
            for ref, code in self.vouchers.items()
            if code not in _ALL
        ]
        found += [f"{code} was told {n} times" for code, n in Counter(self.vouchers.values()).items() if n > 1]
        sold = [ref for ref in orders if ref.startswith("V")]
        if len(handed) != len(sold):
            found.append(f"{len(handed)} codes were handed out to {len(sold)} orders")
        lost = [ref for ref in self.vouchers if orders.get(ref) != "success"]
        return found + [f"{ref} was told a code and is {orders.get(ref, 'lost')}" for ref in lost]


def _is_handed(paper: object) -> bool:
    return isinstance(paper, Voucher) and paper.order_id is not None


_ALL = frozenset(codes())
