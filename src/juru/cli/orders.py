"""``juru order``: look at orders, decide what no rule may decide, read a message. ``juru reply``: read a supplier's."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter

from juru.cli.given import HERE, SOMEONE, Json, Where, Who
from juru.cli.output import OK, accepted, say, say_json, say_table
from juru.cli.sheet import ANY_DAYS, TERMINAL, Days, Output, hand_over
from juru.server.desk.cells import write_calendar_day
from juru.server.domain.commands import CorrectNumber, Decide, Decision, SeeItem
from juru.server.domain.results import Corrected, Done
from juru.server.domain.views import OrderState
from juru.server.errors import CommandError, SettingsError
from juru.server.store.reads.lists import What
from juru.values.days import Zone, iso_local
from juru.values.msisdn import parse_msisdn, to_local
from juru.web.sheets import as_json

order = App(name="order", help="Orders: list, show, decide what is unknown; read an order's text.")
reply = App(name="reply", help="Suppliers' reply texts.")
_NOTHING = SimpleNamespace(debit=None, credit=None, amount_idr=None)


@Parameter(name="*")
@dataclass(frozen=True)
class Filter:
    """Which orders."""

    agent: Annotated[str | None, Parameter(help="only this agent's")] = None
    downline: Annotated[bool, Parameter(negative="", help="with those of everybody below him")] = False
    product: Annotated[str | None, Parameter(help="only of this product")] = None
    operator: Annotated[str | None, Parameter(help="only of this operator's products")] = None
    supplier: Annotated[str | None, Parameter(help="only bought here; - for those that have no supplier")] = None
    hour: Annotated[int | None, Parameter(help="only what happened in this hour of the day, 0 to 23")] = None
    state: Annotated[OrderState | None, Parameter(help="only in this state now; accepted are the open ones")] = None
    dest: Annotated[str | None, Parameter(help="only to this destination")] = None


ANY_ORDER = Filter()


@order.command(name="list")
def listing(
    *,
    what: What = What.ACCEPTED,
    days: Days = ANY_DAYS,
    only: Filter = ANY_ORDER,
    before: int | None = None,
    limit: int = 50,
    every: Annotated[bool, Parameter(name="--all", negative="")] = False,
    output: Output = TERMINAL,
    where: Where = HERE,
) -> int:
    """List orders, newest first: those behind any figure of a report.

    Parameters
    ----------
    what
        What happened to them on the days asked for: accepted, succeeded, failed, reversed, late, earlier (ended, but
        accepted on an earlier day), attempts_failed (a supplier failed them), or money (all that moved sales or cost).
    before
        The next page: the last order's number, or with --what the last number in the column transfer.
    limit
        How many at most.
    every
        All of them, however many.
    """
    from juru.server.desk.link import open_reads
    from juru.server.desk.names import names_of
    from juru.server.desk.orderlist import Wish, filter_of, list_sheet, order_page, whole_list, wish_of
    from juru.server.desk.spans import today_of

    asked = {
        "what": what.value,
        "from": days.first,
        "to": days.last,
        "agent": only.agent,
        "downline": "1" if only.downline else "",
        "product": only.product,
        "operator": only.operator,
        "supplier": only.supplier,
        "hour": None if only.hour is None else str(only.hour),
        "state": None if only.state is None else only.state.value,
        "dest": only.dest,
    }
    wish: Wish = wish_of({name: value or "" for name, value in asked.items()})
    with open_reads(where.dir()) as reads, reads.moment():
        names, zone = names_of(reads), reads.zone()
        wanted = filter_of(wish, names, today_of(time.time_ns() // 1_000_000, zone))
        if before is not None and what is What.ACCEPTED:
            found = reads.order(before)
            before = before if found is None else found.hold_id
        rows = (
            whole_list(reads, wanted, before=before)
            if every
            else order_page(reads, wanted, before=before, limit=limit).rows
        )
        sheet = list_sheet(rows, wish, names, zone)
        if output.json:
            say_json(as_json(sheet)["rows"])
            return OK
        return hand_over(sheet, output, reads)


@order.command
def queue(*, where: Where = HERE, json: Json = False) -> int:
    """List what waits for a person, oldest first: unknown orders, late successes, and what should be seen."""
    from juru.server.desk.link import open_reads
    from juru.server.desk.reports import zone_of

    with open_reads(where.dir()) as reads:
        items, zone = reads.open_queue(), zone_of(reads)
    if json:
        say_json(items)
    elif not items:
        say("nothing waits for a person")
    else:
        rows = [(i.id, iso_local(i.at_ms, zone), i.kind, i.order_id, i.attempt_id, i.note) for i in items]
        say_table(("item", "since", "kind", "order", "attempt", "note"), rows)
    return OK


@order.command
def refused(*, agent: str | None = None, limit: int = 50, where: Where = HERE, json: Json = False) -> int:
    """List what was refused, newest first: who asked, by which way, and why. No order was made of it.

    Parameters
    ----------
    agent
        Only what this agent asked for.
    limit
        How many at most.
    """
    from juru.server.desk.link import open_reads
    from juru.server.desk.reports import zone_of

    with open_reads(where.dir()) as reads:
        found, zone = reads.refusals(limit, agent and agent.upper()), zone_of(reads)
    if json:
        say_json(found)
    elif not found:
        say("nothing was refused")
    else:
        rows = [(iso_local(r.at_ms, zone), r.agent, r.channel, r.code, r.detail) for r in found]
        say_table(("at", "agent", "way", "refusal", "detail"), rows)
    return OK


@order.command
def seen(item: int, /, *, where: Where = HERE, who: Who = SOMEONE) -> int:
    """Take an ITEM that asks for no decision off the queue, with a --reason: a price, a reversal, a stray callback."""
    if not who.reason:
        raise SettingsError("say why with --reason: it stays in the book with your name")
    from juru.server.desk.link import open_desk

    async def ask() -> None:
        async with open_desk(where.dir()) as desk:
            accepted(await desk.submit(SeeItem(item, who.reason, who.name())))

    asyncio.run(ask())
    say(f"item {item} is off the queue")
    return OK


@order.command
def show(order_id: int, /, *, where: Where = HERE, json: Json = False) -> int:
    """Show all that the book says of an order: attempts, events, postings, what was told, what waits for a person."""
    from juru.server.desk.link import open_reads
    from juru.server.desk.reports import zone_of

    with open_reads(where.dir()) as reads:
        found, zone = reads.timeline(order_id), zone_of(reads)
    if found is None:
        raise CommandError(f"there is no order {order_id}: 'juru order list' shows the latest")
    if json:
        say_json(found)
        return OK
    o = found.order
    say(f"Order {o.id}  {o.product} to {to_local(o.dest)}  {o.state.value}  {o.sn or o.reason or ''}")
    say_table(
        ("attempt", "supplier", "ref", "state", "cost_idr", "sn", "reason", "why"),
        [(a.id, a.supplier, a.ref, a.state.value, a.cost_idr, a.sn, a.reason, a.why) for a in found.attempts],
    )
    say_table(
        ("at", "event", "attempt", "state", "source", "by", "reason", "message"),
        [_event_row(row.event, zone) for row in found.events],
    )
    say_table(
        ("transfer", "day", "kind", "code", "debit", "credit", "amount_idr"),
        [
            (t.id, write_calendar_day(t.day), t.kind.value, t.code, p.debit, p.credit, p.amount_idr)
            for t in found.transfers
            # A void has no postings of its own; without its row it would look as if the money were still held.
            for p in t.postings or (_NOTHING,)
        ],
    )
    if found.complaint is not None:
        rows = [(iso_local(e.at_ms, zone), e.by or "agent", e.text) for e in found.complaint.entries]
        say_table(("at", f"complaint, {found.complaint.state.value}", "text"), rows)
    waiting = [item for item in found.queue if item.closed_ms is None]
    if waiting:
        say_table(("waits for a person", "attempt", "note"), [(i.kind, i.attempt_id, i.note) for i in waiting])
    return OK


def _event_row(event: Any, zone: Zone) -> tuple[Any, ...]:  # noqa: ANN401 - an order's event
    return (
        iso_local(event.at_ms, zone),
        event.kind.value,
        event.attempt_id,
        event.state,
        None if event.source is None else event.source.value,
        event.by,
        event.reason,
        event.message,
    )


@order.command
def decide(
    order_id: int,
    decision: Decision,
    /,
    *,
    sn: str | None = None,
    attempt: int | None = None,
    accept_risk: Annotated[bool, Parameter(negative="")] = False,
    where: Where = HERE,
    who: Who = SOMEONE,
    json: Json = False,
) -> int:
    """Decide an order that no rule may decide, with a --reason.

    An unknown one ends as ``success`` (with its --sn) or ``failed``, or is sent again (``resend``). Of a late success
    you ``charge`` the agent, ``keep`` the loss, or ``claim`` it from the supplier.

    Parameters
    ----------
    sn
        The serial number of a success.
    attempt
        Only this attempt, where several wait.
    accept_risk
        Buy again although the supplier may still deliver the first one.
    """
    if decision is Decision.SUCCESS and not sn:
        raise SettingsError("a success needs its serial number: give --sn, or '-' where the supplier gave none")
    number = None if sn == "-" else sn
    command = Decide(order_id, decision, who.reason, who.name(), number, attempt, accept_risk)

    async def run() -> Any:  # noqa: ANN401 - a result
        from juru.server.desk.link import open_desk

        async with open_desk(where.dir()) as desk:
            return accepted(await desk.submit(command))

    result = asyncio.run(run())
    assert isinstance(result, Done), result
    if json:
        say_json(result)
    else:
        say(f"order {order_id}: {decision.value}" + (f"; {result.note}" if result.note else ""))
    return OK


@order.command
def correct(order_id: int, number: str, /, *, where: Where = HERE, who: Who = SOMEONE) -> int:
    """Correct the number of an order of which nothing was sent yet, with a --reason; the agent is told."""
    if not who.reason.strip():
        raise SettingsError("say why with --reason: it stays in the book with your name")
    from juru.server.desk.link import open_desk

    async def ask() -> Any:  # noqa: ANN401 - a result
        async with open_desk(where.dir()) as desk:
            return accepted(await desk.submit(CorrectNumber(order_id, number, who.reason.strip(), who.name())))

    result = asyncio.run(ask())
    assert isinstance(result, Corrected), result
    say(f"order {order_id} now goes to {result.order.dest}, it was {result.was}")
    return OK


@order.command
def parse(
    text: str,
    /,
    *,
    grammar: Annotated[Path | None, Parameter(help="a grammar as JSON, in place of the usual one")] = None,
) -> int:
    """Print as JSON how an agent's message is understood."""
    from juru.server.dialects.grammar import read_order_text
    from juru.server.dialects.grammar_profile import DEFAULT, load_grammar

    profile = DEFAULT
    if grammar is not None:
        try:
            profile = load_grammar(grammar.read_bytes())
        except (OSError, ValueError) as error:
            raise SettingsError(f"{grammar}: {error}") from error
    say_json(read_order_text(text, profile))
    return OK


