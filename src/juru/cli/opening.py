"""``juru opening``: a running business moves in with the balances of its agents, suppliers and banks."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from juru.cli.asking import confirmed
from juru.cli.given import HERE, SOMEONE, Json, Where, Who
from juru.cli.output import OK, REFUSED, explain, progress, say, say_error, say_json, say_table
from juru.server.desk.files import Row, read_rows, write_rows
from juru.server.desk.link import Desk, open_desk
from juru.server.desk.opening import EXAMPLE, OpeningPlan, carry_out_opening, plan_opening
from juru.server.domain.commands import DepositKind
from juru.server.errors import CommandError, SettingsError
from juru.server.settings import DataDir
from juru.server.store.keyring import FreshSecrets, Keyring

_OPENED = (DepositKind.AGENT, DepositKind.SUPPLIER, DepositKind.BANK)


def opening(
    file: Path | None = None,
    /,
    *,
    check: Annotated[bool, Parameter(negative="", help="only say what would happen")] = False,
    yes: Annotated[bool, Parameter(negative="", help="post without asking")] = False,
    template: Annotated[Path | None, Parameter(help="write an example to this .csv or .xlsx file")] = None,
    where: Where = HERE,
    who: Who = SOMEONE,
    json: Json = False,
) -> int:
    """Post the opening balances in a CSV or XLSX FILE against the owner's equity: all rows, or none.

    Columns: kind (agent, supplier or bank), code, balance_idr; for agents and suppliers who are not there yet also
    those of 'juru agent columns' and 'juru supplier columns'. A row that was posted before is not posted again.
    """
    if template is not None:
        say(f"{write_rows(template, EXAMPLE[0], EXAMPLE[1:])} example rows in {template}")
        return OK
    if file is None:
        raise SettingsError("which file? 'juru opening FILE', or --template FILE for an example")
    return asyncio.run(_run(read_rows(file), where.dir(), who, check=check, yes=yes, json=json))


async def _run(rows: list[Row], data: DataDir, who: Who, *, check: bool, yes: bool, json: bool) -> int:
    by, reason = who.name(), who.why("opening balance")
    async with open_desk(data) as desk:
        done = await move_in(rows, desk, data, by=by, reason=reason, check=check, yes=yes, silent=json)
    if json:
        say_json(_document(done))
    return REFUSED if done.problems else OK


async def move_in(
    rows: list[Row],
    desk: Desk,
    data: DataDir,
    *,
    by: str,
    reason: str,
    check: bool = False,
    yes: bool = False,
    silent: bool = False,
) -> OpeningPlan:
    """Show what would be posted, ask, and post it; with a problem in any row nothing is posted.

    Raises ``CommandError`` when the person said no, or the cell changed meanwhile.
    """
    keys, fresh = Keyring(data.keys), FreshSecrets()
    plan = plan_opening(rows, desk, keys, fresh, by=by, reason=reason, only_check=True)
    if not silent:
        _show(plan, check=check)
    if plan.problems or check or not (plan.rows or plan.added):
        return plan
    if not yes and not confirmed("Bukukan saldo awal ini? (post these opening balances?)"):
        raise CommandError("nothing was posted")
    with progress("preparing") as told:
        plan = plan_opening(rows, desk, keys, fresh, by=by, reason=reason, progress=told)
    refusal = await carry_out_opening(desk, plan, by=by, reason=reason)
    if refusal is not None:
        raise CommandError(f"{explain(refusal)}\nno balance was posted: put it right and repeat")
    if not silent:
        say(f"{len(plan.rows)} balances posted, {plan.added} agents and suppliers added")
        if plan.issued:
            say_table(("for", "secret", "value"), [(i.key, i.name, i.value) for i in plan.issued])
            say("These are shown once: pass them on now.")
    return plan


def _show(plan: OpeningPlan, *, check: bool) -> None:
    """The problems, or the sums."""
    if plan.problems:
        say_table(("row", "column", "problem"), [(p.row, p.column, p.why) for p in plan.problems])
        say_error(f"{len(plan.problems)} problems; nothing was posted")
        return
    counts = {kind: sum(row.kind is kind for row in plan.rows) for kind in _OPENED}
    lines: list[tuple[str, int | None, int]] = [(kind.value, counts[kind], plan.total_idr(kind)) for kind in _OPENED]
    say_table(
        ("account", "rows", "balance_idr"), [*lines, ("equity, what is left to the owner", None, plan.equity_idr)]
    )
    if plan.added:
        say(f"{plan.added} agents and suppliers are new and will be added")
    if plan.before:
        say(f"{plan.before} rows were posted before and are left as they are")
    if check:
        say("checked, nothing posted")
    elif not (plan.rows or plan.added):
        say("nothing is left to post")


def _document(plan: OpeningPlan) -> dict[str, object]:
    return {
        "rows": len(plan.rows),
        "before": plan.before,
        "added": plan.added,
        "equity_idr": plan.equity_idr,
        "issued": plan.issued,
        "problems": plan.problems,
    }
