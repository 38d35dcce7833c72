"""``juru debt``: deposit given on credit, what is owed and for how long, repayments, and what is lost."""

from __future__ import annotations

import asyncio
from typing import Annotated

from cyclopts import App, Parameter

from juru.cli.given import HERE, SOMEONE, Json, Money, Where, Who
from juru.cli.money import new_id
from juru.cli.output import OK, accepted, say, say_json, say_table
from juru.server.domain.commands_money import GiveDebt, RepayDebt, WriteOffDebt
from juru.server.domain.results import Done
from juru.server.errors import SettingsError
from juru.server.settings import DataDir
from juru.values.rupiah import format_rupiah

debt = App(name="debt", help="Deposit given on credit (piutang): limits and days are fields of the agent.")
RequestId = Annotated[str | None, Parameter(help="posted once, however often it is repeated")]


@debt.command
def give(
    agent: str,
    amount: Money,
    /,
    *,
    days: Annotated[int | None, Parameter(help="due after so many days; without it the agent's own")] = None,
    request_id: RequestId = None,
    where: Where = HERE,
    who: Who = SOMEONE,
    json: Json = False,
) -> int:
    """Give an AGENT deposit on credit, within his limit and while nothing of his is overdue."""
    command = GiveDebt(agent.upper(), amount, _why(who), who.name(), request_id or new_id(), days)
    return _post(where.dir(), command, f"{format_rupiah(amount)} on credit to {agent.upper()}", json=json)


@debt.command
def repay(
    agent: str,
    amount: Money,
    /,
    *,
    via: Annotated[str, Parameter(help="the bank account or cash box it went into")] = "",
    request_id: RequestId = None,
    where: Where = HERE,
    who: Who = SOMEONE,
    json: Json = False,
) -> int:
    """Note what an AGENT paid back by hand. A transfer that a statement shows: 'juru bank assign ROW debt AGENT'."""
    command = RepayDebt(agent.upper(), amount, _why(who), who.name(), request_id or new_id(), via.upper())
    return _post(where.dir(), command, f"{format_rupiah(amount)} repaid by {agent.upper()}", json=json)


@debt.command(name="write-off")
def write_off(
    agent: str,
    amount: Money | None = None,
    /,
    *,
    request_id: RequestId = None,
    where: Where = HERE,
    who: Who = SOMEONE,
    json: Json = False,
) -> int:
    """Book as lost what an AGENT will not pay: AMOUNT, or all he owes."""
    command = WriteOffDebt(agent.upper(), _why(who), who.name(), request_id or new_id(), amount)
    what = "all" if amount is None else format_rupiah(amount)
    return _post(where.dir(), command, f"{what} of {agent.upper()} written off", json=json)


@debt.command(name="list")
def listing(*, where: Where = HERE, json: Json = False) -> int:
    """List who owes what, by how long it is overdue; the longest overdue first."""
    from juru.server.desk.ageing import Owed, ageing
    from juru.server.desk.link import open_reads
    from juru.server.desk.reports import agent_codes, settings_of
    from juru.server.domain.debt import Debt
    from juru.server.engine.realtime import RealTime
    from juru.server.store.reads.papers import PaperReads
    from juru.values.days import business_day

    with open_reads(where.dir()) as reads:
        papers = PaperReads(reads.engine).every_open("debt")
        debts = [filed.paper for filed in papers if isinstance(filed.paper, Debt)]
        today = business_day(RealTime().now_ms(), settings_of(reads).zone)
        owed = ageing(debts, agent_codes(reads), today)
    if json:
        say_json(owed)
    elif not owed:
        say("nobody owes anything")
    else:
        names = Owed.__struct_fields__
        say_table(names, [[getattr(one, name) for name in names] for one in owed])
    return OK


def _why(who: Who) -> str:
    if not who.reason.strip():
        raise SettingsError("say why with --reason: it stands in the book")
    return who.reason.strip()


def _post(data: DataDir, command: GiveDebt | RepayDebt | WriteOffDebt, what: str, *, json: bool) -> int:
    done = asyncio.run(_submit(data, command))
    if json:
        say_json({"transfer_id": done.transfer_id, "repeated": done.note == "repeated"})
    else:
        say(f"transfer {done.transfer_id}: {what}{', posted before' if done.note == 'repeated' else ''}")
    return OK


async def _submit(data: DataDir, command: GiveDebt | RepayDebt | WriteOffDebt) -> Done:
    from juru.server.desk.link import open_desk

    async with open_desk(data) as desk:
        result = accepted(await desk.submit(command))
        assert isinstance(result, Done), result
        return result