@reply.command(name="parse")
def parse_reply(
    text: str,
    /,
    *,
    profile: Annotated[
        str | None, Parameter(help="a file of patterns, or a supplier's code; without it the usual rules")
    ] = None,
    dest: Annotated[str | None, Parameter(help="the destination that was ordered")] = None,
    ref: Annotated[str | None, Parameter(help="our reference of the order")] = None,
    where: Where = HERE,
) -> int:
    """Print as JSON how a supplier's reply is understood."""
    from juru.server.dialects.texts import read_reply_text

    patterns = None if profile is None else _profile(profile, where)
    stored = None if dest is None else parse_msisdn(dest) or dest
    say_json(read_reply_text(text, dest=stored, ref=ref, profile=patterns))
    return OK


def _profile(named: str, where: Where) -> Any:  # noqa: ANN401 - a reply profile
    """A profile from a file, or a supplier's own."""
    from juru.server.desk.link import open_reads
    from juru.server.dialects.profiles import ProfileError, load_profile
    from juru.server.domain.catalog import Supplier

    try:
        if Path(named).is_file():
            return load_profile(Path(named).read_bytes())
        with open_reads(where.dir()) as reads:
            for record in reads.records("supplier"):
                found = msgspec.json.decode(record.body, type=Supplier)
                if found.code == named.upper():
                    return load_profile(dict(found.profile)) if found.profile else None
    except (OSError, ProfileError) as error:
        raise SettingsError(f"{named}: {error}") from error
    raise SettingsError(f"{named} is neither a file nor a supplier: 'juru supplier list' shows all")
