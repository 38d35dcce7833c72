"""A house that has sold something, and a supplier's statement of it: what pages that watch the trade are tried on."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

from juru.server.domain.cell import Settings
from juru.server.domain.commands import (
    AddDeposit,
    AttemptAnswered,
    Command,
    DepositKind,
    MarkSending,
    MessageKey,
    OrderLine,
    PlaceOrder,
)
from juru.server.domain.order import Source
from juru.server.domain.outcome import Answer, Outcome
from juru.server.domain.records import PREFIXES_KEY
from juru.server.domain.refusals import Refusal
from juru.server.domain.results import Placed, Result
from juru.server.settings import DataDir
from juru.values.days import Zone
from tests.support.house import Browser, House, make

HEADER = ("Tanggal", "Ref", "Kode", "Tujuan", "Harga", "SN", "Status")
PRODUCT: dict[str, Any] = {"code": "S10", "name": "Telkomsel 10.000", "price_idr": 10_500, "operator": "TELKOMSEL"}
SUPPLIER: dict[str, Any] = {"code": "MITRA", "name": "Mitra Pulsa", "dialect": "otomax"}
RECORDS: list[tuple[str, str, dict[str, Any]]] = [
    ("operator", "TELKOMSEL", {"code": "TELKOMSEL", "name": "Telkomsel"}),
    ("prefixes", PREFIXES_KEY, {"version": "test", "prefixes": {"0812": "TELKOMSEL"}}),
    ("product", "S10", PRODUCT),
    ("supplier", "MITRA", SUPPLIER),
    ("offer", "S10", {"key": "S10", "product": "S10", "supplier": "MITRA", "sku": "S10", "cost_idr": 10_000}),
    ("agent", "BUDI", {"code": "BUDI", "name": "Budi Santoso", "senders": ["chat:BUDI"]}),
]
_ZONES = {Zone.WIB: 7, Zone.WITA: 8, Zone.WIT: 9}


class Trade:
    """A house whose suppliers answer what a test says."""

    def __init__(self, data: DataDir) -> None:
        self.house = House(make(data, *RECORDS, settings=Settings("Toko Pulsa Maju")))
        self._quiet()
        self._count = 0
        self.do(AddDeposit(DepositKind.AGENT, "BUDI", 500_000, "test", "test", "d1"))
        self.do(AddDeposit(DepositKind.SUPPLIER, "MITRA", 900_000, "test", "test", "d2"))

    def _quiet(self) -> None:
        self.house.loop.call_soon_threadsafe(self.house.server.dispatcher.stop)

    def restart(self) -> None:
        """Stop and start again on the same book."""
        self.house.stop()
        self.house = House(self.house.data)
        self._quiet()

    def do(self, command: Command) -> Result:
        """Have it decided, and not refused."""
        result = self.house.submit(command)
        assert not isinstance(result, Refusal), result
        return result

    def place(self) -> int:
        """An order that waits to be sent."""
        self._count += 1
        line = OrderLine(f"08123456{self._count:04d}", product="S10")
        key = MessageKey("chat:BUDI", "BUDI", f"m{self._count}", f"text {self._count}")
        placed = self.do(PlaceOrder("BUDI", (line,), "chat:BUDI", message=key))
        assert isinstance(placed, Placed)
        return placed.orders[0].order_id

    def buy(self, *, sn: str, price_idr: int = 10_000) -> str:
        """An order that was delivered; the reference under which it was bought."""
        cell = self.house.server.writer.cell
        attempt_id = cell.attempts_of[self.place()][0]
        ref = cell.attempts[attempt_id].ref
        self.do(MarkSending((attempt_id,)))
        self.do(AttemptAnswered(attempt_id, Answer(Outcome.SUCCESS, sn=sn, price_idr=price_idr), Source.REPLY))
        return ref

    def now(self) -> str:
        """The time of a row written now, in the zone of the house."""
        zone = dt.timezone(dt.timedelta(hours=_ZONES[self.house.server.writer.cell.settings.zone]))
        return dt.datetime.fromtimestamp(self.house.console.now_ms() / 1000, zone).strftime("%Y-%m-%d %H:%M:%S")

    def statement(self, header: tuple[str, ...] = HEADER) -> bytes:
        """Four rows: one agrees, two cost more, one is nobody's; and one purchase of ours is not in it."""
        rows = [
            (self.buy(sn="SN-1"), "10.000", "SN-1"),
            (self.buy(sn="SN-2"), "10.250", "SN-2"),
            (self.buy(sn="SN-3"), "10.300", "SN-3"),
            ("NOT-OURS", "9.900", "SN-6"),
        ]
        self.buy(sn="SN-4")
        file = io.StringIO()
        table = csv.writer(file)
        table.writerow(header)
        for ref, price, sn in rows:
            table.writerow((self.now(), ref, "S10", "081211112222" if ref == "NOT-OURS" else "", price, sn, "Sukses"))
        return file.getvalue().encode()

    def visits(self, code: str) -> Browser:
        """Somebody logged in."""
        browser = self.house.browser()
        assert browser.log_in(code).status == 303
        return browser
