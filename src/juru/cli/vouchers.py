"""``juru voucher``: codes of our own stock, taken in from a file, listed without their codes, taken out again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter

from juru.cli.given import HERE, SOMEONE, Json, Money, Where, Who
from juru.cli.output import OK, REFUSED, accepted, say, say_error, say_json, say_table
from juru.server.desk.cells import write_calendar_day
from juru.server.desk.files import read_rows
from juru.server.desk.link import Desk, open_desk, open_reads
from juru.server.desk.vouchers import VOUCHER, Batch, known_by, read_batch
from juru.server.domain.catalog import Product, ProductKind
from juru.server.domain.cell import Settings
from juru.server.domain.commands import ImportVouchers, PaidFrom, SaveRecord, VoidVouchers
from juru.server.domain.records import SETTINGS_KEY
from juru.server.domain.results import Done
from juru.server.domain.voucher import Voucher, VoucherState
from juru.server.domain.vouchers import IMPORT_MAX
from juru.server.engine.realtime import RealTime
from juru.server.errors import CommandError, DataDirError, SettingsError
from juru.server.store.keyring import FreshSecrets, Keyring
from juru.server.store.reads.papers import FiledPaper
from juru.server.store.reads.reads import Reads
from juru.values.days import business_day
from juru.values.rupiah import format_rupiah

voucher = App(name="voucher", help="Vouchers of our own stock.")
_SHOWN = 20
_ALL = 100_000
_LISTED = ("voucher", "product", "serial", "cost_idr", "expires", "state", "order", "reason")


@voucher.command(name="import")
def import_(
    file: Path,
    /,
    *,
    product: Annotated[str, Parameter(help="what the codes are sold as: a product of kind voucher")],
    cost: Annotated[Money | None, Parameter(help="what each has cost, where the file has no cost_idr")] = None,
    paid_from: Annotated[PaidFrom, Parameter(help="bank, or equity for what you had before these books")] = (
        PaidFrom.BANK
    ),
    dry_run: Annotated[bool, Parameter(negative="", help="only check and count")] = False,
    where: Where = HERE,
    who: Who = SOMEONE,
    json: Json = False,
) -> int:
    """Take the codes of a CSV or XLSX file into stock: all of them, or none where a row is wrong.

    Columns: code; and where they are there serial, cost_idr, expires. Codes are stored sealed and never shown.
    """
    rows = read_rows(file)
    data = where.dir()

    async def run() -> tuple[Batch, Done | None]:
        async with open_desk(data) as desk:
            known = _product(desk.reads, product)
            keys = Keyring(data.keys)
            key = keys.open(await _fingerprint_key(desk, keys, who))
            today = business_day(RealTime().now_ms(), _settings(desk.reads).zone)
            batch = read_batch(
                rows, key=key, seal=keys.seal, known=known_by(desk.reads.papers), today=today, cost_idr=cost
            )
            if batch.problems or dry_run:
                return batch, None
            reason = who.why(f"import {file.name}")
            command = ImportVouchers(known, tuple(batch.vouchers), paid_from, reason, who.name(), RealTime().new_id())
            done = accepted(await desk.submit(command))
            assert isinstance(done, Done), done
            return batch, done

    batch, done = asyncio.run(run())
    if batch.problems:
        for bad in batch.problems[:_SHOWN]:
            say_error(f"row {bad.row}: {bad.why}")
        more = len(batch.problems) - _SHOWN
        say_error(f"{f'and {more} more rows; ' if more > 0 else ''}nothing was imported")
        return REFUSED
    if json:
        told = {"vouchers": len(batch.vouchers), "total_idr": batch.total_idr, "imported": done is not None}
        say_json(told | {"transfer_id": None if done is None else done.transfer_id})
    else:
        lengths = ", ".join(f"{count} of {length} characters" for length, count in sorted(batch.lengths.items()))
        say(f"{len(batch.vouchers)} codes ({lengths}), {format_rupiah(batch.total_idr)}")
        say("checked only: nothing was imported" if done is None else f"in stock; transfer {done.transfer_id or '-'}")
    return OK


@voucher.command(name="list")
def listing(
    *,
    product: str | None = None,
    every: Annotated[bool, Parameter(name="--all", negative="", help="handed out and void ones too")] = False,
    limit: int = 50,
    where: Where = HERE,
    json: Json = False,
) -> int:
    """What is in stock, newest first; no code is shown.

    Parameters
    ----------
    product
        Only of this product.
    limit
        How many at most.
    """
    with open_reads(where.dir()) as reads:
        page = reads.papers.page(VOUCHER, only_open=not every, limit=limit if product is None else _ALL)
    wanted = None if product is None else product.upper()
    found = [(f, p) for f in page if isinstance(p := f.paper, Voucher) and wanted in {None, p.product}][:limit]
    rows = [
        (
            f.id,
            p.product,
            p.serial,
            p.cost_idr,
            write_calendar_day(p.expires_day or 0),
            p.state.value,
            p.order_id,
            p.reason,
        )
        for f, p in found
    ]
    if json:
        say_json([dict(zip(_LISTED, row, strict=True)) for row in rows])
    else:
        say_table(_LISTED, rows)
    return OK


@voucher.command
def void(
    *numbers: int,
    expired: Annotated[bool, Parameter(negative="", help="all whose last day is over")] = False,
    unreadable: Annotated[bool, Parameter(negative="", help="all that were sealed with keys that are lost")] = False,
    refunded: Annotated[
        bool, Parameter(negative="", help="their seller gave the money back; else it is a loss")
    ] = False,
    where: Where = HERE,
    who: Who = SOMEONE,
) -> int:
    """Take vouchers out of the stock by their numbers, with a --reason; their codes are forgotten."""
    if not who.reason.strip():
        raise SettingsError("say why with --reason: it stands in the book")
    if bool(numbers) + expired + unreadable != 1:
        raise SettingsError("which ones? give their numbers from 'juru voucher list', or --expired, or --unreadable")
    data = where.dir()

    async def run() -> int:
        async with open_desk(data) as desk:
            if expired:
                found = _expired(desk.reads)
            elif unreadable:
                found = _unreadable(desk.reads, Keyring(data.keys))
            else:
                found = [_numbered(desk.reads, number) for number in numbers]
            keys = [filed.key for filed in found]
            for start in range(0, len(keys), IMPORT_MAX):
                part = tuple(keys[start : start + IMPORT_MAX])
                accepted(await desk.submit(VoidVouchers(part, who.reason.strip(), who.name(), refunded)))
            return len(keys)

    say(f"{asyncio.run(run())} vouchers are out of the stock")
    return OK


@voucher.command
def release(*, where: Where = HERE, who: Who = SOMEONE) -> int:
    """Hand out codes of the stock again after a restore, with a --reason.

    A restored book does not know which codes were handed out after the backup: void those first.
    """
    if not who.reason.strip():
        raise SettingsError("say why with --reason: it stands in the book")
    data = where.dir()

    async def run() -> None:
        async with open_desk(data) as desk:
            shut = _unreadable(desk.reads, Keyring(data.keys))
            if shut:
                raise CommandError(
                    f"{len(shut)} codes in stock were sealed with keys that are lost: "
                    "'juru voucher void --unreadable' takes them out"
                )
            settings = msgspec.structs.replace(_settings(desk.reads), vouchers_held=False)
            body = msgspec.json.encode(settings)
            accepted(await desk.submit(SaveRecord("setting", SETTINGS_KEY, body, who.name(), who.reason.strip())))

    asyncio.run(run())
    say("codes of the stock are handed out again")
    return OK


def _expired(reads: Reads) -> list[FiledPaper]:
    today = business_day(RealTime().now_ms(), _settings(reads).zone)
    return [f for f, p in _stock(reads) if p.expires_day is not None and p.expires_day < today]


def _unreadable(reads: Reads, keys: Keyring) -> list[FiledPaper]:
    return [f for f, p in _stock(reads) if not _opens(keys, p.sealed)]


def _opens(keys: Keyring, sealed: str) -> bool:
    try:
        keys.open(sealed)
    except DataDirError:
        return False
    return True


def _stock(reads: Reads) -> Iterator[tuple[FiledPaper, Voucher]]:
    for filed in reads.papers.every_open(VOUCHER):
        if isinstance(filed.paper, Voucher):
            yield filed, filed.paper


def _numbered(reads: Reads, number: int) -> FiledPaper:
    found = reads.papers.by_number(VOUCHER, number)
    if found is None or not isinstance(found.paper, Voucher) or found.paper.state is not VoucherState.OPEN:
        raise CommandError(f"voucher {number} is not in stock: 'juru voucher list' shows what is")
    return found


def _product(reads: Reads, code: str) -> str:
    """The product's code, if codes can be sold as it."""
    for record in reads.records("product"):
        if record.key == code.upper():
            if msgspec.json.decode(record.body, type=Product).kind is ProductKind.VOUCHER:
                return record.key
            raise CommandError(
                f"{record.key} is no voucher: 'juru product set {record.key} --kind voucher' makes it one"
            )
    raise CommandError(f"there is no product {code.upper()}: 'juru product list' shows all")


async def _fingerprint_key(desk: Desk, keys: Keyring, who: Who) -> str:
    """The key of fingerprints, sealed; made with the first import, and the same for ever."""
    settings = _settings(desk.reads)
    if settings.voucher_key:
        return settings.voucher_key
    made = msgspec.structs.replace(settings, voucher_key=keys.seal(FreshSecrets().token()))
    body = msgspec.json.encode(made)
    accepted(await desk.submit(SaveRecord("setting", SETTINGS_KEY, body, who.name(), "key of voucher fingerprints")))
    return made.voucher_key


def _settings(reads: Reads) -> Settings:
    body = next(record.body for record in reads.records("setting") if record.key == SETTINGS_KEY)
    return msgspec.json.decode(body, type=Settings)
