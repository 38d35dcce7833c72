"""``juru bill``: what agents asked about, what was found or refused, and which order paid it."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from juru.cli.given import HERE, Json, Where
from juru.cli.output import OK, say, say_json, say_table
from juru.server.desk.link import open_reads
from juru.server.desk.reports import agent_codes, zone_of
from juru.server.domain.bill import Bill
from juru.server.domain.paper_kinds import NAME_OF
from juru.server.errors import CommandError
from juru.values.days import iso_local
from juru.values.msisdn import to_local
from juru.values.rupiah import format_rupiah

bill = App(name="bill", help="Inquiries about bills: list, show.")
_LISTED = ("inquiry", "at", "agent", "ref", "product", "dest", "supplier", "state", "price_idr", "order", "reason")
_BILL = NAME_OF[Bill]


@bill.command(name="list")
def listing(
    *,
    agent: Annotated[str | None, Parameter(help="only this agent's")] = None,
    limit: int = 50,
    where: Where = HERE,
    json: Json = False,
) -> int:
    """List inquiries as they stand, newest first.

    Parameters
    ----------
    limit
        How many at most.
    """
    with open_reads(where.dir()) as reads:
        codes, zone = agent_codes(reads), zone_of(reads)
        if agent is None:
            filed = reads.papers.page(_BILL, limit=limit)
        else:
            number = next((n for n, code in codes.items() if code == agent.upper()), None)
            if number is None:
                raise CommandError(f"there is no agent {agent.upper()}: 'juru agent list' shows all")
            filed = reads.papers.of_agent(_BILL, number, limit=limit)
    rows = [
        (
            f.id,
            iso_local(b.at_ms, zone),
            codes.get(b.agent_id, str(b.agent_id)),
            b.ref,
            b.product,
            to_local(b.dest),
            b.supplier,
            b.state.value,
            b.price_idr or None,
            b.order_id,
            b.reason,
        )
        for f in filed
        if isinstance(b := f.paper, Bill)
    ]
    if json:
        say_json([dict(zip(_LISTED, row, strict=True)) for row in rows])
    elif rows:
        say_table(_LISTED, rows)
    else:
        say("nobody has asked about a bill yet")
    return OK


@bill.command
def show(inquiry: int, /, *, where: Where = HERE, json: Json = False) -> int:
    """Show one INQUIRY by its number in the list: what the supplier said, what it costs, what paid it."""
    with open_reads(where.dir()) as reads:
        found = reads.papers.by_number(_BILL, inquiry)
        codes, zone = agent_codes(reads), zone_of(reads)
    if found is None or not isinstance(found.paper, Bill):
        raise CommandError(f"there is no inquiry {inquiry}: 'juru bill list' shows all")
    b = found.paper
    facts: list[tuple[str, str | int | None]] = [
        ("inquiry", found.id),
        ("at", iso_local(b.at_ms, zone)),
        ("agent", codes.get(b.agent_id, str(b.agent_id))),
        ("ref", b.ref),
        ("product", b.product),
        ("dest", to_local(b.dest)),
        ("state", b.state.value),
        ("supplier", b.supplier),
        ("asked before", ", ".join(b.tried[:-1])),
        ("our reference", b.supplier_ref),
        ("customer", b.customer),
        ("period", b.period),
        ("owed", format_rupiah(b.selling_price_idr) if b.selling_price_idr else ""),
        ("admin", format_rupiah(b.admin_idr) if b.admin_idr else ""),
        ("cost", format_rupiah(b.cost_idr) if b.cost_idr else ""),
        ("charged", "" if b.charged_idr is None else format_rupiah(b.charged_idr)),
        ("price", format_rupiah(b.price_idr) if b.price_idr else ""),
        ("order", b.order_id),
        ("reason", b.reason),
        ("said", b.said),
        *b.details,
    ]
    if json:
        say_json({name.replace(" ", "_"): value for name, value in facts})
    else:
        say_table(("of", "is"), [(name, value) for name, value in facts if value not in {None, ""}])
    return OK
