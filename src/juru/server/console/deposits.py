"""The pages Tickets and Debts: what agents are about to pay in, and what they owe."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from juru.server.console.entry import may, whose
from juru.server.console.money import REASON_MAX, amount_of, back_to, field, why_not
from juru.server.console.page import Console
from juru.server.console.shape import day_words, minute
from juru.server.console.words import Lang, Words, words
from juru.server.desk.ageing import Owed, ageing
from juru.server.domain.commands_money import AskTicket, CancelTicket, GiveDebt, RepayDebt, WriteOffDebt
from juru.server.domain.debt import Debt
from juru.server.domain.logins import Power
from juru.server.domain.refusals import Refusal
from juru.server.domain.results import Ticketed
from juru.server.domain.ticket import Ticket, TicketState, remark_of
from juru.server.domain.tickets import banks_of
from juru.server.store.reads.papers import FiledPaper, PaperReads
from juru.values.days import business_day
from juru.values.rupiah import format_rupiah
from juru.web.visits import visit

TICKETS, DEBTS = "/tickets", "/debts"
CHANNEL = "console"
SHOWN = 100
_ID_MAX = 64
_DEBT_POSTINGS = ("give", "repay", "write_off")
_BANDS = ("owed", "not_due", "overdue_7", "overdue_30", "overdue_more")


class TicketRow(msgspec.Struct, frozen=True):
    """A ticket as the page shows it."""

    number: int
    agent: str
    amount: str
    remark: str
    until: str
    channel: str
    state: str
    tone: str
    waits: bool


class OwedRow(msgspec.Struct, frozen=True):
    """What one agent owes."""

    agent: str
    amounts: tuple[str, ...]
    due: str
    overdue: bool


class DepositPages:
    """The routes of tickets and debts."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._papers = PaperReads(console.reads.engine)

    # ------------------------------------------------------------------ tickets

    async def tickets(self, request: Request) -> Response:
        """Tickets that wait, or all."""
        return self._tickets(request)

    def _tickets(
        self, request: Request, *, status: int = 200, why: str = "", typed: dict[str, str] | None = None
    ) -> Response:
        lang = visit().lang
        t, now_ms = words(lang), self._console.now_ms()
        every = "all" in request.query_params
        found = self._papers.page("ticket", only_open=not every, limit=SHOWN if every else 1_000)
        shown = [self._row(filed, now_ms, lang, t) for filed in found]
        return self._console.html(
            "tickets.html",
            lang,
            status,
            tickets=[row for row in shown if every or row.waits],
            every=every,
            banks=banks_of(self._console.writer.cell),
            typed=typed or {"agent": "", "amount": "", "bank": ""},
            why=why,
        )

    def _row(self, filed: FiledPaper, now_ms: int, lang: Lang, t: Words) -> TicketRow:
        ticket = filed.paper
        assert isinstance(ticket, Ticket), filed
        cell = self._console.writer.cell
        waits = ticket.waits(now_ms)
        over = ticket.state is TicketState.OPEN and not waits
        state = TicketState.EXPIRED if over else ticket.state
        return TicketRow(
            filed.id,
            cell.agent_codes.get(ticket.agent_id, "?"),
            format_rupiah(ticket.amount_idr),
            remark_of(filed.id),
            minute(ticket.expires_ms, cell.settings.zone, lang),
            ticket.channel,
            t(f"ticket_state_{state.value}"),
            {TicketState.OPEN: "mind", TicketState.PAID: "ok"}.get(state, ""),
            waits,
        )

    async def ask(self, request: Request) -> Response:
        """Make a ticket for an agent who telephones."""
        form = await request.form()
        lang = visit().lang
        t, typed = words(lang), {name: field(form, name) for name in ("agent", "amount", "bank")}
        amount_idr = amount_of(form)
        if amount_idr is None:
            return self._tickets(request, status=400, why=t("money_why", why=t("no_amount")), typed=typed)
        code = typed["agent"].upper()
        if code not in self._console.writer.cell.agents:
            why = t("money_why", why=t("no_unknown_agent", name=code[:40]))
            return self._tickets(request, status=400, why=why, typed=typed)
        result = await self._console.writer.submit(AskTicket(code, amount_idr, CHANNEL, typed["bank"]))
        if isinstance(result, Refusal):
            return self._tickets(request, status=409, why=why_not(result, t, lang), typed=typed)
        assert isinstance(result, Ticketed), result
        made = result.ticket
        facts = {"ticket": str(made.ticket), "amount": format_rupiah(made.amount_idr), "remark": made.remark}
        return await back_to(self._console, TICKETS, "ticket", **facts)

    async def cancel(self, request: Request) -> Response:
        """Give up a ticket that waits."""
        lang, number = visit().lang, request.path_params["number"]
        filed = self._papers.by_number("ticket", number) if number < 2**62 else None
        if filed is None or not isinstance(filed.paper, Ticket):
            return RedirectResponse(TICKETS, 303)
        code = self._console.writer.cell.agent_codes[filed.paper.agent_id]
        command = CancelTicket(code, CHANNEL, number, f"console:{whose('demo')}")
        result = await self._console.writer.submit(command)
        if isinstance(result, Refusal):
            return self._tickets(request, status=409, why=why_not(result, words(lang), lang))
        return await back_to(self._console, TICKETS, "cancelled")

    # ------------------------------------------------------------------ debts

    async def debts(self, _request: Request) -> Response:
        """Who owes what, the longest overdue first."""
        return self._debts()

    def _debts(self, *, status: int = 200, why: str = "", typed: dict[str, str] | None = None) -> Response:
        lang = visit().lang
        cell = self._console.writer.cell
        today = business_day(self._console.now_ms(), cell.settings.zone)
        papers = (filed.paper for filed in self._papers.every_open("debt"))
        owed = ageing((debt for debt in papers if isinstance(debt, Debt)), cell.agent_codes, today)
        return self._console.html(
            "debts.html",
            lang,
            status,
            rows=[_owed_row(one, lang) for one in owed],
            sums=[
                format_rupiah(idr) if (idr := sum(getattr(one, f"{band}_idr") for one in owed)) else ""
                for band in _BANDS
            ],
            bands=_BANDS,
            typed=typed or {"what": "give", "agent": "", "amount": "", "via": "", "reason": ""},
            request_id=self._console.gate.token()[:24],
            why=why,
        )

    async def post(self, request: Request) -> Response:
        """Give on credit, note a payment, or write off; the form's id makes it happen once."""
        form = await request.form()
        lang = visit().lang
        t = words(lang)
        typed = {name: field(form, name, REASON_MAX) for name in ("what", "agent", "amount", "via", "reason")}
        if typed["what"] not in _DEBT_POSTINGS:
            return self._debts(status=400, why=t("money_what_needed"), typed=typed)
        amount_idr, request_id = amount_of(form), field(form, "request_id", _ID_MAX)
        if amount_idr is None and not (typed["what"] == "write_off" and not typed["amount"]):
            return self._debts(status=400, why=t("money_why", why=t("no_amount")), typed=typed)
        if not typed["reason"] or not request_id:
            return self._debts(status=400, why=t("money_reason_needed"), typed=typed)
        result = await self._console.writer.submit(_debt_command(typed, amount_idr, f"page:{request_id}"))
        if isinstance(result, Refusal):
            return self._debts(status=409, why=why_not(result, t, lang), typed=typed)
        return await back_to(self._console, DEBTS, "posted")


