"""Bringing rows into the cell: all are checked first, by the very rules of the domain; then all are saved, or none.

The check plays every row on a copy of what is configured, so a row may name an upline, product or supplier of a row
before or after it. A row that changes nothing is left out, so that a file can be brought in again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import msgspec

from juru.bank.profiles import GENERIC, load_bank_profile
from juru.bank.profiles import ProfileError as BankProfileError
from juru.server.channels.callbacks import MOUNT as CALLBACK_MOUNT
from juru.server.desk.agent_secrets import OF_A_SERVER, Fresh, agent_secrets
from juru.server.desk.cells import CellError
from juru.server.desk.files import Row
from juru.server.desk.link import Desk
from juru.server.desk.tables import Table
from juru.server.dialects import SUPPLIER_DIALECTS
from juru.server.dialects.profiles import ProfileError, load_profile
from juru.server.domain.agent import Agent
from juru.server.domain.catalog import Supplier
from juru.server.domain.cell import Cell, Past, Record, Settings
from juru.server.domain.commands import SaveRecord
from juru.server.domain.outcome import Buy
from juru.server.domain.records import KINDS, put, save_record
from juru.server.domain.refusals import Refusal
from juru.server.store.keyring import Keyring

Progress = Callable[[int, int], None]
"""Told how many of how many are done."""

CHECKED_KINDS = ("setting", "operator", "product", "supplier", "agent", "offer", "bank_account")
_PIN_DIGITS = range(4, 9)
_AT_ONCE = 200
_SUPPLIER_SECRETS = ("pin", "password", "api_key", "secret")


class Records(Protocol):
    """Reading what is configured."""

    def records(self, kind: str) -> list[Record]:
        """The present version of everything of a kind."""


class Problem(msgspec.Struct, frozen=True):
    """Why a row cannot be taken; ``row`` as the spreadsheet counts, None for an option typed."""

    row: int
    column: str
    why: str


class Issued(msgspec.Struct, frozen=True):
    """A secret made for a record; shown once, stored sealed or hashed."""

    key: str
    name: str
    value: str


class Plan(msgspec.Struct):
    """What an import would do. With any problem it does nothing."""

    saves: list[SaveRecord] = []
    problems: list[Problem] = []
    issued: list[Issued] = []
    keys: list[str] = []
    added: int = 0
    changed: int = 0
    unchanged: int = 0


class _Draft(msgspec.Struct):
    """A row on its way to a record."""

    row: Row
    key: str
    document: dict[str, Any]
    secrets: dict[str, str]
    known: msgspec.Struct | None


class Importer:
    """Plans the saving of rows of one table over what is configured now."""

    def __init__(self, table: Table, records: Records, keys: Keyring, fresh: Fresh) -> None:
        self._table = table
        self._keys = keys
        self._fresh = fresh
        self._cell = _copy_of(records)
        self._known = {r.key: table.read(r.body) for r in records.records(table.kind)}
        self._bodies = {r.key: msgspec.json.decode(r.body) for r in records.records(table.kind)}

    def knows(self, key: str) -> bool:
        """Whether there is such a record already."""
        return key.upper() in self._known

    def plan(
        self,
        rows: Sequence[Row],
        *,
        by: str,
        reason: str,
        progress: Progress = lambda _done, _all: None,
        only_check: bool = False,
    ) -> Plan:
        """Read, check and prepare every row; ``reason`` and ``by`` go with each record saved.

        ``only_check`` counts new records without making their secrets, which takes its time.
        """
        plan = Plan()
        drafts = self._drafts(rows, plan)
        for draft in _uplines_first(drafts):
            self._check(draft, plan, by, reason)
        plan.keys = [draft.key for draft in drafts]
        plan.problems.sort(key=lambda problem: problem.row)
        if plan.problems:
            return plan
        for done, draft in enumerate(_uplines_first(drafts), 1):
            if only_check and draft.known is None:
                plan.added += 1
            else:
                self._prepare(draft, plan, by, reason)
            progress(done, len(drafts))
        return plan

    def _drafts(self, rows: Sequence[Row], plan: Plan) -> list[_Draft]:
        drafts: list[_Draft] = []
        seen: dict[str, int] = {}
        unknown = {name for row in rows[:1] for name in row.cells if self._table.column(name) is None}
        for name in sorted(unknown):
            known = ", ".join(column.name for column in self._table.columns)
            plan.problems.append(Problem(1, name, f"unknown column; known are {known}"))
        for row in rows:
            draft = self._draft(row, plan)
            if draft is None:
                continue
            if draft.key in seen:
                twice = f"{draft.key} is in row {seen[draft.key]} too"
                plan.problems.append(Problem(row.number, self._table.key, twice))
                continue
            seen[draft.key] = row.number
            drafts.append(draft)
        return drafts

    def _draft(self, row: Row, plan: Plan) -> _Draft | None:
        values: dict[str, Any] = {}
        blank: set[str] = set()
        good = True
        for name, written in row.cells.items():
            column = self._table.column(name)
            if column is None:
                continue
            if not written:
                blank.add(name)
                continue
            try:
                values[name] = column.cell.read(written)
            except CellError as error:
                plan.problems.append(Problem(row.number, name, str(error)))
                good = False
        if not good:
            return None
        key = values.get(self._table.key) or _key_from(self._table, values)
        if key is None:
            plan.problems.append(Problem(row.number, self._table.key, "is needed"))
            return None
        values[self._table.key] = key
        secret = {column.name for column in self._table.columns if column.secret}
        document = dict(self._bodies.get(key, {}))
        for name in blank - secret:
            document.pop(name, None)
        document.update({name: value for name, value in values.items() if name not in secret})
        secrets = {name: _word(values[name]) for name in secret & values.keys()}
        draft = _Draft(row, key, document, secrets, self._known.get(key))
        _fill_in(self._table, draft, blank)
        return draft

    def _check(self, draft: _Draft, plan: Plan, by: str, reason: str) -> None:
        """Play the row on the copy; what the domain refuses is a problem of this row."""
        number = draft.row.number
        for column, why in _BESIDE.get(self._table.kind, _nothing)(self._cell, draft):
            plan.problems.append(Problem(number, column, why))
        body = msgspec.json.encode(draft.document)
        result = save_record(self._cell, SaveRecord(self._table.kind, draft.key, body, by, reason))
        if isinstance(result, Refusal):
            column, why = _readable(str(result.facts.get("detail", result.code)))
            plan.problems.append(Problem(number, column, why))

    def _prepare(self, draft: _Draft, plan: Plan, by: str, reason: str) -> None:
        """Seal its secrets (a PIN's hash is slow on purpose) and note what is to be saved."""
        before = draft.known
        if isinstance(self._after(draft), Agent):
            self._agent_secrets(draft, plan)
        elif isinstance(self._after(draft), Supplier):
            self._supplier_secrets(draft, plan)
        if before is not None and self._after(draft) == before:
            plan.unchanged += 1
            return
        if before is None:
            plan.added += 1
        else:
            plan.changed += 1
        body = msgspec.json.encode(draft.document)
        plan.saves.append(SaveRecord(self._table.kind, draft.key, body, by, reason))

    def _after(self, draft: _Draft) -> msgspec.Struct:
        """The record as it would be, numbered as it is or as a first one."""
        document = {"id": getattr(draft.known, "id", 1)} | draft.document
        record: msgspec.Struct = msgspec.convert(document, KINDS[self._table.kind])
        return record

    def _agent_secrets(self, draft: _Draft, plan: Plan) -> None:
        """His secrets; with a new password or key his user name is told as well, for a program wants them together."""
        h2h = draft.secrets.get("h2h")
        sealed, made = agent_secrets(
            draft.document.get("secrets", {}),
            self._keys,
            self._fresh,
            pin=draft.secrets.get("pin"),
            given={name: draft.secrets[name] for name in OF_A_SERVER if name in draft.secrets},
            server=None if h2h is None else h2h == "yes",
            renew=draft.secrets.get("renew") == "yes",
            user=draft.document.get("user") or draft.key,
        )
        plan.issued.extend(Issued(draft.key, one.name, one.value) for one in made)
        draft.document["secrets"] = sealed

    def _supplier_secrets(self, draft: _Draft, plan: Plan) -> None:
        sealed: dict[str, str] = dict(draft.document.get("secrets", {}))
        for name in _SUPPLIER_SECRETS:
            given = draft.secrets.get(name)
            if given is not None and (name not in sealed or self._keys.open(sealed[name]) != given):
                sealed[name] = self._keys.seal(given)
        draft.document["secrets"] = sealed
        token = draft.secrets.get("callback_token")
        if token == "new" or (token is None and not draft.document.get("callback_token")):  # noqa: S105 - the word typed
            token = self._fresh.token()
            plan.issued.append(Issued(draft.key, "callback path", f"{CALLBACK_MOUNT}/{draft.key}/{token}"))
        if token is not None:
            draft.document["callback_token"] = token


async def carry_out(
    desk: Desk, plan: Plan, progress: Progress = lambda _done, _all: None
) -> list[tuple[SaveRecord, Refusal]]:
    """Save what was planned, in its order; what was refused after all, because the cell changed meanwhile."""
    assert not plan.problems, plan.problems
    refused: list[tuple[SaveRecord, Refusal]] = []
    for first in range(0, len(plan.saves), _AT_ONCE):
        saves = plan.saves[first : first + _AT_ONCE]
        results = await desk.submit_all(saves)
        refused += [(save, result) for save, result in zip(saves, results, strict=True) if isinstance(result, Refusal)]
        progress(first + len(saves), len(plan.saves))
    return refused


def _copy_of(records: Records) -> Cell:
    """What is configured, apart from the book, to try changes on."""
    cell = Cell(Settings(name=""))
    for kind in CHECKED_KINDS:
        for record in records.records(kind):
            put(cell, kind, record.key, msgspec.json.decode(record.body, type=KINDS[kind]))
    cell.begin(0, Past())
    return cell


def _word(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _key_from(table: Table, values: dict[str, Any]) -> str | None:
    """An offer without a name of its own is named by what it joins."""
    if table.kind == "offer" and {"product", "supplier"} <= values.keys():
        return f"{values['product']}-{values['supplier']}"
    return None


def _fill_in(table: Table, draft: _Draft, blank: set[str]) -> None:
    """What follows from the rest: the local chat's address of an agent, what a supplier's dialect declares."""
    if table.kind == "agent" and (draft.known is None or "senders" in blank):
        draft.document.setdefault("senders", [f"chat:{draft.key}"])
    elif table.kind == "supplier":
        account = dict(draft.document.get("account", {}))
        for name in _SUPPLIER_SECRETS:
            if name in account:
                draft.secrets.setdefault(name, account.pop(name))
        draft.document["account"] = account
        dialect = SUPPLIER_DIALECTS.get(draft.document.get("dialect", ""))
        if dialect is not None and draft.known is None:
            draft.document.setdefault("inquiry", dialect.inquiry.value)
            draft.document.setdefault("inquiry_horizon_s", dialect.horizon_s)
            if dialect.bill_inquiry is not None:
                draft.document.setdefault("bill_inquiry", dialect.bill_inquiry.value)


def _nothing(_cell: Cell, _draft: _Draft) -> Iterable[tuple[str, str]]:
    return ()


def _about_agent(_cell: Cell, draft: _Draft) -> Iterable[tuple[str, str]]:
    """A PIN that can be typed."""
    pin = draft.secrets.get("pin")
    if pin is not None and not (pin.isascii() and pin.isdigit() and len(pin) in _PIN_DIGITS):
        yield "pin", "a PIN has 4 to 8 digits"


def _about_supplier(_cell: Cell, draft: _Draft) -> Iterable[tuple[str, str]]:
    """An account that names where to send, and patterns that can be read."""
    if "base" not in draft.document["account"]:
        yield "account", "base=https://... is needed: where this supplier is reached"
    missing = _missing(draft)
    if missing in _SUPPLIER_SECRETS:
        yield missing, f"is needed by {draft.document['dialect']}"
    elif missing is not None:
        yield "account", f"{missing}=... is needed by {draft.document['dialect']}"
    if draft.document.get("profile"):
        try:
            load_profile(dict(draft.document["profile"]))
        except ProfileError as error:
            yield "profile", str(error)


def _about_bank(_cell: Cell, draft: _Draft) -> Iterable[tuple[str, str]]:
    """A profile that can read a file."""
    try:
        load_bank_profile(draft.document.get("profile", GENERIC), dict(draft.document.get("own_profile", {})))
    except BankProfileError as error:
        yield "own_profile" if draft.document.get("own_profile") else "profile", str(error)


def _missing(draft: _Draft) -> str | None:
    """What an order there would want and the account does not have."""
    dialect = SUPPLIER_DIALECTS.get(draft.document.get("dialect", ""))
    if dialect is None:
        return None
    known = {*draft.secrets, *draft.document.get("secrets", {})}
    try:
        dialect.buy(dict.fromkeys(known, "-") | draft.document["account"], Buy("S10", "+6281234567890", "1"))
    except KeyError as error:
        return str(error.args[0])
    return None


_BESIDE: dict[str, Callable[[Cell, _Draft], Iterable[tuple[str, str]]]] = {
    "agent": _about_agent,
    "supplier": _about_supplier,
    "bank_account": _about_bank,
}
"""What the domain does not ask of a record."""


def _readable(detail: str) -> tuple[str, str]:
    """The domain's words with the column they are about."""
    what, _, where = detail.partition(" - at `$.")
    if where:
        return where.rstrip("`").split("[")[0].split(".")[0], what
    if what.startswith("Object missing required field `"):
        return what.split("`")[1], "is needed"
    return "", what


def _uplines_first(drafts: list[_Draft]) -> list[_Draft]:
    """Rows in the order in which they can be saved; rows in a loop come last, for the domain to refuse."""
    waiting = {draft.key: draft for draft in drafts}
    ordered: list[_Draft] = []
    for draft in drafts:
        chain: list[_Draft] = []
        key: str | None = draft.key
        while key in waiting:
            chain.append(waiting.pop(key))
            key = chain[-1].document.get("upline")
        ordered.extend(reversed(chain))
    return ordered
