"""The audit of paid periods: each stands on a settled invoice, or is exactly what a list of members said.

A settled invoice of dues makes one ``paid`` of its own period; nothing else does. ``paid_before`` has no money behind
it: it must name the row of the list that the same member's ``registered`` came from, once, from the day of joining.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import msgspec

from juru.association.domain.affairs import Issued
from juru.association.domain.facts import Fact, Paid, PaidBefore, Registered
from juru.books.findings import Findings


class _Said(msgspec.Struct, frozen=True):
    """A fact with its member."""

    member: str
    fact: Paid


class PaidPeriods:
    """Paid periods, gathered fact by fact and proved at the end."""

    def __init__(self, found: Findings) -> None:
        self._found = found
        self._paid: dict[int, _Said] = {}
        self._listed: dict[int, tuple[str, str, Registered]] = {}

    def note(self, number: int, member: str, fact: Fact, source: str) -> None:
        """Note a fact of the book with where it is known from."""
        match fact:
            case Paid():
                self._paid[number] = _Said(member, fact)
            case Registered() if source.startswith("import "):
                self._listed[number] = (member, source.rpartition(" ")[2], fact)
            case _:
                pass

    def prove(self, standing: set[int], invoices: Mapping[str, Issued], allocated: Mapping[str, int]) -> None:
        """Hold what stands against settled invoices and against the rows of lists."""
        listed = {(member, mark): fact for number, (member, mark, fact) in self._listed.items() if number in standing}
        by_invoice: dict[str, list[int]] = defaultdict(list)
        rows: set[str] = set()
        for number, said in self._paid.items():
            if number not in standing:
                continue
            match said.fact:
                case PaidBefore() as before:
                    self._before(number, said.member, before, listed, rows)
                case paid:
                    by_invoice[paid.invoice].append(number)
                    self._settled(number, said.member, paid, invoices.get(paid.invoice), allocated)
        for name, issued in invoices.items():
            settled = issued.total_idr == allocated.get(name, 0)
            if settled and issued.period is not None and len(by_invoice[name]) != 1:
                self._found.add("paid", None, "facts", None, f"{name} is settled, {len(by_invoice[name])} paid say so")

    def _before(
        self,
        number: int,
        member: str,
        before: PaidBefore,
        listed: Mapping[tuple[str, str], Registered],
        rows: set[str],
    ) -> None:
        registered = listed.get((member, before.row))
        if registered is None:
            self._found.add("paid", None, "facts", number, f"no list brought member {member} in by row {before.row}")
        elif before.invoice or (before.on, before.since) != (registered.on, registered.on):
            self._found.add("paid", None, "facts", number, "is not what a list can say of the day of joining")
        if before.row in rows:
            self._found.add("paid", None, "facts", number, f"row {before.row} of a list is told twice")
        rows.add(before.row)

    def _settled(
        self, number: int, member: str, paid: Paid, issued: Issued | None, allocated: Mapping[str, int]
    ) -> None:
        if issued is None:
            self._found.add("paid", None, "facts", number, f"by invoice {paid.invoice or '-'}, which does not stand")
            return
        period = issued.period
        agrees = period is not None and (period.since, period.until) == (paid.since, paid.until)
        if issued.member != member or not agrees:
            self._found.add("paid", None, "facts", number, f"is not the period or the member of {paid.invoice}")
        if allocated.get(paid.invoice, 0) != issued.total_idr:
            self._found.add("paid", None, "facts", number, f"{paid.invoice} is not settled")