def _debt_command(
    typed: dict[str, str], amount_idr: int | None, request_id: str
) -> GiveDebt | RepayDebt | WriteOffDebt:
    agent, reason, by = typed["agent"].upper(), typed["reason"], f"console:{whose('demo')}"
    match typed["what"]:
        case "repay":
            return RepayDebt(agent, amount_idr or 0, reason, by, request_id, typed["via"].upper())
        case "write_off":
            return WriteOffDebt(agent, reason, by, request_id, amount_idr)
        case _:
            return GiveDebt(agent, amount_idr or 0, reason, by, request_id)


def _owed_row(owed: Owed, lang: Lang) -> OwedRow:
    bands = (getattr(owed, f"{band}_idr") for band in _BANDS)
    amounts = tuple(format_rupiah(idr) if idr else "" for idr in bands)
    return OwedRow(owed.agent, amounts, day_words(owed.due_day, lang), owed.overdue_idr > 0)


def routes(console: Console) -> list[BaseRoute]:
    """Everybody sees tickets, who chats makes them; who sees reports sees debts, who posts deposits posts them."""
    pages, guard = DepositPages(console), console.gate.guard
    return [
        Route(TICKETS, guard(pages.tickets, may(Power.SEE)), methods=["GET"]),
        Route(TICKETS, guard(pages.ask, may(Power.CHAT)), methods=["POST"]),
        Route(f"{TICKETS}/{{number:int}}/cancel", guard(pages.cancel, may(Power.CHAT)), methods=["POST"]),
        Route(DEBTS, guard(pages.debts, may(Power.REPORTS)), methods=["GET"]),
        Route(DEBTS, guard(pages.post, may(Power.DEPOSIT)), methods=["POST"]),
    ]
