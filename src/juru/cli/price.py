"""``juru price``: what an agent pays now for everything that is sold."""

from __future__ import annotations

import time
from typing import Annotated

from cyclopts import App, Parameter

from juru.cli.given import HERE, Where
from juru.cli.output import OK, say
from juru.cli.sheet import TERMINAL, Output, hand_over

price = App(name="price", help="Agents' price lists.")


@price.command(name="list")
def listing(
    agent: str,
    /,
    *,
    operator: Annotated[str | None, Parameter(help="only this operator's products")] = None,
    text: Annotated[bool, Parameter(negative="", help="as plain lines, to be sent to the agent")] = False,
    output: Output = TERMINAL,
    where: Where = HERE,
) -> int:
    """List what AGENT pays for each product: his level, his upline's markups and every markup above included."""
    from juru.server.desk.link import open_reads
    from juru.server.desk.names import names_of
    from juru.server.desk.pricelist import price_sheet, price_text
    from juru.server.desk.spans import today_of
    from juru.values.days import written

    with open_reads(where.dir()) as reads:
        names = names_of(reads)
        day = written(today_of(time.time_ns() // 1_000_000, reads.zone()))
        sheet = price_sheet(names, names.agent(agent), operator=operator, day=day)
        if text:
            say(price_text(sheet))
            return OK
        return hand_over(sheet, output, reads)
