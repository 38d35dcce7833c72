"""What a restore has lost: the span of time, what to reconcile, and the orders a person says were bought in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from juru.server.desk.files import Row
from juru.server.domain.commands import SaveRecord
from juru.server.domain.lost import LostOrder, Restore
from juru.server.errors import SettingsError
from juru.server.store.reads.book import OpenAttempt, known_refs, open_attempts, settings_of
from juru.server.store.reads.reads import Reads
from juru.values.days import Zone
from juru.values.msisdn import parse_msisdn, to_local

COLUMNS = {
    "agent": "whose order it was; needed with ref",
    "ref": "the agent's own reference of it",
    "dest": "the number, meter or account it was for",
    "supplier": "where it was bought, by our code",
    "supplier_ref": "our reference at the supplier; rows that the book knows are left out",
    "note": "shown to whoever decides",
}
_SHOWN_MAX = 200


class Missing(msgspec.Struct, frozen=True):
    """What is not known after the latest restore, and whom to ask."""

    zone: Zone
    restore: Restore
    open: tuple[OpenAttempt, ...]
    suppliers: tuple[str, ...]
    listed: tuple[LostOrder, ...]


class LostPlan(msgspec.Struct):
    """What a file of lost orders would list."""

    saves: list[SaveRecord] = []
    problems: list[tuple[int, str]] = []
    known: int = 0
    listed: int = 0


def missing(reads: Reads) -> Missing | None:
    """What the latest restore has left to reconcile; None for a book that was never restored."""
    restores = [msgspec.json.decode(record.body, type=Restore) for record in reads.records("restore")]
    if not restores:
        return None
    latest = max(restores, key=lambda restore: restore.incarnation)
    suppliers = tuple(record.key for record in reads.records("supplier"))
    opened = tuple(open_attempts(reads.engine, latest.attempt_id))
    return Missing(
        settings_of(reads.engine).zone,
        latest,
        opened,
        suppliers,
        tuple(lost for lost in lost_orders(reads) if lost.waits),
    )


def lost_orders(reads: Reads) -> list[LostOrder]:
    """Every lost order that was listed, by key."""
    return [msgspec.json.decode(record.body, type=LostOrder) for record in reads.records("lost")]


def plan(rows: Sequence[Row], reads: Reads, *, until_ms: int, by: str, reason: str) -> LostPlan:
    """Read a table of lost orders. The same file again lists nothing twice."""
    unknown = sorted({name for row in rows[:1] for name in row.cells if name not in COLUMNS})
    if unknown:
        raise SettingsError(f"unknown columns {', '.join(unknown)}; known are {', '.join(COLUMNS)}")
    found = LostPlan()
    in_book = known_refs(reads.engine, [row.cells["supplier_ref"] for row in rows if row.cells.get("supplier_ref")])
    agents = {record.key for record in reads.records("agent")}
    listed = {lost.key for lost in lost_orders(reads)}
    times: Counter[str] = Counter()
    for row in rows:
        lost = _read(row, until_ms, times)
        problem = _problem(lost, agents)
        if problem is not None:
            found.problems.append((row.number, problem))
        elif row.cells.get("supplier_ref") in in_book:
            found.known += 1
        elif lost.key in listed:
            found.listed += 1
        else:
            found.saves.append(SaveRecord("lost", lost.key, msgspec.json.encode(lost), by, reason))
    return found


def _read(row: Row, until_ms: int, times: Counter[str]) -> LostOrder:
    cells = {name: value.strip() for name, value in row.cells.items() if value.strip()}
    agent, ref, supplier = cells.get("agent", "").upper(), cells.get("ref"), cells.get("supplier", "").upper()
    dest = _destination(cells["dest"]) if "dest" in cells else None
    if "supplier_ref" in cells:
        key = f"{supplier}:{cells['supplier_ref']}"
    elif ref is not None:
        key = f"{agent}/{ref}"
    else:
        place = f"{agent}>{dest}"
        times[place] += 1
        key = f"{place}#{times[place]}"
    note = cells.get("note") or " ".join(cells.get(name, "") for name in ("supplier", "supplier_ref")).strip()
    return LostOrder(key[:120], until_ms, agent or None, ref, dest, supplier or None, note[:_SHOWN_MAX])


def _destination(typed: str) -> str:
    """As orders keep it; a spreadsheet may have eaten a telephone number's leading nought."""
    return parse_msisdn(typed) or parse_msisdn(f"0{typed}") or typed


def _problem(lost: LostOrder, agents: set[str]) -> str | None:
    if lost.ref is None and not lost.dest:
        return "give the agent's ref, or the dest"
    if lost.ref is not None and lost.agent is None:
        return "a ref is one agent's: give the agent too"
    if lost.agent is not None and lost.agent not in agents:
        return f"there is no agent {lost.agent}"
    return None


def shown_destination(dest: str | None) -> str:
    """A destination as people type it."""
    return "" if dest is None else to_local(dest)
