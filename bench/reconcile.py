"""A supplier's statement held against a book: read, compared, proposed, brought again; ``python -m bench.reconcile N``.

Of the rows 1 in 100 has another price, 1 in 200 is not ours, 1 in 200 of ours is missing, 1 in 50 names no reference.
The figure stands only when exactly these differences are found, a second look proposes nothing, and the audit is clean.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

from bench.life import measure as live
from juru.books.sqlite import SqliteEngine
from juru.server.desk.files import write_rows
from juru.server.desk.statements import Compared, compare, propose, read_statement
from juru.server.domain.reconcile import StatementLine
from juru.server.engine.realtime import RealTime
from juru.server.engine.writer import Writer
from juru.server.store.audit import audit
from juru.server.store.migrate import migrate
from juru.server.store.reads.attempts import AttemptReads
from juru.server.store.store import Store
from juru.values.days import Zone, iso_local
from juru.values.msisdn import to_local

HEADER = ("Tanggal", "Ref", "Kode Produk", "Tujuan", "Harga", "SN", "Status")
SUPPLIER = "HOT"
_OURS = "SELECT a.ref, a.sku, o.dest, a.at_ms, o.cost_idr, a.sn FROM attempts a JOIN orders o ON o.id = a.order_id"
_DEARER, _MISSING, _NAMELESS, _EXTRA = 100, 200, 50, 200


def statement(engine: SqliteEngine) -> tuple[list[tuple[str, ...]], int]:
    """The supplier's own list of the book's orders, and how many differences were put into it."""
    rows: list[tuple[str, ...]] = []
    planted = 0
    for number, (ref, sku, dest, at_ms, cost_idr, sn) in enumerate(engine.rows(f"{_OURS} ORDER BY a.id"), 1):
        when = iso_local(at_ms, Zone.WIB)[:19].replace("T", " ")
        if number % _MISSING == 1:
            planted += 1
            continue
        dearer = number % _DEARER == 2
        planted += dearer
        named = number % _NAMELESS != 3
        price = f"{cost_idr + 25 * dearer:,}".replace(",", ".")
        rows.append((when, ref if named else "", sku, to_local(dest), price, sn or "", "SUKSES"))
        if number % _EXTRA == 4:
            planted += 1
            rows.append((when, f"NOT-OURS-{number}", sku, "081100000000", price, f"X{number}", "SUKSES"))
    return rows, planted


async def _propose(path: Path, found: Compared) -> tuple[float, int]:
    """File the findings; the seconds it took and how many were new."""
    engine = SqliteEngine(path)
    migrate(engine)
    runtime = RealTime()
    writer = Writer(Store(engine), runtime)
    working = asyncio.create_task(writer.run())
    begun = time.perf_counter()
    new = await propose(writer, SUPPLIER, found, "bench", "bench")
    seconds = time.perf_counter() - begun
    writer.stop()
    await working
    runtime.close()
    engine.close()
    return seconds, new


def measure(rows: int, path: Path = Path("build") / "bench-reconcile") -> dict[str, float]:
    """A whole run over a book of so many orders."""
    live(path, rows, 5)
    reading = SqliteEngine(path / "cell.db", read_only=True)
    told, planted = statement(reading)
    figures: dict[str, float] = {"rows": len(told)}
    lines: list[StatementLine] = []
    for ending in ("csv", "xlsx"):
        file = path / f"statement.{ending}"
        write_rows(file, HEADER, told)
        begun = time.perf_counter()
        lines = read_statement(file, Zone.WIB, {})
        figures[f"{ending}_read_s"] = time.perf_counter() - begun
    begun = time.perf_counter()
    found = compare(lines, AttemptReads(reading), SUPPLIER, from_ms=None, until_ms=None)
    figures["compare_s"] = time.perf_counter() - begun
    assert len(found.result.findings) == planted, (len(found.result.findings), planted)
    assert found.result.by_number > 0
    for turn in ("", "again_"):
        figures[f"{turn}propose_s"], new = asyncio.run(_propose(path / "cell.db", found))
        assert new == (0 if turn else planted), new
    figures["findings_planted"] = planted
    figures["all_s"] = figures["xlsx_read_s"] + figures["compare_s"] + figures["propose_s"]
    figures["findings"] = len(audit(reading).found)
    reading.close()
    assert figures["findings"] == 0
    return {name: round(figure, 2) for name, figure in figures.items()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000), indent=1) + "\n")
