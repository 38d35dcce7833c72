"""``juru complaint``: what agents complain about, how long they still wait, and the answer."""

from __future__ import annotations

import asyncio
from typing import Annotated

from cyclopts import App, Parameter

from juru.cli.given import HERE, SOMEONE, Json, Where, Who
from juru.cli.output import OK, accepted, say, say_json, say_table
from juru.server.dialects.replies import span_text
from juru.server.domain.commands import AnswerComplaint
from juru.server.domain.complaint import Complaint
from juru.server.engine.realtime import RealTime
from juru.server.errors import CommandError, SettingsError
from juru.server.settings import DataDir
from juru.values.days import iso_local

complaint = App(name="complaint", help="Complaints about orders: list, show, answer, close.")
_LISTED = ("complaint", "order", "agent", "state", "since", "left_s", "text")


@complaint.command(name="list")
def listing(
    *,
    every: Annotated[bool, Parameter(name="--all", negative="", help="answered and closed ones too")] = False,
    limit: int = 50,
    where: Where = HERE,
    json: Json = False,
) -> int:
    """List what waits for an answer, the most urgent first; with --all everything, newest first.

    Parameters
    ----------
    limit
        How many at most.
    """
    from juru.server.desk.link import open_reads
    from juru.server.desk.reports import agent_codes, zone_of
    from juru.server.store.reads.papers import PaperReads

    now_ms = RealTime().now_ms()
    with open_reads(where.dir()) as reads:
        codes, zone = agent_codes(reads), zone_of(reads)
        filed = PaperReads(reads.engine).page("complaint", only_open=not every, limit=limit)
    found = [(f.id, f.paper) for f in filed if isinstance(f.paper, Complaint)]
    if not every:
        found.sort(key=lambda pair: pair[1].answer_by_ms)
    rows = [
        (
            number,
            c.order_id,
            codes.get(c.agent_id, str(c.agent_id)),
            c.state.value,
            iso_local(c.opened_ms, zone),
            (c.answer_by_ms - now_ms) // 1000 if c.waits else None,
            c.entries[-1].text,
        )
        for number, c in found
    ]
    if json:
        say_json([dict(zip(_LISTED, row, strict=True)) for row in rows])
    elif not rows:
        say("nobody waits for an answer" if not every else "there was no complaint yet")
    else:
        say_table((*_LISTED[:5], "clock", "text"), [(*row[:5], clock_words(row[5]), row[6]) for row in rows])
    return OK


def clock_words(left_s: int | None) -> str:
    """A complaint's clock in words: how long is left, or how long it is overdue."""
    if left_s is None:
        return ""
    return f"{span_text(left_s, 'en')} left" if left_s >= 0 else f"overdue by {span_text(left_s, 'en')}"


@complaint.command
def show(order: int, /, *, where: Where = HERE, json: Json = False) -> int:
    """Show all that was written about an ORDER."""
    from juru.server.desk.link import open_reads
    from juru.server.desk.reports import agent_codes, zone_of
    from juru.server.store.reads.papers import PaperReads

    with open_reads(where.dir()) as reads:
        codes, zone = agent_codes(reads), zone_of(reads)
        filed = PaperReads(reads.engine).by_key("complaint", str(order))
    if filed is None or not isinstance(filed.paper, Complaint):
        raise CommandError(f"nobody complained about order {order}: 'juru complaint list --all' shows who did")
    found = filed.paper
    if json:
        say_json(found)
        return OK
    agent = codes.get(found.agent_id, "")
    say(f"Complaint {filed.id} of {agent} about order {order}: {found.state.value}")
    say_table(("at", "by", "text"), [(iso_local(e.at_ms, zone), e.by or agent, e.text) for e in found.entries])
    return OK


@complaint.command
def answer(
    order: int,
    text: str,
    /,
    *,
    close: Annotated[bool, Parameter(negative="", help="it is settled with this answer")] = False,
    where: Where = HERE,
    who: Who = SOMEONE,
) -> int:
    """Answer the complaint about an ORDER; the agent is told where he complained."""
    if not text.strip():
        raise SettingsError("write the answer, or close it with 'juru complaint close'")
    asyncio.run(_submit(where.dir(), AnswerComplaint(order, who.name(), text, close)))
    say(f"the complaint about order {order} is {'closed' if close else 'answered'}")
    return OK


@complaint.command
def close(order: int, /, *, where: Where = HERE, who: Who = SOMEONE) -> int:
    """Close the complaint about an ORDER; a --reason is told to the agent."""
    asyncio.run(_submit(where.dir(), AnswerComplaint(order, who.name(), who.reason, close=True)))
    say(f"the complaint about order {order} is closed")
    return OK


async def _submit(data: DataDir, command: AnswerComplaint) -> None:
    from juru.server.desk.link import open_desk

    async with open_desk(data) as desk:
        accepted(await desk.submit(command))
