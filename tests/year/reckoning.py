"""The book against the reckoning: accounts, orders, reports, statements; every difference named with its orders."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

import msgspec

from juru.server.desk.account_statements import owner_of, statement_sheet
from juru.server.desk.names import names_of
from juru.server.desk.reports import Report, report_sheet
from juru.server.desk.spans import Span
from juru.server.domain.accounts import name_of
from juru.server.store.reads.reads import Reads
from juru.simulation.seller import Trade
from juru.web.sheets import Sheet
from tests.year.oracle import Costs, Oracle

SHOWN = 40
_OURS = ("bank:", "supplier:", "house:bank", "house:voucher_stock", "house:claims", "house:late_success")
_OWED = ("agent:", "house:suspense")
_BORNE_LATE = ("house:late_success", "house:losses", "house:claims")
_POSTED = """
SELECT t.order_id, t.code, p.debit, p.credit, p.amount_idr FROM transfers t JOIN postings p ON p.transfer_id = t.id
WHERE t.day BETWEEN ? AND ? AND t.order_id IS NOT NULL AND t.kind <> 'hold' ORDER BY t.id, p.id
"""
_OPEN = "SELECT id, agent_id, product FROM orders WHERE state = 'accepted' LIMIT 20"
_DIRECTION = {"success": 1, "reversed": -1, "failed": 0}
Moved = tuple[str, str, int]


class Line(msgspec.Struct):
    """What a report must say of one agent, product or supplier."""

    accepted: int = 0
    succeeded: int = 0
    failed: int = 0
    reversed: int = 0
    sales_idr: int = 0
    cost_idr: int = 0
    commission_idr: int = 0


class Reckoning:
    """One look at the whole: what the suppliers' books say now beside what everybody was told."""

    def __init__(
        self,
        oracle: Oracle,
        trades: Mapping[str, list[Trade]],
        supplier_ids: Mapping[str, int],
        skus: Mapping[tuple[str, str], str],
    ) -> None:
        self._oracle = oracle
        self._costs = Costs(oracle, dict(trades), dict(skus))
        self._names = {code: f"supplier:{number}" for code, number in supplier_ids.items()}

    def differences(self, reads: Reads, span: Span, owed: Mapping[str, int]) -> list[str]:
        """Everything that does not agree; ``owed``: what each supplier says that it has of ours."""
        found = [*self._oracle.faults, *self._costs.faults]
        for part in (self._open_orders(reads), self._orders(reads, span), self._month(reads, span)):
            found += part
        found += self._now(reads, owed)
        found += self._reports(reads, span)
        found += self._statements(reads, span)
        return found[:SHOWN] + ([f"and {len(found) - SHOWN} more"] if len(found) > SHOWN else [])

    # ------------------------------------------------------------------ orders

    @staticmethod
    def _open_orders(reads: Reads) -> Iterator[str]:
        for row in reads.engine.rows(_OPEN):
            yield f"order {row[0]} is still open: agent {row[1]}, {row[2]}"

    def _orders(self, reads: Reads, span: Span) -> Iterator[str]:
        """Each order's postings of a month, one by one."""
        wanted: defaultdict[int, Counter[Moved]] = defaultdict(Counter)
        for order_id, state, _ in self._oracle.ended[span.first // 100]:
            for debit, credit, idr in self._moved(order_id) if state != "failed" else []:
                wanted[order_id][(debit, credit, idr) if state == "success" else (credit, debit, idr)] += 1
        posted: defaultdict[int, Counter[Moved]] = defaultdict(Counter)
        for order_id, code, debit, credit, idr in reads.engine.rows(_POSTED, (span.first, span.last)):
            if code in {"sale", "order_reversed"}:
                posted[int(order_id)][name_of(debit), name_of(credit), int(idr)] += 1
        for order_id in sorted(wanted.keys() | posted.keys()):
            if wanted[order_id] != posted[order_id]:
                missing, more = wanted[order_id] - posted[order_id], posted[order_id] - wanted[order_id]
                corrected = [c for c in self._corrections() if c[0] == order_id]
                if corrected and self._is_correction(missing, more, corrected):
                    continue
                yield f"order {order_id}: the book lacks {_told(missing)}, has {_told(more)} instead"

    def _corrections(self) -> list[tuple[int, str, int]]:
        return [told for month in self._oracle.corrected.values() for told in month]

    @staticmethod
    def _is_correction(missing: Counter[Moved], more: Counter[Moved], told: list[tuple[int, str, int]]) -> bool:
        """Whether what differs is just the price that a statement has corrected since."""
        both = [sum(idr * n for (_, _, idr), n in side.items()) for side in (missing, more)]
        return abs(both[0] - both[1]) == abs(sum(idr for _, _, idr in told)) and len(missing) == len(more) == 1

    def _moved(self, order_id: int) -> list[Moved]:
        order = self._oracle.orders[order_id]
        moved = self._oracle.sale(order)
        cost = self._costs.of(order_id)
        if cost is not None:
            moved.append(("house:cost", self._names.get(cost.supplier, "house:voucher_stock"), cost.amount_idr))
        return moved

    # ------------------------------------------------------------------ accounts

    def _costs_of(self, month: int) -> Iterator[tuple[int, str, int]]:
        """What costs moved in a month: order, supplier as a report has it, rupiah."""
        corrected = {order_id: idr for order_id, _, idr in self._corrections()}
        for order_id, state, _ in self._oracle.ended[month]:
            cost = self._costs.of(order_id)
            if cost is not None and state != "failed":
                # The book has what was known then; the rest came with the statement.
                yield order_id, cost.supplier, (cost.amount_idr - corrected.get(order_id, 0)) * _DIRECTION[state]
        for order_id, supplier, idr in self._oracle.corrected[month]:
            yield order_id, supplier, idr
        for order_id, _ in self._oracle.charged[month]:
            cost = self._costs.of(order_id)
            late = next(trade for _, trade, of in self._costs.extra if of == order_id)
            yield order_id, "" if cost is None else cost.supplier, late.price_idr

    def _months(self) -> set[int]:
        """Every month in which a cost may have moved."""
        return {*self._oracle.ended, *self._oracle.corrected, *self._oracle.charged}

    def _month(self, reads: Reads, span: Span) -> Iterator[str]:
        """How every account moved in a month, but those of suppliers and of what was late."""
        month = span.first // 100
        wanted = Counter(self._oracle.month[month])
        for order_id, supplier, idr in self._costs_of(month):
            wanted["house:cost"] -= idr
            if self._oracle.orders[order_id].product == "GAME50" and not supplier:
                wanted["house:voucher_stock"] += idr
        moved = {name_of(account): told.net_idr for account, told in reads.sums.accounts(span.first, span.last).items()}
        for name in sorted(wanted.keys() | moved.keys()):
            if name.startswith("supplier:") or name in _BORNE_LATE:
                continue
            if wanted[name] != moved.get(name, 0):
                yield f"{name} moved {moved.get(name, 0)} in {month}, reckoned {wanted[name]}{self._whose(name, month)}"

    def _whose(self, name: str, month: int) -> str:
        """The orders of an agent that ended in a month, to look through."""
        if not name.startswith("agent:"):
            return ""
        number = int(name.split(":")[1])
        mine = [i for i, _, _ in self._oracle.ended[month] if self._oracle.orders[i].agent == number]
        return f"; his orders: {', '.join(map(str, mine[:20]))}"

    def _now(self, reads: Reads, owed: Mapping[str, int]) -> Iterator[str]:
        """Balances as they stand: suppliers against their own books, late deliveries, and that all of it adds up."""
        book: Counter[str] = Counter({name_of(row.account): row.net_idr for row in reads.balances()})
        for code, idr in owed.items():
            if -book[self._names[code]] != idr:
                yield f"{code} has {idr} of ours by its own book, {-book[self._names[code]]} by ours"
        charged = {order_id for told in self._oracle.charged.values() for order_id, _ in told}
        late_idr = sum(trade.price_idr for _, trade, order_id in self._costs.extra if order_id not in charged)
        borne_idr = -sum(book[name] for name in _BORNE_LATE)
        if late_idr != borne_idr:
            orders = ", ".join(str(order_id) for _, _, order_id in self._costs.extra[-20:])
            yield f"deliveries that no sale pays for cost {late_idr}, the book bears {borne_idr}; orders {orders}"
        yield from self._sheet(book)
        for name, idr in self._oracle.net.items():
            if name.startswith(("agent:", "bank:")) and book[name] != idr:
                yield f"{name} stands at {book[name]}, reckoned {idr}"

    def _sheet(self, book: Counter[str]) -> Iterator[str]:
        """Equity and profit are what is owned less what is owed; the profit is reckoned, not read."""
        ours_idr = -sum(idr for name, idr in book.items() if name.startswith(_OURS) and name != "house:bank_fees")
        owed_idr = sum(idr for name, idr in book.items() if name.startswith(_OWED) and not name.endswith(":debt"))
        debts_idr = -sum(idr for name, idr in book.items() if name.endswith(":debt"))
        net = self._oracle.net
        spent = ("house:sales", "house:commission_expense", "house:points_expense", "house:bank_fees", "house:bad_debt")
        costs_idr = sum(idr for month in self._months() for _, _, idr in self._costs_of(month))
        profit_idr = sum(net[name] for name in spent) - costs_idr + book["house:losses"]
        equity_idr = net["house:equity"]
        if ours_idr + debts_idr - owed_idr != equity_idr + profit_idr:
            yield (
                f"owned {ours_idr + debts_idr} less owed {owed_idr} is {ours_idr + debts_idr - owed_idr}; "
                f"equity {equity_idr} and profit {profit_idr} are {equity_idr + profit_idr}"
            )

    # ------------------------------------------------------------------ reports and statements

    def _reports(self, reads: Reads, span: Span) -> Iterator[str]:
        names, wanted = names_of(reads), self._lines(span.first // 100)
        for report in (Report.AGENTS, Report.PRODUCTS, Report.SUPPLIERS):
            sheet = report_sheet(reads, names, report, span)
            told = {line.key: line for line in sheet.lines}
            for key in sorted(wanted[report].keys() | told.keys()):
                line = wanted[report].get(key, Line())
                cells = told[key].cells if key in told else ()
                yield from _compare(f"report {report.value}, {key}", sheet, cells, msgspec.structs.asdict(line))
        month = self._oracle.month[span.first // 100]
        costs_idr = sum(idr for _, _, idr in self._costs_of(span.first // 100))
        profit = report_sheet(reads, names, Report.PROFIT, span)
        losses = sum(int(line.cells[profit.place("losses_idr")] or 0) for line in profit.lines)
        commissions_idr = -month["house:commission_expense"]
        points_idr, fees_idr, lost_idr = (-month[f"house:{n}"] for n in ("points_expense", "bank_fees", "bad_debt"))
        sales_idr = month["house:sales"]
        spent_idr = costs_idr + commissions_idr + points_idr + fees_idr + lost_idr + losses
        yield from _compare(
            "report profit",
            profit,
            profit.total or (),
            {
                "sales_idr": sales_idr,
                "cost_idr": costs_idr,
                "fees_idr": fees_idr,
                "bad_debt_idr": lost_idr,
                "profit_idr": sales_idr - spent_idr,
            },
        )

    def _lines(self, month: int) -> dict[Report, dict[str, Line]]:
        lines: dict[Report, dict[str, Line]] = {
            report: defaultdict(Line) for report in (Report.AGENTS, Report.PRODUCTS, Report.SUPPLIERS)
        }
        codes = {agent.id: agent.code for agent in self._oracle.agents.values()}

        def of(order_id: int, supplier: str) -> list[Line]:
            order = self._oracle.orders[order_id]
            keys = zip(lines.values(), (codes[order.agent], order.product, supplier or "-"), strict=True)
            return [known[key] for known, key in keys]

        for order_id in self._oracle.accepted[month]:
            for line in of(order_id, ""):
                line.accepted += 1
        measure = {"success": "succeeded", "failed": "failed", "reversed": "reversed"}
        for order_id, state, _ in self._oracle.ended[month]:
            order, cost = self._oracle.orders[order_id], self._costs.of(order_id)
            sign = _DIRECTION[state]
            for line in of(order_id, cost.supplier if cost is not None and sign else ""):
                setattr(line, measure[state], getattr(line, measure[state]) + 1)
                line.sales_idr += sign * order.price_idr
                line.commission_idr += sign * (sum(order.legs.values()) + order.points_idr)
        for order_id, supplier, idr in self._costs_of(month):
            for line in of(order_id, supplier):
                line.cost_idr += idr
        for order_id, _ in self._oracle.charged[month]:
            cost = self._costs.of(order_id)
            for line in of(order_id, "" if cost is None else cost.supplier):
                line.sales_idr += self._oracle.orders[order_id].price_idr
        return lines

    def _statements(self, reads: Reads, span: Span) -> Iterator[str]:
        """Each agent's statement: from what it was through every line to what it became, which is the reckoned sum."""
        names = names_of(reads)
        before: Counter[str] = Counter()
        for month, moved in self._oracle.month.items():
            if month < span.first // 100:
                before.update({name: idr for name, idr in moved.items() if name.endswith(":deposit")})
        for agent in self._oracle.agents.values():
            name = f"agent:{agent.id}:deposit"
            sheet = statement_sheet(reads, owner_of(names, "agent", agent.code), span, lambda _: "")
            opening_idr, closing_idr = int(sheet.facts["opening_idr"] or 0), int(sheet.facts["closing_idr"] or 0)
            came, went, stood = (sheet.place(column) for column in ("in_idr", "out_idr", "balance_idr"))
            balance_idr = opening_idr
            for line in sheet.lines:
                balance_idr += int(line.cells[came] or 0) - int(line.cells[went] or 0)
                if balance_idr != line.cells[stood]:
                    told = f"{line.cells[stood]} after posting {line.key} of order {line.cells[sheet.place('order')]}"
                    yield f"statement of {agent.code}: {told}, summed {balance_idr}"
                    break
            wanted = before[name], before[name] + self._oracle.month[span.first // 100][name]
            if (opening_idr, closing_idr) != wanted or balance_idr != closing_idr:
                yield f"statement of {agent.code} {span}: {opening_idr} to {closing_idr}, reckoned {wanted}"


def _compare(what: str, sheet: Sheet, cells: tuple[object, ...], wanted: Mapping[str, int]) -> Iterator[str]:
    columns = [column.name for column in sheet.columns]
    for name, value in wanted.items():
        if name in columns:
            told = cells[columns.index(name)] if cells else 0
            if told != value:
                yield f"{what}: {name} {told}, reckoned {value}"


def _told(moved: Counter[Moved]) -> str:
    return ", ".join(f"{debit} to {credit} {idr}" for debit, credit, idr in moved) or "nothing"
