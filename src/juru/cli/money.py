"""``juru deposit`` and ``juru transfer``: money that a person posts or takes back, each time with a reason."""

from __future__ import annotations

import asyncio
from typing import Annotated

from cyclopts import App, Parameter

from juru.cli.given import HERE, SOMEONE, Json, Money, Where, Who
from juru.cli.output import OK, accepted, say, say_json
from juru.server.domain.commands import AddDeposit, Command, DepositKind, ReverseTransfer
from juru.server.domain.results import Done
from juru.server.errors import SettingsError
from juru.server.settings import DataDir
from juru.values.rupiah import format_rupiah

deposit = App(name="deposit", help="Deposits of agents, money at suppliers and in the bank.")
transfer = App(name="transfer", help="Transfers in the book.")


@deposit.command
def add(
    key: str,
    amount: Money,
    /,
    *,
    supplier: Annotated[bool, Parameter(negative="", help="KEY is a supplier: our money there")] = False,
    bank: Annotated[bool, Parameter(negative="", help="KEY names a bank: the owner's own money")] = False,
    request_id: Annotated[str | None, Parameter(help="posted once, however often it is repeated")] = None,
    where: Where = HERE,
    who: Who = SOMEONE,
    json: Json = False,
) -> int:
    """Post money that came in (or, below zero, went out) to an agent KEY, with a --reason.

    AMOUNT is rupiah: 10500, 10.500 or Rp10.500.
    """
    if supplier and bank:
        raise SettingsError("--supplier and --bank exclude each other")
    if not who.reason.strip():
        raise SettingsError("say why with --reason: it stands in the book")
    kind = DepositKind.SUPPLIER if supplier else DepositKind.BANK if bank else DepositKind.AGENT
    reason = who.reason.strip() if kind is not DepositKind.BANK else f"{key}: {who.reason.strip()}"
    command = AddDeposit(kind, key.upper(), amount, reason, who.name(), request_id or _new_id())
    done, balance_idr = asyncio.run(_post(where.dir(), command, key.upper()))
    if json:
        say_json({"transfer_id": done.transfer_id, "repeated": done.note == "repeated", "balance_idr": balance_idr})
    else:
        again = ", posted before" if done.note == "repeated" else ""
        now = "" if balance_idr is None else f"; balance {format_rupiah(balance_idr)}"
        say(f"transfer {done.transfer_id}: {format_rupiah(amount)} {kind.value} {key.upper()}{again}{now}")
    return OK


@transfer.command
def reverse(transfer_id: int, /, *, where: Where = HERE, who: Who = SOMEONE, json: Json = False) -> int:
    """Take back a posted transfer that was wrong, with a --reason; an order is decided as an order instead."""
    if not who.reason.strip():
        raise SettingsError("say why with --reason: it stands in the book")
    done, _ = asyncio.run(_post(where.dir(), ReverseTransfer(transfer_id, who.reason.strip(), who.name()), None))
    if json:
        say_json(done)
    else:
        say(f"transfer {transfer_id} is reversed by transfer {done.transfer_id}")
    return OK


async def _post(data: DataDir, command: Command, key: str | None) -> tuple[Done, int | None]:
    """Have it posted; with the balance after it, where it is an agent's or a supplier's."""
    from juru.server.desk.link import open_desk
    from juru.server.desk.reports import balance_of

    async with open_desk(data) as desk:
        result = accepted(await desk.submit(command))
        assert isinstance(result, Done), result
        kind = command.kind.value if isinstance(command, AddDeposit) else None
        return result, None if key is None or kind is None else balance_of(desk.reads, kind, key)


def _new_id() -> str:
    from juru.server.engine.realtime import RealTime

    return RealTime().new_id()
