"""The audit's bills and vouchers: each agrees with its order, and the stock of codes with the account that holds it.

Papers say what a code or a bill is at, orders say who paid; neither may say what the other does not.
"""

from __future__ import annotations

import msgspec

from juru.books.engine import BookEngine, Row
from juru.server.domain.accounts import House
from juru.server.domain.bill import Bill, BillState
from juru.server.domain.order import Happened
from juru.server.domain.paper_kinds import NAME_OF
from juru.server.domain.voucher import Voucher, VoucherState
from juru.server.store.audit_orders import Orders, Tracked
from juru.server.store.findings import Findings
from juru.server.store.rows import event_from, paper_from

_BILL, _VOUCHER = NAME_OF[Bill], NAME_OF[Voucher]
_BEFORE = "SELECT body FROM papers WHERE kind = ? AND key = ? AND id < ? ORDER BY id DESC LIMIT 1"
_IN_STOCK = """
SELECT p.body FROM paper_heads h JOIN papers p ON p.id = h.latest_id WHERE h.kind = ? AND h."open" = 1
"""
_NET = "SELECT net_idr FROM balances WHERE account = ?"
_BAD = (KeyError, TypeError, ValueError, msgspec.MsgspecError)
_REACHED = {BillState.PAYING: "accepted", BillState.PAID: "success", BillState.UNPAID: "failed"}
_STATE_AFTER = {
    Happened.ACCEPTED: BillState.PAYING,
    Happened.SUCCEEDED: BillState.PAID,
    Happened.FAILED: BillState.UNPAID,
}
_MAY_FOLLOW: dict[BillState, set[BillState | None]] = {
    BillState.ASKED: {None, BillState.ASKED, BillState.FOUND, BillState.REFUSED, BillState.UNPAID},
    BillState.FOUND: {BillState.ASKED},
    BillState.REFUSED: {BillState.ASKED},
    BillState.PAYING: {BillState.FOUND},
    BillState.PAID: {BillState.PAYING},
    BillState.UNPAID: {BillState.PAYING},
}
_PAYS = "bill "
"""How the reason of an attempt begins that pays a bill."""


