"""A supplier's statement as a file: which column is which, what each row says, and comparing it with our book."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import msgspec

from juru.server.desk.files import Row, read_rows
from juru.server.dialects.texts import classify
from juru.server.domain.commands import Command, ProposeFindings
from juru.server.domain.outcome import Outcome
from juru.server.domain.reconcile import NEAR_MS, Reconciled, StatementLine, reconcile
from juru.server.domain.refusals import Refusal
from juru.server.domain.results import Done, Result
from juru.server.errors import CommandError, SettingsError
from juru.server.store.reads.attempts import AttemptReads
from juru.values.days import DAY_MS, MINUTE_MS, Zone, local_ms
from juru.values.rupiah import parse_number

ALIASES: Mapping[str, tuple[str, ...]] = {
    "ref": (
        "ref",
        "refid",
        "reffid",
        "reff",
        "ref id",
        "idtrx",
        "clientid",
        "client id",
        "trxid klien",
        "reqid",
    ),
    "their_id": ("trxid", "trx id", "tr id", "id trx", "id transaksi", "serverid", "no", "id"),
    "sku": ("sku", "kode", "kode produk", "kodeproduk", "produk", "product", "product code", "buyer sku code"),
    "dest": ("tujuan", "nomor", "no tujuan", "nomor tujuan", "dest", "customer no", "customer id", "msisdn", "hp"),
    "price": ("harga", "price", "hrg", "nominal", "jumlah", "debet", "harga beli"),
    "sn": ("sn", "serial", "serial number", "sn/ref"),
    "status": ("status", "keterangan status", "state"),
    "at": ("tanggal", "waktu", "tgl", "date", "time", "created at", "tanggal transaksi"),
}
"""Column names as suppliers write them, with blanks or underscores; ``--column.ref KOLOM`` says it where none fits."""
PROPOSED_AT_ONCE = 200
_NEEDED = ("dest", "price")
_TIME = re.compile(
    r"(?:(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})|(?P<d2>\d{1,2})[/-](?P<m2>\d{1,2})[/-](?P<y2>\d{4}))"
    r"(?:[ T]+(?P<hour>\d{1,2})[:.](?P<min>\d{2})(?:[:.](?P<sec>\d{2})(?:\.\d+)?)?)?",
    re.ASCII,
)
_UNDONE = frozenset({"refund", "batal", "dibatalkan", "reversal"})


class Compared(msgspec.Struct, frozen=True):
    """A statement compared: its rows, the span it covers, and what came of it."""

    rows: int
    from_ms: int
    until_ms: int
    result: Reconciled


def columns(header: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Which column of a file is which field. Raises ``SettingsError`` naming what is missing."""
    unknown = sorted(given.keys() - ALIASES.keys())
    if unknown:
        raise SettingsError(f"no such field: {', '.join(unknown)}; there are {', '.join(ALIASES)}")
    found = {field: name.lower() for field, name in given.items()}
    missing = [name for name in found.values() if name not in header]
    if missing:
        raise SettingsError(f"the file has no column {', '.join(missing)}; it has {', '.join(header)}")
    plain = {name.replace("_", " "): name for name in reversed(header)}
    for field, names in ALIASES.items():
        if field not in found:
            fits = next((plain[name] for name in names if name in plain), None)
            if fits is not None and fits not in found.values():
                found[field] = fits
    lacking = [field for field in _NEEDED if field not in found]
    if lacking:
        told = ", ".join(f"--column.{field} 'NAME'" for field in lacking)
        raise SettingsError(f"no column for {', '.join(lacking)} in {', '.join(header)}: say which with {told}")
    return found


def read_statement(path: Path, zone: Zone, given: Mapping[str, str]) -> list[StatementLine]:
    """Every row of a statement. Raises ``SettingsError`` that names the first row that cannot be read."""
    return lines_of(str(path), read_rows(path), zone, given)


def lines_of(name: str, rows: Sequence[Row], zone: Zone, given: Mapping[str, str]) -> list[StatementLine]:
    """Every row of a table as a line of the statement; ``name`` is the file's, for messages."""
    if not rows:
        raise SettingsError(f"{name} has no rows under its header")
    where = columns(list(rows[0].cells), given)
    return [_line(name, row, where, zone) for row in rows]


