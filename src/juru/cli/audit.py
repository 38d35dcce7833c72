"""``juru audit``: prove the books from the first entry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
from cyclopts import Parameter

from juru.cli.given import HERE, Json, Where
from juru.cli.output import OK, REFUSED, progress, say, say_error, say_json, say_table
from juru.server.errors import SettingsError

if TYPE_CHECKING:
    from juru.books.findings import Findings, Head

_SEAL_DIGITS = 64


def audit(
    *,
    head: Annotated[str | None, Parameter(help="a head exported before: NO:HEX, or its file")] = None,
    export_head: Annotated[Path | None, Parameter(help="write the head of a clean book to this file")] = None,
    where: Where = HERE,
    json: Json = False,
) -> int:
    """Prove balances, chain and agreement of orders and ledger; a server may go on serving meanwhile.

    Exits with 1 when something contradicts something, and names the commit and the rows.
    """
    from juru.server.desk.link import open_reads
    from juru.server.store.audit import audit as audit_book

    expected = None if head is None else read_head(head)
    with open_reads(where.dir()) as reads, progress("auditing commits") as told:
        findings = audit_book(reads.engine, expected_head=expected, progress=told)
    if export_head is not None:
        export(findings, export_head)
    if json:
        say_json({"clean": findings.clean, "first_broken_commit": findings.first_broken_commit(), "findings": findings})
        return OK if findings.clean else REFUSED
    if findings.clean:
        at = "" if findings.head is None else f"; head {findings.head.commit_no}:{findings.head.seal}"
        say(f"clean: {findings.commits} commits, {findings.transfers} transfers, {findings.orders} orders{at}")
        return OK
    say_table(
        ("kind", "commit", "table", "row", "what"),
        [(f.kind, f.commit_no, f.table, f.row_id, f.detail) for f in findings.found],
    )
    broken = findings.first_broken_commit()
    first = "" if broken is None else f"; the first commit whose seal fails is {broken}"
    say_error(f"{len(findings.found) + findings.omitted} findings{first}")
    return REFUSED


def export(findings: Findings, path: Path) -> None:
    """Write the head of a clean book to a file; of one that contradicts itself none is written, and that is said."""
    if not findings.clean or findings.head is None:
        say_error("no head was exported: it would vouch for a book that contradicts itself")
        return
    try:
        path.write_bytes(msgspec.json.encode(findings.head))
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}") from error


def read_head(given: str) -> Head:
    """A head as typed, or from the file it was exported to."""
    from juru.books.findings import Head

    number, mark, seal = given.partition(":")
    if mark and number.isdigit() and len(seal) == _SEAL_DIGITS:
        return Head(int(number), seal.lower())
    try:
        return msgspec.json.decode(Path(given).read_bytes(), type=Head)
    except FileNotFoundError as error:
        raise SettingsError(
            f"there is no file {given!r}: name one, such as DATA/heads/2026-11-23.json, or give NO:HEX"
        ) from error
    except (OSError, msgspec.DecodeError) as error:
        raise SettingsError(f"{given!r} is no head: give NO:HEX, or a file made by --export-head") from error
