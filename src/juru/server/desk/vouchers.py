"""Voucher files: every row read and checked before anything is sealed; one wrong row and none is taken.

Columns: ``code``; and where they are there ``serial``, ``cost_idr``, ``expires``. A code is known again by a keyed
fingerprint of its letters and digits, so that neither the file nor the book needs the codes of the past in clear.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from datetime import date

import msgspec

from juru.server.desk.cells import CellError, read_idr
from juru.server.desk.files import Row
from juru.server.domain.commands import NewVoucher
from juru.server.domain.paper_kinds import NAME_OF
from juru.server.domain.voucher import Voucher
from juru.server.domain.vouchers import IMPORT_MAX
from juru.server.store.reads.papers import FiledPaper, PaperReads

VOUCHER = NAME_OF[Voucher]
_COLUMNS = frozenset({"code", "serial", "cost_idr", "expires"})
_CODE = re.compile(r"[A-Za-z0-9](?:[ -]?[A-Za-z0-9]){3,63}", re.ASCII)
_DAMAGED = re.compile(r"\d(?:[.,]\d+)?E[+-]?\d+", re.IGNORECASE | re.ASCII)
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T00:00:00)?|(\d{1,2})[/.](\d{1,2})[/.](\d{4})", re.ASCII)
_KEY_CHARS = 40


class BadRow(msgspec.Struct, frozen=True):
    """Why a row cannot be taken; ``row`` as the spreadsheet counts."""

    row: int
    why: str


class Batch(msgspec.Struct):
    """What an import would take, and what stands against it."""

    vouchers: list[NewVoucher] = []
    problems: list[BadRow] = []
    lengths: dict[int, int] = {}

    @property
    def total_idr(self) -> int:
        """What the codes have cost together."""
        return sum(voucher.cost_idr for voucher in self.vouchers)


def fingerprint(key: str, code: str) -> str:
    """What a code is known again by, however it was divided by blanks and dashes."""
    plain = code.replace(" ", "").replace("-", "")
    return hmac.new(key.encode(), plain.encode(), hashlib.sha256).hexdigest()[:_KEY_CHARS]


def read_batch(
    rows: Sequence[Row],
    *,
    key: str,
    seal: Callable[[str], str],
    known: Callable[[str], FiledPaper | None],
    today: int,
    cost_idr: int | None = None,
) -> Batch:
    """Every row of a file. ``cost_idr`` is for rows that name none; ``known`` finds a code that was ever filed."""
    batch = Batch()
    columns = set(rows[0].cells) if rows else set()
    if (wrong := _wrong_columns(columns, cost_idr)) is not None:
        batch.problems.append(BadRow(1, wrong))
        return batch
    if not 0 < len(rows) <= IMPORT_MAX:
        batch.problems.append(BadRow(1, f"a file has 1 to {IMPORT_MAX} codes, this one {len(rows)}: divide it"))
        return batch
    seen: dict[str, int] = {}
    for row in rows:
        try:
            new = _read(row, key, seal, today, cost_idr)
            _check_once(new.key, seen, known)
        except CellError as error:
            batch.problems.append(BadRow(row.number, str(error)))
            continue
        seen[new.key] = row.number
        batch.vouchers.append(new)
        length = len(row.cells["code"])
        batch.lengths[length] = batch.lengths.get(length, 0) + 1
    return batch


def known_by(reads: PaperReads) -> Callable[[str], FiledPaper | None]:
    """How a code of the past is found."""
    return lambda key: reads.by_key(VOUCHER, key)


def _wrong_columns(columns: set[str], cost_idr: int | None) -> str | None:
    if "code" not in columns:
        return "the first row must name a column code"
    if unknown := sorted(columns - _COLUMNS):
        return f"unknown column {', '.join(unknown)}; these are read: {', '.join(sorted(_COLUMNS))}"
    if "cost_idr" not in columns and cost_idr is None:
        return "what did the codes cost? add a column cost_idr, or give --cost"
    return None


def _read(row: Row, key: str, seal: Callable[[str], str], today: int, cost_idr: int | None) -> NewVoucher:
    code = row.cells["code"]
    if _DAMAGED.fullmatch(code):
        raise CellError("the spreadsheet has rounded this code: have its column as text and take the codes anew")
    if not _CODE.fullmatch(code):
        raise CellError("a code is 4 to 64 letters and digits, with single blanks or dashes between them")
    written = row.cells.get("cost_idr", "")
    cost = read_idr(written) if written else cost_idr
    if cost is None or cost < 0:
        raise CellError("its cost_idr is missing" if cost is None else "its cost_idr is below zero")
    expires_day = read_day(row.cells.get("expires", ""))
    if expires_day is not None and expires_day < today:
        raise CellError(f"it has expired on {expires_day}")
    return NewVoucher(fingerprint(key, code), seal(code), cost, row.cells.get("serial", "")[:64], expires_day)


def _check_once(key: str, seen: dict[str, int], known: Callable[[str], FiledPaper | None]) -> None:
    if key in seen:
        raise CellError(f"the same code as row {seen[key]}")
    found = known(key)
    if found is not None and isinstance(found.paper, Voucher):
        state = "" if found.paper.order_id is None else f", order {found.paper.order_id} has it"
        raise CellError(f"imported before, as voucher {found.id} of {found.paper.product}{state}")


def read_day(written: str) -> int | None:
    """A date as ``2026-12-31`` or ``31/12/2026``; none for an empty cell. Raises ``CellError``."""
    if not written.strip():
        return None
    found = _DATE.fullmatch(written.strip())
    if found is None:
        raise CellError(f"{written[:20]!r} is no date: write 2026-12-31 or 31/12/2026")
    year, month, day = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        raise CellError(f"{written[:20]} is no day of the calendar") from None
    return int(year) * 10_000 + int(month) * 100 + int(day)