def _line(name: str, row: Row, where: Mapping[str, str], zone: Zone) -> StatementLine:
    cells = {field: row.cells[column] for field, column in where.items()}
    price, told = cells.get("price", ""), cells.get("at", "")
    price_idr = parse_number(price) if price else None
    if price and price_idr is None:
        raise SettingsError(f"{name} row {row.number}: {price!r} is no amount in rupiah")
    at_ms, within_ms = _instant(name, row, told, zone)
    return StatementLine(
        row.number,
        charged=_charged(name, row, cells.get("status", ""), price_idr),
        ref=cells.get("ref", ""),
        their_id=cells.get("their_id", ""),
        sku=cells.get("sku", "").upper(),
        dest=cells.get("dest", ""),
        price_idr=None if price_idr is None else abs(price_idr),
        sn=cells.get("sn", ""),
        at_ms=at_ms,
        within_ms=within_ms,
    )


def _charged(name: str, row: Row, status: str, price_idr: int | None) -> bool:
    """Whether a row took money: by its status word, else by its price."""
    if not status:
        return bool(price_idr)
    charged = _status(status)
    if charged is None:
        raise SettingsError(
            f"{name} row {row.number}: status {status!r} is neither success nor failure; wait until it is final"
        )
    return charged


@lru_cache(maxsize=256)
def _status(status: str) -> bool | None:
    """Whether a status word says that money was taken; None where it is not final. A file has few of them."""
    match classify(status).outcome:
        case Outcome.SUCCESS:
            return True
        case Outcome.FAILED | Outcome.REFUSED:
            return False
        case _:
            return False if status.lower() in _UNDONE else None


def _instant(name: str, row: Row, written: str, zone: Zone) -> tuple[int | None, int]:
    """When a row says that it was, and how exactly it says so."""
    if not written:
        return None, 1
    found = _told_time(written)
    if found is None:
        raise SettingsError(f"{name} row {row.number}: {written!r} is no date; write 2026-11-23 10:15:00")
    told, within_ms = found
    return local_ms(told, zone), within_ms


@lru_cache(maxsize=4_096)
def _told_time(written: str) -> tuple[dt.datetime, int] | None:
    """A wall-clock time and how long it lasts: a second, a minute or a day."""
    found = _TIME.fullmatch(written)
    if found is None:
        return None
    year, month, day = (found["y"], found["m"], found["d"]) if found["y"] else (found["y2"], found["m2"], found["d2"])
    try:
        told = dt.datetime(  # noqa: DTZ001 - it has no zone of its own
            int(year), int(month), int(day), int(found["hour"] or 0), int(found["min"] or 0), int(found["sec"] or 0)
        )
    except ValueError:
        return None
    return told, 1_000 if found["sec"] else MINUTE_MS if found["hour"] else DAY_MS


class Asked(Protocol):
    """Whoever carries one command to the writer."""

    async def submit(self, command: Command) -> Result:
        """Its result."""


async def propose(
    asked: Asked,
    supplier: str,
    found: Compared,
    source: str,
    by: str,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> int:
    """File the findings, some at a time, so that orders never wait for long; how many were new."""
    findings, new = found.result.findings, 0
    for at in range(0, len(findings), PROPOSED_AT_ONCE):
        part = tuple(findings[at : at + PROPOSED_AT_ONCE])
        result = await asked.submit(ProposeFindings(supplier, part, source, by))
        if isinstance(result, Refusal):
            told = f"{new} findings were proposed, then: {result.facts.get('detail', result.code.value)}"
            raise CommandError(f"{told}; bring the statement in again, none is proposed twice")
        assert isinstance(result, Done), result
        new += int(result.note or 0)
        progress(at + len(part), len(findings))
    return new


def compare(
    lines: Sequence[StatementLine], reads: AttemptReads, supplier: str, *, from_ms: int | None, until_ms: int | None
) -> Compared:
    """Hold a statement against our book; the span is the statement's own where none is given.

    What a line without a reference may mean can lie a little outside of the span, so more is read than is missed.
    """
    begun = [line.at_ms for line in lines if line.at_ms is not None]
    if not begun and (from_ms is None or until_ms is None):
        raise SettingsError("the statement has no times: say its span with --from and --to")
    start_ms = min(begun) if from_ms is None else from_ms
    over = (line.at_ms + line.within_ms for line in lines if line.at_ms is not None)
    end_ms = max(over) if until_ms is None else until_ms
    near = reads.delivered(supplier, from_ms=start_ms - NEAR_MS, until_ms=end_ms + NEAR_MS)
    ours = {a.attempt_id: a for a in near}
    read = {attempt.ref for attempt in ours.values()}
    others = dict.fromkeys(line.ref for line in lines if line.ref and line.ref not in read)
    ours |= {a.attempt_id: a for a in reads.by_refs(supplier, others)}
    result = reconcile(lines, ours.values(), from_ms=start_ms, until_ms=end_ms)
    return Compared(len(lines), start_ms, end_ms, result)
