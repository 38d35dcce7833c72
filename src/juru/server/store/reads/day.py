"""The report of a business day, folded from the transfers posted in it."""

from __future__ import annotations

from juru.books.engine import BookEngine
from juru.server.domain.accounts import House
from juru.server.store.reads.shapes import DayLine, DayReport

COUNTS_OF_DAY = """
SELECT t.code, o.product, o.supplier, o.agent_id, CASE WHEN o.day < t.day THEN 1 ELSE 0 END AS earlier, count(*)
FROM transfers t JOIN orders o ON o.id = t.order_id
WHERE t.day = ?
GROUP BY t.code, o.product, o.supplier, o.agent_id, CASE WHEN o.day < t.day THEN 1 ELSE 0 END
"""
"""How many transfers of each code belong to orders of each product, supplier and agent; index transfers_day."""

_SIDES = f"""
    sum(CASE {int(House.SALES)} WHEN p.credit THEN p.amount_idr WHEN p.debit THEN -p.amount_idr ELSE 0 END),
    sum(CASE {int(House.COST)} WHEN p.debit THEN p.amount_idr WHEN p.credit THEN -p.amount_idr ELSE 0 END),
    sum(CASE {int(House.COMMISSION_EXPENSE)} WHEN p.debit THEN p.amount_idr WHEN p.credit THEN -p.amount_idr ELSE 0 END)
"""
SUMS_OF_DAY = f"""
SELECT o.product, o.supplier, o.agent_id, {_SIDES}
FROM transfers t JOIN postings p ON p.transfer_id = t.id JOIN orders o ON o.id = t.order_id
WHERE t.day = ? AND t.kind <> 'hold'
GROUP BY o.product, o.supplier, o.agent_id
"""  # noqa: S608 - the account numbers are our own
"""Sales, cost and commission of the day by product, supplier and agent; indexes transfers_day, postings_transfer."""

HOUSE_OF_DAY = f"""
SELECT
    sum(CASE {int(House.LATE_SUCCESS)} WHEN p.debit THEN p.amount_idr WHEN p.credit THEN -p.amount_idr ELSE 0 END),
    sum(CASE {int(House.LOSSES)} WHEN p.debit THEN p.amount_idr WHEN p.credit THEN -p.amount_idr ELSE 0 END)
FROM transfers t JOIN postings p ON p.transfer_id = t.id
WHERE t.day = ? AND t.kind <> 'hold'
"""  # noqa: S608 - the account numbers are our own
"""What went to late success and to losses that day, whether or not an order is named."""

_FIELDS = {"sale": "succeeded", "order_failed": "failed", "order_reversed": "reversed"}


def day_report(engine: BookEngine, day: int) -> DayReport:
    """The report of ``day`` (yyyymmdd)."""
    report = DayReport(day)
    products: dict[str, DayLine] = {}
    suppliers: dict[str, DayLine] = {}
    agents: dict[str, DayLine] = {}

    def lines(product: str, supplier: str | None, agent_id: int) -> list[DayLine]:
        agent = str(agent_id)
        found = [products.setdefault(product, DayLine(product)), agents.setdefault(agent, DayLine(agent))]
        if supplier is not None:
            found.append(suppliers.setdefault(supplier, DayLine(supplier)))
        return found

    for code, product, supplier, agent_id, earlier, count in engine.stream(COUNTS_OF_DAY, (day,)):
        if code == "order":
            report.accepted += count
        elif code == "late_success":
            report.late += count
        field = _FIELDS.get(code)
        if field is None:
            continue
        setattr(report, field, getattr(report, field) + count)
        report.of_earlier_days += count if earlier else 0
        for line in lines(product, supplier, agent_id):
            setattr(line, field, getattr(line, field) + count)
    for product, supplier, agent_id, sales_idr, cost_idr, commission_idr in engine.stream(SUMS_OF_DAY, (day,)):
        report.sales_idr += int(sales_idr)
        report.cost_idr += int(cost_idr)
        report.commission_idr += int(commission_idr)
        for line in lines(product, supplier, agent_id):
            line.sales_idr += int(sales_idr)
            line.cost_idr += int(cost_idr)
            line.commission_idr += int(commission_idr)
    for late_idr, losses_idr in engine.rows(HOUSE_OF_DAY, (day,)):
        report.late_idr, report.losses_idr = int(late_idr or 0), int(losses_idr or 0)
    report.by_product = _sorted(products)
    report.by_supplier = _sorted(suppliers)
    report.by_agent = _sorted(agents)
    return report


def _sorted(lines: dict[str, DayLine]) -> list[DayLine]:
    """Highest sales first, then by name."""
    return sorted(lines.values(), key=lambda line: (-line.sales_idr, line.key))
