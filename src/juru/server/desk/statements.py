"""A supplier's statement as a file: which column is which, what each row says, and comparing it with our book."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from juru.server.desk.files import Row, read_rows
from juru.server.dialects.texts import classify
from juru.server.domain.outcome import Outcome
from juru.server.domain.reconcile import Reconciled, StatementLine, reconcile
from juru.server.errors import SettingsError
from juru.server.store.reads.attempts import AttemptReads
from juru.values.days import Zone, local_ms
from juru.values.rupiah import parse_number

ALIASES: Mapping[str, tuple[str, ...]] = {
    "ref": (
        "ref",
        "ref_id",
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
    "their_id": ("trxid", "trx id", "tr_id", "id trx", "id transaksi", "serverid", "no", "id"),
    "sku": ("sku", "kode", "kode produk", "kodeproduk", "produk", "product", "product_code", "buyer_sku_code"),
    "dest": ("tujuan", "nomor", "no tujuan", "nomor tujuan", "dest", "customer_no", "customer_id", "msisdn", "hp"),
    "price": ("harga", "price", "hrg", "nominal", "jumlah", "debet", "harga beli"),
    "sn": ("sn", "serial", "serial number", "sn/ref"),
    "status": ("status", "keterangan status", "state"),
    "at": ("tanggal", "waktu", "tgl", "date", "time", "created_at", "tanggal transaksi"),
}
"""Column names as suppliers write them; ``--column ref=KOLOM`` says it where none fits."""
_NEEDED = ("dest", "price")
_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d-%m-%Y %H:%M:%S")
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y")


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
    for field, names in ALIASES.items():
        if field not in found:
            fits = next((name for name in names if name in header), None)
            if fits is not None and fits not in found.values():
                found[field] = fits
    lacking = [field for field in _NEEDED if field not in found]
    if lacking:
        told = ", ".join(f"--column {field}=NAME" for field in lacking)
        raise SettingsError(f"no column for {', '.join(lacking)} in {', '.join(header)}: say which with {told}")
    return found


def read_statement(path: Path, zone: Zone, given: Mapping[str, str]) -> list[StatementLine]:
    """Every row of a statement. Raises ``SettingsError`` that names the first row that cannot be read."""
    rows = read_rows(path)
    if not rows:
        raise SettingsError(f"{path} has no rows under its header")
    where = columns(list(rows[0].cells), given)
    return [_line(path, row, where, zone) for row in rows]


def _line(path: Path, row: Row, where: Mapping[str, str], zone: Zone) -> StatementLine:
    def cell(field: str) -> str:
        return row.cells.get(where.get(field, ""), "").strip()

    price_idr = parse_number(cell("price")) if cell("price") else None
    if cell("price") and price_idr is None:
        raise SettingsError(f"{path} row {row.number}: {cell('price')!r} is no amount in rupiah")
    return StatementLine(
        row.number,
        charged=_charged(path, row, cell("status"), price_idr),
        ref=cell("ref"),
        their_id=cell("their_id"),
        sku=cell("sku").upper(),
        dest=cell("dest"),
        price_idr=None if price_idr is None else abs(price_idr),
        sn=cell("sn"),
        at_ms=_instant(path, row, cell("at"), zone),
    )


def _charged(path: Path, row: Row, status: str, price_idr: int | None) -> bool:
    """Whether a row took money: by its status word, else by its price."""
    if not status:
        return bool(price_idr)
    match classify(status).outcome:
        case Outcome.SUCCESS:
            return True
        case Outcome.FAILED | Outcome.REFUSED:
            return False
        case _ if status.lower() in {"refund", "batal", "dibatalkan", "reversal"}:
            return False
        case _:
            raise SettingsError(
                f"{path} row {row.number}: status {status!r} is neither success nor failure; wait until it is final"
            )


def _instant(path: Path, row: Row, written: str, zone: Zone) -> int | None:
    if not written:
        return None
    for pattern in (*_TIMES, *_DAYS):
        try:
            return local_ms(dt.datetime.strptime(written[:19], pattern), zone)  # noqa: DTZ007 - it has no zone
        except ValueError:
            continue
    raise SettingsError(f"{path} row {row.number}: {written!r} is no date; write 2026-11-23 10:15:00")


def compare(
    lines: Sequence[StatementLine], reads: AttemptReads, supplier: str, *, from_ms: int | None, until_ms: int | None
) -> Compared:
    """Hold a statement against our book; the span is the statement's own where none is given."""
    told = [line.at_ms for line in lines if line.at_ms is not None]
    if not told and (from_ms is None or until_ms is None):
        raise SettingsError("the statement has no times: say its span with --from and --to")
    start_ms = min(told) if from_ms is None else from_ms
    end_ms = max(told) + 1 if until_ms is None else until_ms
    ours = {a.attempt_id: a for a in reads.delivered(supplier, from_ms=start_ms, until_ms=end_ms)}
    ours |= {a.attempt_id: a for a in reads.by_refs(supplier, dict.fromkeys(line.ref for line in lines if line.ref))}
    return Compared(len(lines), start_ms, end_ms, reconcile(lines, ours.values()))
