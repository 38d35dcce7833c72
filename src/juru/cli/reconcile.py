"""``juru reconcile``: a supplier's statement against our orders, and deciding what it shows."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from juru.cli.given import HERE, SOMEONE, Json, Where, Who
from juru.cli.output import OK, REFUSED, accepted, progress, say, say_json, say_table
from juru.server.desk.link import open_desk, open_reads
from juru.server.desk.statements import Compared, compare, propose, read_statement
from juru.server.domain.commands import SettleFinding
from juru.server.domain.finding import Finding
from juru.server.domain.results import Done
from juru.server.errors import SettingsError
from juru.server.settings import DataDir
from juru.server.store.reads.attempts import AttemptReads
from juru.server.store.reads.papers import FiledPaper, PaperReads
from juru.values.days import Zone, local_ms

reconcile = App(name="reconcile", help="A supplier's statement against our orders.")
_SHOWN = 10_000


@reconcile.default
def reconcile_(
    file: Path,
    /,
    *,
    supplier: str,
    since: Annotated[dt.date | None, Parameter(name="--from", help="first day of the span, in its zone")] = None,
    until: Annotated[dt.date | None, Parameter(name="--to", help="last day of the span")] = None,
    column: Annotated[dict[str, str] | None, Parameter(help="which column is which: --column.ref 'Nomor Ref'")] = None,
    zone: Annotated[Zone, Parameter(help="the zone of the statement's times")] = Zone.WIB,
    dry_run: Annotated[bool, Parameter(negative="", help="show what differs, propose nothing")] = False,
    where: Where = HERE,
    who: Who = SOMEONE,
    json: Json = False,
) -> int:
    """Compare FILE (CSV or XLSX) with our orders at a supplier; what differs is proposed for a person's decision."""
    data, code = where.dir(), supplier.upper()
    lines = read_statement(file, zone, column or {})
    with open_reads(data) as reads:
        if code not in {r.key for r in reads.records("supplier")}:
            raise SettingsError(f"there is no supplier {code}: juru supplier list shows what there is")
        found = compare(
            lines,
            AttemptReads(reads.engine),
            code,
            from_ms=None if since is None else _midnight(since, zone),
            until_ms=None if until is None else _midnight(until + dt.timedelta(days=1), zone),
        )
    new = 0 if dry_run else asyncio.run(_propose(data, code, found, file.name, who))
    if json:
        say_json({"rows": found.rows, "new": new, "result": found.result})
    else:
        result = found.result
        say(f"{found.rows} rows: {result.agreed} agree, {len(result.findings)} differ, {new} of them new")
        if result.by_number:
            say(f"{result.by_number} had no reference of ours and were matched by number and time: look at them first")
        rows = [(f.kind, f.name, f.order_id, f.row, f.ours, f.theirs, f.amount_idr) for f in result.findings]
        if rows:
            say_table(("finding", "reference", "order", "row", "ours", "theirs", "amount_idr"), rows)
    return REFUSED if found.result.findings else OK


@reconcile.command
def show(
    *,
    supplier: str = "",
    every: Annotated[bool, Parameter(name="--all", negative="", help="decided ones too")] = False,
    where: Where = HERE,
    json: Json = False,
) -> int:
    """Findings that wait for a decision, the newest first."""
    with open_reads(where.dir()) as reads:
        filed = PaperReads(reads.engine).page("finding", only_open=not every, limit=_SHOWN)
    found = [(f, f.paper) for f in filed if isinstance(f.paper, Finding) and supplier.upper() in ("", f.paper.supplier)]
    if json:
        say_json([f for f, _ in found])
        return OK
    rows = [
        (f.id, p.supplier, p.draft.kind, p.draft.name, p.draft.order_id, p.draft.amount_idr, p.state, p.reason)
        for f, p in found
    ]
    say_table(("finding", "supplier", "kind", "reference", "order", "amount_idr", "state", "reason"), rows)
    return OK


@reconcile.command
def approve(finding: int, /, *, where: Where = HERE, who: Who = SOMEONE) -> int:
    """Do what a finding proposes, with a --reason."""
    return _decide(finding, where.dir(), who, approve=True)


@reconcile.command
def reject(finding: int, /, *, where: Where = HERE, who: Who = SOMEONE) -> int:
    """Leave the book as it is, with a --reason."""
    return _decide(finding, where.dir(), who, approve=False)


def _decide(number: int, data: DataDir, who: Who, *, approve: bool) -> int:
    if not who.reason.strip():
        raise SettingsError("say why with --reason: it stands in the book")

    async def run() -> Done:
        async with open_desk(data) as desk:
            filed = _finding(PaperReads(desk.reads.engine), number)
            assert isinstance(filed.paper, Finding), filed
            command = SettleFinding(filed.key, approve, who.reason.strip(), who.name(), filed.paper.draft.attempt_id)
            result = accepted(await desk.submit(command))
            assert isinstance(result, Done), result
            return result

    done = asyncio.run(run())
    posted = f", transfer {done.transfer_id}" if done.transfer_id else ""
    say(f"finding {number} {'approved' if approve else 'rejected'}{posted}")
    return OK


def _finding(papers: PaperReads, number: int) -> FiledPaper:
    filed = next(iter(papers.page("finding", before_id=number + 1, limit=1)), None)
    if filed is None or filed.id != number:
        raise SettingsError(f"there is no finding {number}: juru reconcile show lists what there is")
    return filed


async def _propose(data: DataDir, supplier: str, found: Compared, source: str, who: Who) -> int:
    """File the findings; how many were new."""
    async with open_desk(data) as desk:
        with progress("proposing") as told:
            return await propose(desk, supplier, found, source, who.name(), told)


def _midnight(day: dt.date, zone: Zone) -> int:
    return local_ms(dt.datetime(day.year, day.month, day.day), zone)  # noqa: DTZ001 - the zone is given
