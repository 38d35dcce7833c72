"""``juru deposit`` and ``juru transfer``: money that a person posts or takes back, each time with a reason."""

from __future__ import annotations

import asyncio
from typing import Annotated

from cyclopts import App, Parameter

from juru.cli.given import HERE, SOMEONE, Json, Money, Where, Who
from juru.cli.output import OK, accepted, say, say_json, say_table
from juru.server.domain.commands import DESK, AddDeposit, Command, DepositKind, ReverseTransfer
from juru.server.domain.commands_money import AskTicket, CancelTicket
from juru.server.domain.results import Done, Ticketed
from juru.server.domain.views import TicketView
from juru.server.errors import CommandError, SettingsError
from juru.server.settings import DataDir
from juru.values.rupiah import format_rupiah

deposit = App(name="deposit", help="Deposits of agents, money at suppliers and in the bank; tickets to pay in.")
transfer = App(name="transfer", help="Transfers in the book.")


@deposit.command
def add(
    key: str,
    amount: Money,
    /,
    *,
    supplier: Annotated[bool, Parameter(negative="", help="KEY is a supplier: our money there")] = False,
    bank: Annotated[bool, Parameter(negative="", help="KEY is a bank account: the owner's own money")] = False,
    fee: Annotated[bool, Parameter(negative="", help="KEY is a bank account: what the bank charged")] = False,
    via: Annotated[str, Parameter(help="the bank account it came into or went out of, for agents and suppliers")] = "",
    request_id: Annotated[str | None, Parameter(help="posted once, however often it is repeated")] = None,
    where: Where = HERE,
    who: Who = SOMEONE,
    json: Json = False,
) -> int:
    """Post money that came in (or, below zero, went out) to an agent KEY, with a --reason.

    AMOUNT is rupiah: 10500, 10.500 or Rp10.500. What a bank's statement shows is better brought in by 'juru bank
    import'; what was posted by hand before is matched with its row by 'juru bank assign ROW booked'.
    """
    if supplier + bank + fee > 1:
        raise SettingsError("--supplier, --bank and --fee exclude each other")
    if via and (bank or fee):
        raise SettingsError("--via goes with agents and suppliers; of --bank and --fee KEY is the account")
    if not who.reason.strip():
        raise SettingsError("say why with --reason: it stands in the book")
    kinds = {DepositKind.SUPPLIER: supplier, DepositKind.BANK: bank, DepositKind.FEE: fee}
    kind = next((kind for kind, chosen in kinds.items() if chosen), DepositKind.AGENT)
    reason = f"{key}: {who.reason.strip()}" if bank or fee else who.reason.strip()
    command = AddDeposit(kind, key.upper(), amount, reason, who.name(), request_id or new_id(), via.upper())
    done, balance_idr = asyncio.run(_post(where.dir(), command, key.upper()))
    if json:
        say_json({"transfer_id": done.transfer_id, "repeated": done.note == "repeated", "balance_idr": balance_idr})
    else:
        again = ", posted before" if done.note == "repeated" else ""
        now = "" if balance_idr is None else f"; balance {format_rupiah(balance_idr)}"
        say(f"transfer {done.transfer_id}: {format_rupiah(amount)} {kind.value} {key.upper()}{again}{now}")
    return OK


@deposit.command
def ticket(
    agent: str,
    amount: Money,
    /,
    *,
    bank: Annotated[str, Parameter(help="only accounts of this bank")] = "",
    where: Where = HERE,
    json: Json = False,
) -> int:
    """Make a ticket for an AGENT who wants to pay in AMOUNT: the exact sum to transfer, and where to.

    The same amount again, while its ticket waits, is the same ticket.
    """
    told = asyncio.run(_ticket(where.dir(), AskTicket(agent.upper(), amount, DESK, bank)))
    _say_ticket(told, json=json)
    return OK


@deposit.command
def cancel(number: int, /, *, where: Where = HERE, who: Who = SOMEONE, json: Json = False) -> int:
    """Cancel a ticket that waits. Its sum stays reserved, so that a late transfer still tells whose it is."""
    from juru.server.desk.link import open_reads
    from juru.server.desk.reports import agent_codes
    from juru.server.domain.ticket import Ticket, TicketState
    from juru.server.store.reads.papers import PaperReads

    with open_reads(where.dir()) as reads:
        filed, codes = PaperReads(reads.engine).by_number("ticket", number), agent_codes(reads)
    if filed is None or not isinstance(filed.paper, Ticket):
        raise CommandError(f"there is no ticket {number}: 'juru deposit tickets' shows all that wait")
    if filed.paper.state is not TicketState.OPEN:
        raise CommandError(f"ticket {number} does not wait, it is {filed.paper.state}: 'juru deposit tickets --all'")
    command = CancelTicket(codes[filed.paper.agent_id], DESK, number, who.name())
    _say_ticket(asyncio.run(_ticket(where.dir(), command)), json=json)
    return OK


@deposit.command
def tickets(
    *,
    agent: str | None = None,
    every: Annotated[bool, Parameter(name="--all", negative="", help="those that have ended, too")] = False,
    limit: int = 50,
    before: Annotated[int | None, Parameter(help="only lower numbers: the next page")] = None,
    where: Where = HERE,
    json: Json = False,
) -> int:
    """List tickets, newest first: those that wait, or all that were ever made."""
    from juru.server.desk.link import open_reads
    from juru.server.desk.tickets import LISTED, listed

    with open_reads(where.dir()) as reads:
        rows = listed(reads, agent=agent, every=every, limit=limit, before=before, now_ms=_now_ms())
    if json:
        say_json([dict(zip(LISTED, row, strict=True)) for row in rows])
    elif rows:
        say_table(LISTED, rows)
    else:
        say("no ticket waits")
    return OK


def _say_ticket(told: TicketView, *, json: bool) -> None:
    from juru.server.dialects.replies import ticket_text

    if json:
        say_json(told)
    else:
        say(ticket_text(told, "en"))


async def _ticket(data: DataDir, command: AskTicket | CancelTicket) -> TicketView:
    from juru.server.desk.link import open_desk

    async with open_desk(data) as desk:
        result = accepted(await desk.submit(command))
        assert isinstance(result, Ticketed), result
        return result.ticket


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
        kind = _KINDS[command.kind] if isinstance(command, AddDeposit) else None
        return result, None if key is None or kind is None else balance_of(desk.reads, kind, key)


_KINDS = {DepositKind.AGENT: "agent", DepositKind.SUPPLIER: "supplier"}
_KINDS |= {DepositKind.BANK: "bank_account", DepositKind.FEE: "bank_account"}
"""The record whose balance is told after a posting."""


def new_id() -> str:
    """A request id nobody else has."""
    from juru.server.engine.realtime import RealTime

    return RealTime().new_id()


def _now_ms() -> int:
    from juru.server.engine.realtime import RealTime

    return RealTime().now_ms()
