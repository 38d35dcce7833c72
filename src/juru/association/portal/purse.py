"""Cash in hand, refunds and settlements by two persons, collectors, and how each branch stands with national."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from juru.association.desk.accounts import accounts, position
from juru.association.desk.collectors import promises
from juru.association.desk.payouts import ASKED, CONFIRMED, refunds, settlements
from juru.association.desk.treasury import cash_in_hand, misdirected, named_as, waiting_rows
from juru.association.domain.affairs import CollectorAppointed, Subject, branches_of
from juru.association.domain.boards import NATIONAL, Scope
from juru.association.domain.branches import on as branches_on
from juru.association.domain.commands import (
    AnyCommand,
    AppointCollector,
    AskRefund,
    AskSettlement,
    ConfirmPayOut,
    DeclinePayOut,
    HandIn,
    PayOut,
)
from juru.association.domain.treasury import RowAs
from juru.association.portal.parts import Field, Form, Make, Section, Shown, Typed, apart, carry, draw, sheet, table
from juru.association.portal.portal import Portal, holds
from juru.association.portal.purse_scope import (
    account_at,
    invoice_at,
    member_at,
    member_branch,
    payment_at,
    seen_units,
    sees,
    words,
)
from juru.association.store.reads import Reads, standing
from juru.association.store.rows import day_number
from juru.values.rupiah import format_rupiah
from juru.web.gate import Endpoint
from juru.web.sheets import Column, Kind, Line
from juru.web.words import Words

CASH, PAYOUTS, COLLECTORS, BRANCHES = "/dues/cash", "/dues/payouts", "/dues/collectors", "/dues/branches"
HOME = "/dues"
Deeds = dict[str, Callable[[Typed], AnyCommand]]
Made = Callable[[Request, Reads, Words], Shown | None]


def routes(portal: Portal) -> list[BaseRoute]:
    """Pages of the purse besides invoices, rows and files."""
    pages = PursePages(portal)
    reads, match, refund = holds(Scope.DUES_READ), holds(Scope.DUES_MATCH), holds(Scope.DUES_REFUND)
    return [
        portal.route(HOME, pages.page(pages.home), reads),
        portal.route(CASH, pages.page(pages.cash), reads),
        portal.route(f"{CASH}/{{what}}", pages.cash_do, match, "POST"),
        portal.route(PAYOUTS, pages.page(pages.payouts), reads),
        portal.route(f"{PAYOUTS}/{{what}}", pages.payout_do, refund, "POST"),
        portal.route(COLLECTORS, pages.page(pages.collectors), reads),
        portal.route(f"{COLLECTORS}/{{what}}", pages.collector_do, holds(Scope.SK_ISSUE), "POST"),
        portal.route(BRANCHES, pages.page(pages.branches), reads),
        portal.route(f"{BRANCHES}/{{code}}", pages.page(pages.branch), reads),
    ]


class PursePages:
    """The endpoints."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def page(self, made: Made) -> Endpoint:
        """A page made of one moment of the book."""

        async def answer(request: Request) -> Response:
            return await draw(self._portal, request, self._maker(made))

        return answer

    def _maker(self, made: Made) -> Make:
        async def make(request: Request) -> Shown | None:
            def work() -> Shown | None:
                with self._portal.reading() as reads:
                    return made(request, reads, words(self._portal))

            return await apart(work)

        return make

    async def _do(self, request: Request, deeds: Deeds, back: str, page: Made) -> Response:
        what = request.path_params["what"]
        if what not in deeds:
            return self._portal.absent(request)
        key = f"said_{what.replace('-', '_')}"
        return await carry(self._portal, request, deeds[what], key=key, to=lambda _done: back, page=self._maker(page))

    # ------------------------------------------------------------------ what waits

    def home(self, _request: Request, reads: Reads, t: Words) -> Shown:
        """What waits for a treasurer: rows, pay-outs, cash, promises."""
        units, today = seen_units(self._portal.visitor()), self._portal.today()
        waiting = [row for row in waiting_rows(reads) if sees(units, row.unit)]
        payouts = self._payout_rows(reads)
        late = [one for one in cash_in_hand(reads, today) if one.overdue and self._sees_cash(one.treasurer)]
        overdue = [one for one in promises(reads, today) if one.overdue and sees(units, one.branch)]
        wrong = [one for one in misdirected(reads) if sees(units, one.unit, one.branch)]
        rows = [
            (t("home_rows"), len(waiting), sum(row.amount_idr for row in waiting), "/dues/rows"),
            (t("home_asked"), sum(row[6] == ASKED for row in payouts), 0, PAYOUTS),
            (t("home_confirmed"), sum(row[6] == CONFIRMED for row in payouts), 0, PAYOUTS),
            (t("home_cash"), len(late), sum(one.held_idr for one in late), CASH),
            (t("home_promises"), len(overdue), sum(one.outstanding_idr for one in overdue), COLLECTORS),
            (t("home_misdirected"), len(wrong), sum(one.amount_idr for one in wrong), BRANCHES),
        ]
        links = {row[0]: row[3] for row in rows}
        columns = (("waits", Kind.TEXT), ("count", Kind.COUNT), ("amount", Kind.MONEY))
        made = table(
            t,
            sheet("dues_home", columns, [row[:3] for row in rows]),
            lambda line, column: links[line.key] if line is not None and column.name == "waits" else "",
        )
        return Shown(t("dues_title"), (Section(title=t("home_waits"), table=made),), place=HOME)

    # ------------------------------------------------------------------ cash

    def _sees_cash(self, treasurer: str) -> bool:
        """Cash is seen by national, by its own treasurer, and in the branch that he keeps it for."""
        visitor = self._portal.visitor()
        units = seen_units(visitor)
        if units is None or (visitor is not None and visitor.person == treasurer):
            return True
        return any(term.unit in units for term in self._portal.entry.in_office() if term.person == treasurer)

    def cash(self, _request: Request, reads: Reads, t: Words) -> Shown:
        """What each treasurer holds, since when; handing in and spending."""
        visitor = self._portal.visitor()
        rows = [
            (
                one.treasurer,
                one.held_idr,
                day_number(one.since),
                day_number(one.due_on),
                "over" if one.overdue else "within",
            )
            for one in cash_in_hand(reads, self._portal.today())
            if self._sees_cash(one.treasurer)
        ]
        columns = (
            *(("treasurer", Kind.TEXT), ("held", Kind.MONEY, True), ("since", Kind.DAY), ("due", Kind.DAY)),
            ("state", Kind.TEXT),
        )
        made = table(
            t,
            sheet("dues_cash", columns, rows),
            lambda line, column: account_at(f"cash:{line.key}") if line is not None and column.name == "held" else "",
            worded={"state": "cash_"},
        )
        sections = [Section(note=t("cash_note"), table=made, empty=t("cash_none"))]
        if visitor is not None and visitor.may(Scope.DUES_MATCH) and visitor.person:
            unit = next(iter(visitor.units(Scope.DUES_MATCH)), NATIONAL)
            hand_in = (Field("treasurer", "hidden", visitor.person), Field("amount", "money"))
            spend = (Field("amount", "money"), Field("heading"), Field("text"), Field("unit", "hidden", unit))
            forms = (
                Form("hand_in", f"{CASH}/hand-in", hand_in, folded=True),
                Form("spend", f"{CASH}/spend", spend, folded=True),
            )
            sections.append(Section(title=t("purse_actions_title"), forms=forms))
        return Shown(t("dues_cash"), tuple(sections), place=CASH)

    async def cash_do(self, request: Request) -> Response:
        """Hand cash in, or spend it."""
        deeds: Deeds = {
            "hand-in": lambda typed: HandIn(treasurer=typed.text("treasurer"), amount_idr=typed.rupiah("amount")),
            "spend": lambda typed: PayOut(
                amount_idr=typed.rupiah("amount"),
                what=RowAs.EXPENSE,
                to=typed.text("heading"),
                cash=True,
                unit=typed.text("unit"),
                text=typed.text("text"),
            ),
        }
        return await self._do(request, deeds, CASH, self.cash)

    # ------------------------------------------------------------------ refunds and settlements

    def _payout_rows(self, reads: Reads) -> list[tuple[str, int, str, int, str, str, str]]:
        units = seen_units(self._portal.visitor())
        rows = [
            (
                r.number,
                day_number(r.asked.on),
                r.asked.member,
                r.asked.amount_idr,
                r.asked.to_account,
                r.asked.by,
                r.state,
            )
            for r in refunds(reads)
            if sees(units, member_branch(reads, r.asked.member, self._portal.today()))
        ]
        rows += [
            (
                s.number,
                day_number(s.asked.on),
                s.asked.branch,
                s.asked.amount_idr,
                f"{s.asked.giver} → {s.asked.taker}",
                s.asked.by,
                s.state,
            )
            for s in settlements(reads)
            if sees(units, s.asked.branch)
        ]
        return rows

    def payouts(self, _request: Request, reads: Reads, t: Words) -> Shown:
        """Refunds and settlements with how far each is, and the second person's yes."""
        visitor = self._portal.visitor()
        rows = self._payout_rows(reads)
        columns = (
            *(("payout", Kind.ID), ("day", Kind.DAY), ("for", Kind.TEXT), ("amount", Kind.MONEY)),
            *(("to", Kind.TEXT), ("by", Kind.TEXT), ("state", Kind.TEXT)),
        )
        made = table(t, sheet("dues_payouts", columns, rows), _payout_link, worded={"state": "payout_"})
        sections = [Section(note=t("payouts_note"), table=made, empty=t("table_empty"))]
        if visitor is not None and visitor.may(Scope.DUES_REFUND):
            for number, _, whose, amount_idr, to, by, state in rows:
                forms = self._decisions(
                    number, {"whose": whose, "amount": format_rupiah(amount_idr), "to": to}, by, state
                )
                if forms:
                    sections.append(Section(title=number, forms=forms))
            sections.append(Section(title=t("payouts_new"), forms=self._new_payouts(reads, t)))
        return Shown(t("dues_payouts"), tuple(sections), place=PAYOUTS)

    def _decisions(self, number: str, facts: dict[str, str], by: str, state: str) -> tuple[Form, ...]:
        visitor = self._portal.visitor()
        facts = {"number": number, "by": by, **facts}
        decline = Form(
            "decline", f"{PAYOUTS}/decline", (Field("number", "hidden", number), Field("reason")), facts, folded=True
        )
        if state == ASKED and visitor is not None and visitor.person != by:
            return (Form("confirm", f"{PAYOUTS}/confirm", (Field("number", "hidden", number),), facts), decline)
        return (decline,) if state in {ASKED, CONFIRMED} else ()

    def _new_payouts(self, reads: Reads, t: Words) -> tuple[Form, ...]:
        units = seen_units(self._portal.visitor())
        mine = accounts(reads)
        codes = (("", t("account_by_hand")), *((code, f"{code} ({one.unit})") for code, one in mine.items()))
        there = branches_on(branches_of(standing(reads.facts_of_kind(Subject.BRANCH))), self._portal.today())
        branches = tuple((code, code) for code in there if sees(units, code))
        refund = (Field("member"), Field("amount", "money"), Field("to_account"), Field("reason", "area"))
        settle = (
            Field("branch", "select", options=branches),
            Field("amount", "money"),
            Field("giver", "select", options=codes),
            Field("taker", "select", options=codes),
            Field("reason", "area", required=False),
        )
        return (
            Form("refund", f"{PAYOUTS}/refund", refund, folded=True),
            Form("settle", f"{PAYOUTS}/settle", settle, folded=True),
        )

    async def payout_do(self, request: Request) -> Response:
        """Ask, confirm, decline."""
        deeds: Deeds = {
            "refund": lambda typed: AskRefund(
                member=typed.text("member"),
                amount_idr=typed.rupiah("amount"),
                to_account=typed.text("to_account"),
                reason=typed.text("reason"),
            ),
            "settle": lambda typed: AskSettlement(
                branch=typed.text("branch"),
                giver=typed.text("giver"),
                taker=typed.text("taker"),
                amount_idr=typed.rupiah("amount"),
                reason=typed.text("reason"),
            ),
            "confirm": lambda typed: ConfirmPayOut(number=typed.text("number")),
            "decline": lambda typed: DeclinePayOut(number=typed.text("number"), reason=typed.text("reason")),
        }
        return await self._do(request, deeds, PAYOUTS, self.payouts)

    # ------------------------------------------------------------------ collectors

    def collectors(self, _request: Request, reads: Reads, t: Words) -> Shown:
        """Who collects, what was promised, whose settlement day has passed."""
        visitor, today = self._portal.visitor(), self._portal.today()
        units = seen_units(visitor)
        appointed = [
            (one.subject_id, f.limit_idr, f.settlement_day, day_number(f.on), day_number(f.until), f.decree)
            for one in reads.facts_of_kind(Subject.COLLECTOR)
            if isinstance(f := one.fact, CollectorAppointed)
        ]
        promised = [
            (
                p.invoice,
                p.collector,
                p.member,
                p.branch,
                p.outstanding_idr,
                day_number(p.promised_on),
                day_number(p.due_on),
                "over" if p.overdue else "within",
            )
            for p in promises(reads, today)
            if sees(units, p.branch)
        ]
        columns = (
            *(("collector", Kind.ID), ("limit", Kind.MONEY), ("settles", Kind.ID), ("since", Kind.DAY)),
            *(("until", Kind.DAY), ("decree", Kind.TEXT)),
        )
        due = (
            *(("invoice", Kind.ID), ("collector", Kind.ID), ("member", Kind.ID), ("branch", Kind.TEXT)),
            *(("outstanding", Kind.MONEY, True), ("promised", Kind.DAY), ("due", Kind.DAY), ("state", Kind.TEXT)),
        )
        owed = table(t, sheet("collectors_due", due, promised), _promise_link, worded={"state": "cash_"})
        who = table(t, sheet("collectors_who", columns, appointed))
        sections = [
            Section(title=t("collectors_due"), note=t("collectors_note"), table=owed, empty=t("collectors_nothing")),
            Section(title=t("collectors_who"), table=who, empty=t("collectors_none")),
        ]
        if visitor is not None and visitor.may(Scope.SK_ISSUE, NATIONAL):
            fields = (
                *(Field("member"), Field("limit", "money"), Field("settlement_day", value="5")),
                *(Field("until", "day"), Field("decree")),
            )
            form = Form("appoint", f"{COLLECTORS}/appoint", fields, folded=True)
            sections.append(Section(title=t("purse_actions_title"), forms=(form,)))
        return Shown(t("dues_collectors"), tuple(sections), place=COLLECTORS)

    async def collector_do(self, request: Request) -> Response:
        """Appoint a collector."""
        today = self._portal.today()
        deeds: Deeds = {
            "appoint": lambda typed: AppointCollector(
                member=typed.text("member"),
                fact=CollectorAppointed(
                    on=today,
                    limit_idr=typed.rupiah("limit"),
                    settlement_day=typed.whole("settlement_day"),
                    until=typed.day("until") or today,
                    decree=typed.text("decree"),
                ),
            )
        }
        return await self._do(request, deeds, COLLECTORS, self.collectors)

    # ------------------------------------------------------------------ branches

    def branches(self, _request: Request, reads: Reads, t: Words) -> Shown:
        """How each branch stands with national, and payments that came to another branch's account."""
        units = seen_units(self._portal.visitor())
        there = branches_on(branches_of(standing(reads.facts_of_kind(Subject.BRANCH))), self._portal.today())
        found = [position(reads, code) for code in there if sees(units, code)]
        rows = [(p.branch, p.share_idr, p.income_idr, p.spent_idr, p.held_idr, p.standing_idr) for p in found]
        columns = (
            *(("branch", Kind.TEXT), ("share", Kind.MONEY, True), ("income", Kind.MONEY, True)),
            *(("spent", Kind.MONEY, True), ("held", Kind.MONEY, True), ("standing", Kind.MONEY, True)),
        )
        made = table(
            t,
            sheet("dues_branches", columns, rows),
            lambda line, column: f"{BRANCHES}/{line.key}" if line is not None and column.name == "branch" else "",
        )
        return Shown(
            t("dues_branches"),
            (Section(note=t("branches_note"), table=made), self._misdirected(reads, t)),
            place=BRANCHES,
        )

    def _misdirected(self, reads: Reads, t: Words, branch: str = "") -> Section:
        units = seen_units(self._portal.visitor())
        rows = [
            (one.ref, day_number(one.on), one.account, one.unit, one.member, one.branch, one.amount_idr)
            for one in misdirected(reads, branch)
            if sees(units, one.unit, one.branch)
        ]
        columns = (
            *(("payment", Kind.TEXT), ("day", Kind.DAY), ("account", Kind.TEXT), ("unit", Kind.TEXT)),
            *(("member", Kind.ID), ("branch", Kind.TEXT), ("amount", Kind.MONEY, True)),
        )
        made = table(
            t,
            sheet("misdirected", columns, rows),
            lambda line, column: payment_at(line.key) if line is not None and column.name == "payment" else "",
        )
        return Section(title=t("misdirected"), note=t("misdirected_note"), table=made, empty=t("misdirected_none"))

    def branch(self, request: Request, reads: Reads, t: Words) -> Shown | None:
        """A branch's statement: how it stands, what moves it, what was settled, what it spent this year."""
        code, today = request.path_params["code"], self._portal.today()
        there = branches_on(reads.branches(), today)
        if code not in there or not sees(seen_units(self._portal.visitor()), code):
            return None
        stands = position(reads, code)
        rows = [
            (t("purse_col_share"), stands.share_idr, f"branch:{code}"),
            (t("purse_col_income"), stands.income_idr, f"income:{code}"),
            (t("purse_col_spent"), -stands.spent_idr, f"spent:{code}"),
            (t("purse_col_held"), -stands.held_idr, ""),
        ]
        links = {row[0]: row[2] for row in rows}
        made = table(
            t,
            sheet("branch_stands", (("part", Kind.TEXT), ("amount", Kind.MONEY, True)), [row[:2] for row in rows]),
            lambda line, column: (
                account_at(links[line.key]) if line is not None and column.name == "amount" and links[line.key] else ""
            ),
            total_word=t("purse_col_standing"),
        )
        settled = [
            (s.number, day_number(s.asked.on), s.asked.giver, s.asked.taker, s.asked.amount_idr, s.state)
            for s in settlements(reads, code)
        ]
        columns = (
            *(("payout", Kind.ID), ("day", Kind.DAY), ("giver", Kind.TEXT), ("taker", Kind.TEXT)),
            *(("amount", Kind.MONEY), ("state", Kind.TEXT)),
        )
        year = today.replace(month=1, day=1)
        spent = [
            (one.ref, day_number(one.on), one.to, one.reason, one.amount_idr)
            for one in named_as(reads, RowAs.EXPENSE, year, today.replace(year=today.year + 1, month=1, day=1), code)
        ]
        costs = (
            *(("payment", Kind.TEXT), ("day", Kind.DAY), ("heading", Kind.TEXT), ("text", Kind.TEXT)),
            ("amount", Kind.MONEY, True),
        )
        sections = (
            Section(note=t("branches_note"), table=made),
            Section(
                title=t("branch_settled"),
                table=table(t, sheet("branch_settled", columns, settled), worded={"state": "payout_"}),
                empty=t("table_empty"),
            ),
            Section(
                title=t("branch_spent", year=str(today.year)),
                table=table(t, sheet("branch_spent_title", costs, spent), _spent_link),
                empty=t("table_empty"),
            ),
            self._misdirected(reads, t, code),
        )
        heading = t("branch_purse", branch=there[code].name)
        return Shown(heading, sections, place=BRANCHES, back=(BRANCHES, t("dues_branches")))


def _payout_link(line: Line | None, column: Column) -> str:
    if line is None or column.name != "for":
        return ""
    return member_at(str(line.cells[2])) if line.key.startswith("RF-") else f"{BRANCHES}/{line.cells[2]}"


def _promise_link(line: Line | None, column: Column) -> str:
    if line is None:
        return ""
    match column.name:
        case "invoice":
            return invoice_at(line.key)
        case "member" | "collector":
            return member_at(str(line.cells[2 if column.name == "member" else 1]))
        case _:
            return ""


def _spent_link(line: Line | None, column: Column) -> str:
    return payment_at(line.key) if line is not None and column.name == "payment" else ""
