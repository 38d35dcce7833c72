"""A members' list of 10,000 rows brought into an association's book: read and judged, recorded, and given once more.

``python -m bench.association_import [ROWS]`` measures it alone, from CSV and from XLSX.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from juru.association.desk.desk import Desk, init
from juru.association.desk.importing import Kind, Plan, carry_out, plan
from juru.association.domain.branches import SEED
from juru.association.store.audit import audit
from juru.association.store.book import DATABASE
from juru.books.sqlite import SqliteEngine

ROWS = 10_000
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
_HEADER = ("nama", "cabang", "wakil iuran", "wakil suara", "telepon", "tanggal gabung", "lunas sampai", "nib")
_FIRST = ("Maju", "Sinar", "Mitra", "Cahaya", "Berkah", "Sumber", "Bintang", "Karya", "Anugerah", "Gemilang")
_SECOND = ("Jaya", "Reload", "Pulsa", "Seluler", "Abadi", "Makmur", "Sentosa", "Mandiri", "Lestari", "Prima")


def rows(count: int) -> list[tuple[str, ...]]:
    """Businesses with names as alike as numbered firms are."""
    return [
        (
            f"PT {_FIRST[n % 10]} {_SECOND[n // 10 % 10]} {n}",
            SEED[n % len(SEED)].code,
            f"Budi {n}",
            f"Sri {n}",
            f"0812{n:08d}",
            f"{1 + n % 28:02d}/{1 + n % 12:02d}/{2010 + n % 16}",
            "31/12/2026",
            f"91200{n:08d}",
        )
        for n in range(count)
    ]


def as_csv(listed: list[tuple[str, ...]]) -> bytes:
    """The list as a spreadsheet exports it."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_HEADER, *listed])
    return text.getvalue().encode()


def as_xlsx(listed: list[tuple[str, ...]]) -> bytes:
    """The list as a workbook."""
    body = io.BytesIO()
    with xlsxwriter.Workbook(body, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([_HEADER, *listed]):
            sheet.write_row(number, 0, row)
    return body.getvalue()


def _looked(desk: Desk, content: bytes, count: int) -> tuple[float, float, Plan]:
    """Seconds and processor seconds of judging a list, and what it would do."""
    begun, worked = time.perf_counter(), time.process_time()
    with desk.book.reading() as reads:
        found = plan(reads, content, today=desk.today(NOW))
    assert found.count(Kind.ADD) == count, [fate for fate in found.fates if fate.kind is not Kind.ADD][:3]
    return round(time.perf_counter() - begun, 2), time.process_time() - worked, found


def measure(path: Path, count: int = ROWS) -> dict[str, Any]:
    """Seconds of the look, of the whole import, and of the same list once more; the audit must be clean."""
    shutil.rmtree(path, ignore_errors=True)
    listed = rows(count)
    content, workbook = as_csv(listed), as_xlsx(listed)
    desk = init(path, name="Bench", now=NOW, by="bench")
    try:
        figures: dict[str, Any] = {"rows": count}
        figures["look_xlsx_s"], _, _ = _looked(desk, workbook, count)
        figures["look_s"], looked_cpu_s, found = _looked(desk, content, count)
        begun, worked = time.perf_counter(), time.process_time()
        done = carry_out(desk, found, file="anggota.csv", now=NOW, by="bench")
        figures["record_s"] = round(time.perf_counter() - begun, 2)
        figures["cpu_s"] = round(looked_cpu_s + time.process_time() - worked, 2)
        assert done.added == count, done
        figures["all_s"] = round(figures["look_s"] + figures["record_s"], 2)
        begun = time.perf_counter()
        with desk.book.reading() as reads:
            again = plan(reads, content, today=desk.today(NOW))
        figures["again_s"] = round(time.perf_counter() - begun, 2)
        assert again.count(Kind.THERE) == count
    finally:
        desk.book.close()
    engine = SqliteEngine(path / DATABASE, read_only=True)
    audited = audit(engine)
    engine.close()
    assert audited.clean, audited.found[:3]
    return figures


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    sys.stdout.write(json.dumps(measure(Path("build") / "bench-import", wanted)) + "\n")
