"""``juru product history``: what a product cost when, by whom and why."""

from __future__ import annotations

from typing import Annotated

import msgspec
from cyclopts import Parameter

from juru.cli.given import HERE, Json, Where
from juru.cli.output import OK, say, say_json, say_table
from juru.server.desk.link import open_reads
from juru.server.desk.reports import settings_of
from juru.server.domain.agent import Agent
from juru.server.errors import CommandError
from juru.server.store.reads.prices import PriceReads
from juru.values.days import iso_local
from juru.values.rupiah import format_rupiah


def history(
    code: str,
    /,
    *,
    agent: Annotated[str, Parameter(help="what this agent had to pay, with every markup")] = "",
    where: Where = HERE,
    json: Json = False,
) -> int:
    """What a product cost when: prices, levels, commissions and suppliers' costs; with --agent what he paid."""
    product, payer = code.upper(), agent.upper()
    with open_reads(where.dir()) as reads:
        if product not in {r.key for r in reads.records("product")}:
            raise CommandError(f"there is no product {product}: 'juru product list' shows all")
        agents = {r.key: msgspec.json.decode(r.body, type=Agent) for r in reads.records("agent")} if payer else {}
        if payer and payer not in agents:
            raise CommandError(f"there is no agent {payer}: 'juru agent list' shows all")
        zone, prices = settings_of(reads).zone, PriceReads(reads.engine)
        paid, costs = (prices.paid(product, payer), []) if payer else ([], prices.costs(product))
    if json:
        say_json(paid if payer else costs)
    elif payer:
        rows = [(iso_local(p.at_ms, zone), _shown(p.old_idr), _shown(p.new_idr), p.cause, p.by, p.reason) for p in paid]
        say_table(("at", "old", "new", "because of", "by", "reason"), rows)
    else:
        told = [(iso_local(c.at_ms, zone), c.what, _shown(c.old), _shown(c.new), c.by, c.reason) for c in costs]
        say_table(("at", "what", "old", "new", "by", "reason"), told)
    if not (paid or costs) and not json:
        say("nothing has priced it yet")
    return OK


def _shown(value: str | int | None) -> str:
    return "" if value is None else format_rupiah(value) if isinstance(value, int) else value
