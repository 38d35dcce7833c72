"""``juru association init`` and ``audit``: a new association, and the proof of its books."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from juru.cli.association.at import HERE, SOMEONE, Asking, At
from juru.cli.given import Json
from juru.cli.output import OK, REFUSED, progress, say, say_error, say_json, say_table


def init(
    directory: Path,
    /,
    *,
    name: Annotated[str, Parameter(help="what the association is called")] = "Asosiasi Server Pulsa Indonesia",
    asking: Asking = SOMEONE,
) -> int:
    """Make a new association in DIRECTORY, with the nine branches of the article as dated facts.

    While no national officer is in office, whoever keeps the book acts for the congress: he sets the dues, admits the
    first members, issues the decrees that seat the first board.
    """
    from juru.association.desk.desk import init as make

    desk = make(directory, name=name, now=datetime.now(UTC), by=asking.name())
    desk.book.close()
    say(f"An association in {directory}. Next: juru association dues table server --annual RUPIAH --data {directory}")
    return OK


def audit(
    *,
    head: Annotated[
        str | None, Parameter(help="a head exported before: NO:HEX, its file, or a backup's manifest")
    ] = None,
    export_head: Annotated[Path | None, Parameter(help="write the head of a clean book to this file")] = None,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Prove chain, money and documents from the first entry; exits with 1 when something contradicts something.

    What came of it is kept with its day, and shown on the portal's page of the audit.
    """
    from juru.association.desk.auditing import audit_as_job
    from juru.cli.audit import export, read_head

    expected = None if head is None else read_head(head)
    with progress("auditing commits") as told:
        found = audit_as_job(
            at.dir(),
            by=asking.name(),
            clock=lambda: datetime.now(UTC),
            progress=told,
            expected_head=expected,
        )
    if export_head is not None:
        export(found, export_head)
    if json:
        say_json({"clean": found.clean, "first_broken_commit": found.first_broken_commit(), "findings": found})
    elif found.clean:
        head = "" if found.head is None else f"; head {found.head.commit_no}:{found.head.seal}"
        say(f"clean: {found.commits} commits, {found.facts} facts, {found.transfers} transfers{head}")
    else:
        rows = [(f.kind, f.commit_no, f.table, f.row_id, f.detail) for f in found.found]
        say_table(("kind", "commit", "table", "row", "what"), rows)
        say_error(f"{len(found.found) + found.omitted} findings")
    return OK if found.clean else REFUSED
