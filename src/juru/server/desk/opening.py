"""Moving in: a table of balances of agents, suppliers and bank, checked whole, shown, then posted whole or not at all.

A row of an agent or supplier who is not there yet may bring what the import of its kind takes (name, upline, level,
senders ...), so that one file moves a business. A row that was posted before is left out, so that a file can be brought
in again; one that says another amount than was posted is a problem of that row.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from juru.books.rules import Posting
from juru.server.desk.agent_secrets import Fresh
from juru.server.desk.cells import CellError, read_idr
from juru.server.desk.files import Row
from juru.server.desk.importing import Importer, Issued, Plan, Problem, Progress, carry_out
from juru.server.desk.link import Desk
from juru.server.desk.tables import AGENTS, SUPPLIERS, Table
from juru.server.domain.accounts import House
from juru.server.domain.commands import DepositKind, OpenBalances, OpeningRow
from juru.server.domain.opening import opening_key
from juru.server.domain.refusals import Refusal
from juru.server.store.keyring import Keyring
from juru.server.store.reads.openings import Opened, openings

KIND, CODE, BALANCE = "kind", "code", "balance_idr"
COLUMNS = {
    KIND: "agent, supplier or bank",
    CODE: "the agent's or supplier's code; of a bank its name",
    BALANCE: "what he has with us; what we have there. Below zero: what he owes us, what we owe",
}
EXAMPLE = (
    (KIND, CODE, BALANCE, "name", "upline", "level", "senders"),
    ("bank", "BCA1", 25_000_000, "", "", "", ""),
    ("agent", "INDUK01", 1_500_000, "Induk Pulsa", "", "grosir", ""),
    ("agent", "BUDI01", 350_000, "Budi Cell", "INDUK01", "retail", "sms:081200000001"),
    ("agent", "SARI02", -20_000, "Sari Reload", "INDUK01", "retail", ""),
)
"""The template: a bank, two agents with their balance and one who owes us; suppliers are added before or beside it."""

_TABLES: dict[DepositKind, Table] = {DepositKind.AGENT: AGENTS, DepositKind.SUPPLIER: SUPPLIERS}
_WORDS = {"agent": DepositKind.AGENT, "agen": DepositKind.AGENT, "supplier": DepositKind.SUPPLIER}
_WORDS |= {"bank": DepositKind.BANK}


class OpeningPlan(msgspec.Struct):
    """What moving in would do. With any problem it does nothing."""

    rows: list[OpeningRow] = []
    records: list[Plan] = []
    problems: list[Problem] = []
    added: int = 0
    before: int = 0

    @property
    def issued(self) -> list[Issued]:
        """Secrets made for those who are added."""
        return [one for plan in self.records for one in plan.issued]

    def total_idr(self, kind: DepositKind) -> int:
        """The sum that would be posted for a kind of account."""
        return sum(row.balance_idr for row in self.rows if row.kind is kind)

    @property
    def equity_idr(self) -> int:
        """What is left to the owner: what he has in banks and at suppliers, less what he owes his agents."""
        assets_idr = self.total_idr(DepositKind.BANK) + self.total_idr(DepositKind.SUPPLIER)
        return assets_idr - self.total_idr(DepositKind.AGENT)


class _Read(msgspec.Struct, frozen=True):
    """One row as written."""

    row: Row
    kind: DepositKind
    code: str
    balance_idr: int


def plan_opening(
    rows: Sequence[Row],
    desk: Desk,
    keys: Keyring,
    fresh: Fresh,
    *,
    by: str,
    reason: str,
    progress: Progress = lambda _done, _all: None,
    only_check: bool = False,
) -> OpeningPlan:
    """Read and check every row against the cell as it is; ``only_check`` makes no secrets, which takes its time."""
    plan = OpeningPlan()
    read = _read_rows(rows, plan)
    there: dict[DepositKind, set[str]] = {}
    newcomers: list[tuple[Table, list[Row]]] = []
    for kind, table in _TABLES.items():
        there[kind] = _known(desk, kind.value)
        brought = _newcomers([one for one in read if one.kind is kind and one.code not in there[kind]], table, plan)
        checked = Importer(table, desk, keys, fresh).plan(brought, by=by, reason=reason, only_check=True)
        plan.problems.extend(checked.problems)
        plan.added += checked.added
        there[kind].update(checked.keys)
        newcomers.append((table, brought))
    banks = _known(desk, "bank_account")
    posted = openings(desk.reads.engine)
    for one in read:
        if one.balance_idr and (one.kind is DepositKind.BANK or one.code in there[one.kind]):
            _plan_row(one, posted, banks, plan)
    plan.problems.sort(key=lambda problem: problem.row)
    if not plan.problems and not only_check:
        plan.records = [
            Importer(table, desk, keys, fresh).plan(brought, by=by, reason=reason, progress=progress)
            for table, brought in newcomers
            if brought
        ]
    return plan


async def carry_out_opening(desk: Desk, plan: OpeningPlan, *, by: str, reason: str) -> Refusal | None:
    """Add who is new, then post every balance in one commit; why nothing was posted, or None."""
    assert not plan.problems, plan.problems
    for records in plan.records:
        for _, refusal in await carry_out(desk, records):
            return refusal
    if not plan.rows:
        return None
    result = await desk.submit(OpenBalances(tuple(plan.rows), reason, by))
    return result if isinstance(result, Refusal) else None


def _read_rows(rows: Sequence[Row], plan: OpeningPlan) -> list[_Read]:
    known = {*COLUMNS, *(column.name for table in _TABLES.values() for column in table.columns)}
    header = set(rows[0].cells) if rows else set(COLUMNS)
    for name in sorted(header - known):
        plan.problems.append(
            Problem(1, name, "unknown column; known are " + ", ".join(COLUMNS) + " and those of import")
        )
    for name in sorted(set(COLUMNS) - header):
        plan.problems.append(Problem(1, name, f"this column is needed: {COLUMNS[name]}"))
    if plan.problems:
        return []
    read: list[_Read] = []
    seen: dict[tuple[DepositKind, str], int] = {}
    for row in rows:
        one = _read_row(row, plan)
        if one is None:
            continue
        key = one.kind, one.code
        if key in seen:
            plan.problems.append(Problem(row.number, CODE, f"{one.code} is in row {seen[key]} too"))
            continue
        seen[key] = row.number
        read.append(one)
    return read


def _read_row(row: Row, plan: OpeningPlan) -> _Read | None:
    kind = _WORDS.get(row.cells[KIND].lower())
    code = row.cells[CODE].upper()
    if kind is None:
        plan.problems.append(Problem(row.number, KIND, f"{row.cells[KIND]!r}: write agent, supplier or bank"))
    if not code:
        plan.problems.append(Problem(row.number, CODE, "is needed"))
    try:
        balance_idr = read_idr(row.cells[BALANCE])
    except CellError as error:
        plan.problems.append(Problem(row.number, BALANCE, str(error)))
        return None
    return None if kind is None or not code else _Read(row, kind, code, balance_idr)


def _newcomers(read: Sequence[_Read], table: Table, plan: OpeningPlan) -> list[Row]:
    """Rows of those who are not there yet, as the import of their kind takes them."""
    columns = {column.name for column in table.columns} - {CODE}
    rows: list[Row] = []
    for one in read:
        cells = {name: value for name, value in one.row.cells.items() if name in columns and value}
        if cells:
            rows.append(Row(one.row.number, {CODE: one.code, **cells}))
        else:
            why = f"there is no {table.kind} {one.code}: import him first, or give his name here"
            plan.problems.append(Problem(one.row.number, CODE, why))
    return rows


def _plan_row(one: _Read, posted: dict[str, Opened], banks: set[str], plan: OpeningPlan) -> None:
    """Post it, unless it stands already; after a reversal it may be posted anew."""
    row = OpeningRow(one.kind, one.code, one.balance_idr)
    while (before := posted.get(opening_key(row))) is not None and before.reversed:
        row = OpeningRow(one.kind, one.code, one.balance_idr, row.attempt + 1)
    if before is None and one.kind is DepositKind.BANK and banks and one.code not in banks:
        why = f"there is no bank account {one.code}; there are {', '.join(sorted(banks))}"
        plan.problems.append(Problem(one.row.number, CODE, why))
        return
    if before is None:
        plan.rows.append(row)
        return
    stands_idr = _balance_of(before.posting, one.kind)
    if stands_idr == one.balance_idr:
        plan.before += 1
        return
    why = f"{stands_idr} was posted before: 'juru transfer reverse {before.transfer_id}' first, then repeat this"
    plan.problems.append(Problem(one.row.number, BALANCE, why))


def _balance_of(posting: Posting, kind: DepositKind) -> int:
    """What a posting against equity gave an account, as its row writes it: of an agent his credit, else a debit."""
    other = posting.debit if kind is DepositKind.AGENT else posting.credit
    return posting.amount_idr if other == House.EQUITY else -posting.amount_idr


def _known(desk: Desk, kind: str) -> set[str]:
    """The codes of who is there."""
    return {record.key for record in desk.records(kind)}
