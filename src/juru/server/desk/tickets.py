"""Deposit tickets as rows of a table."""

from __future__ import annotations

from juru.server.desk.reports import agent_codes, settings_of
from juru.server.domain.ticket import Ticket, TicketState
from juru.server.errors import CommandError
from juru.server.store.reads.papers import FiledPaper, PaperReads
from juru.server.store.reads.reads import Reads
from juru.values.days import Zone, iso_local

LISTED = ("ticket", "agent", "state", "base_idr", "amount_idr", "bank", "at", "expires", "channel")


def listed(
    reads: Reads, *, agent: str | None, every: bool, limit: int, before: int | None, now_ms: int
) -> list[tuple[str | int, ...]]:
    """Tickets newest first: of one agent or of all, those that wait or every one."""
    papers, codes, zone = PaperReads(reads.engine), agent_codes(reads), settings_of(reads).zone
    before_id = 2**62 if before is None else before
    rows: list[tuple[str | int, ...]] = []
    number = None if agent is None else _agent_id(codes, agent)
    while len(rows) < limit:
        if number is not None:
            page = papers.of_agent("ticket", number, before_id=before_id, limit=200)
        else:
            page = papers.page("ticket", only_open=not every, before_id=before_id, limit=200)
        if not page:
            break
        before_id = page[-1].id
        rows += [_row(filed, codes, zone, now_ms) for filed in page if every or _waits(filed, now_ms)]
    return rows[:limit]


def _agent_id(codes: dict[int, str], agent: str) -> int:
    number = next((number for number, code in codes.items() if code == agent.upper()), None)
    if number is None:
        raise CommandError(f"there is no agent {agent.upper()}: 'juru agent list' shows all")
    return number


def _waits(filed: FiledPaper, now_ms: int) -> bool:
    return isinstance(filed.paper, Ticket) and filed.paper.waits(now_ms)


def _row(filed: FiledPaper, codes: dict[int, str], zone: Zone, now_ms: int) -> tuple[str | int, ...]:
    ticket = filed.paper
    assert isinstance(ticket, Ticket), filed
    over = ticket.state is TicketState.OPEN and not ticket.waits(now_ms)
    state = TicketState.EXPIRED if over else ticket.state
    return (
        filed.id,
        codes.get(ticket.agent_id, str(ticket.agent_id)),
        state.value,
        ticket.base_idr,
        ticket.amount_idr,
        ticket.bank,
        iso_local(ticket.at_ms, zone),
        iso_local(ticket.expires_ms, zone),
        ticket.channel,
    )