class Goods:
    """Holds nothing from one commit to the next."""

    def __init__(self, engine: BookEngine, findings: Findings, orders: Orders) -> None:
        self._engine = engine
        self._findings = findings
        self._orders = orders

    def commit(self, no: int, rows: dict[str, list[Row]]) -> None:
        """One commit's bills and vouchers, held against its orders; and its orders against them."""
        bills: set[tuple[int, BillState]] = set()
        handed: list[int] = []
        stocked_idr = voided_idr = 0
        for row in rows["papers"]:
            if row[2] not in {_BILL, _VOUCHER}:
                continue
            try:
                paper, before = paper_from(row[2], row[4]), self._before(row)
            except _BAD:
                # A version that cannot be read is named with the papers.
                continue
            if isinstance(paper, Bill):
                self._bill(no, row[0], paper, before)
                if paper.order_id is not None:
                    bills.add((paper.order_id, paper.state))
            elif isinstance(paper, Voucher) and not _resealed(paper, before):
                self._voucher(no, row[0], paper, before)
                handed.extend([paper.order_id] if paper.order_id is not None else [])
                stocked_idr += paper.cost_idr * (paper.state is VoucherState.OPEN)
                voided_idr += paper.cost_idr * (paper.state is VoucherState.VOID)
        self._moved(no, rows, "voucher_import", stocked_idr)
        self._moved(no, rows, "voucher_void", voided_idr)
        self._orders_say(no, rows["events"], bills, handed)

    def finish(self) -> None:
        """What the codes in stock have cost is what the account of the stock holds."""
        total_idr: int = 0
        for (body,) in self._engine.stream(_IN_STOCK, (_VOUCHER,)):
            try:
                paper = paper_from(_VOUCHER, body)
            except _BAD:
                continue
            total_idr += paper.cost_idr if isinstance(paper, Voucher) else 0
        held = self._engine.rows(_NET, (int(House.VOUCHER_STOCK),))
        net_idr: int = held[0][0] if held else 0
        if total_idr + net_idr:
            detail = f"holds {-net_idr}, the codes in stock have cost {total_idr}"
            self._findings.add("voucher", None, "balances", int(House.VOUCHER_STOCK), detail)

    def _say(self, kind: str, no: int, row_id: int, detail: str, table: str = "papers") -> None:
        self._findings.add(kind, no, table, row_id, detail)

    def _before(self, row: Row) -> Bill | Voucher | None:
        found = self._engine.rows(_BEFORE, (row[2], row[3], row[0]))
        paper = paper_from(row[2], found[0][0]) if found else None
        return paper if isinstance(paper, Bill | Voucher) else None

    def _bill(self, no: int, number: int, bill: Bill, before: Bill | Voucher | None) -> None:
        """A bill goes its way, and what pays it is an order of its agent that says the same."""
        was = before.state if isinstance(before, Bill) else None
        if was not in _MAY_FOLLOW[bill.state]:
            self._say("bill", no, number, f"is {bill.state} after {was or 'nothing'}")
        reached = _REACHED.get(bill.state)
        if (reached is None) is not (bill.order_id is None):
            self._say("bill", no, number, f"is {bill.state} with order {bill.order_id}")
            return
        if reached is None or bill.order_id is None:
            return
        tracked = self._orders.touched.get(bill.order_id)
        problem = "nothing happened to it in this commit" if tracked is None else _differs(tracked, bill, reached)
        if problem is None and isinstance(before, Bill) and before.supplier_ref != bill.supplier_ref:
            problem = f"was asked about as {before.supplier_ref}, is paid as {bill.supplier_ref}"
        if problem is not None:
            self._say("bill", no, number, f"order {bill.order_id}: {problem}")

    def _voucher(self, no: int, number: int, voucher: Voucher, before: Bill | Voucher | None) -> None:
        """A code is in stock once, and leaves it once: to an order that succeeded by it, or by a person's hand."""
        was = before.state if isinstance(before, Voucher) else None
        expected = None if voucher.state is VoucherState.OPEN or voucher.supplier is not None else VoucherState.OPEN
        if was is not expected:
            self._say("voucher", no, number, f"is {voucher.state} after {was or 'nothing'}")
        if (voucher.state is VoucherState.HANDED) is not (voucher.order_id is not None):
            self._say("voucher", no, number, f"is {voucher.state} with order {voucher.order_id}")
        if voucher.order_id is None:
            return
        tracked = self._orders.touched.get(voucher.order_id)
        if tracked is None:
            self._say("voucher", no, number, f"nothing happened to order {voucher.order_id} in this commit")
            return
        order = tracked.order
        wrong = order.product != voucher.product
        if voucher.supplier is None:
            paid = (order.supplier, order.cost_idr) == (None, voucher.cost_idr) and "success" in tracked.reached
            wrong = wrong or bool(tracked.attempts) or not paid
        if wrong:
            self._say("voucher", no, number, f"order {order.id} was not a success by this code")

    def _moved(self, no: int, rows: dict[str, list[Row]], code: str, expected_idr: int) -> None:
        """Transfers of the stock move what the codes of their commit have cost."""
        ids = {row[0] for row in rows["transfers"] if row[4] == code}
        moved_idr = sum(row[5] for row in rows["postings"] if row[2] in ids)
        if moved_idr != expected_idr:
            detail = f"{code} moves {moved_idr}, the codes of this commit have cost {expected_idr}"
            self._say("voucher", no, min(ids, default=0), detail, "transfers")

    def _orders_say(self, no: int, events: list[Row], bills: set[tuple[int, BillState]], handed: list[int]) -> None:
        """An order that pays a bill has its paper in the same commit, and one without a supplier its code."""
        for event_id, _, order_id, kind, body in events:
            tracked = self._orders.touched.get(order_id)
            state = _STATE_AFTER.get(kind)
            if tracked is None or state is None:
                continue
            pays = any(attempt.why.startswith(_PAYS) for attempt in tracked.attempts.values())
            if pays is not ((order_id, state) in bills):
                detail = f"order {order_id} {kind}: its bill is {'not ' if pays else ''}{state} by this commit"
                self._say("bill", no, event_id, detail, "events")
            if kind == Happened.SUCCEEDED and _without_supplier(body) and handed.count(order_id) != 1:
                detail = f"order {order_id} has no supplier, and {handed.count(order_id)} codes of the stock"
                self._say("voucher", no, event_id, detail, "events")


def _resealed(voucher: Voucher, before: Bill | Voucher | None) -> bool:
    """A version that says nothing new: its code was sealed anew with another key."""
    if not isinstance(before, Voucher):
        return False
    return msgspec.structs.replace(voucher, sealed="") == msgspec.structs.replace(before, sealed="")


def _differs(tracked: Tracked, bill: Bill, reached: str) -> str | None:
    """What an order says that the bill it pays does not."""
    order = tracked.order
    told = (order.agent_id, order.product, order.dest, order.price_idr)
    if told != (bill.agent_id, bill.product, bill.dest, bill.price_idr):
        return f"says {told}"
    if [attempt.ref for attempt in tracked.attempts.values()] != [bill.supplier_ref]:
        return f"is not paid once, as {bill.supplier_ref}"
    if reached not in tracked.reached:
        return f"was {', '.join(sorted(tracked.reached))}"
    if bill.state is BillState.PAID and order.cost_idr != bill.charged_idr:
        return f"cost {order.cost_idr}, the bill says {bill.charged_idr}"
    return None


def _without_supplier(body: str) -> bool:
    try:
        return event_from(body).supplier is None
    except _BAD:
        return False
