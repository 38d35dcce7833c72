"""A supplier's health: one that fails or goes silent again and again is paused by a rule, and probed until it is back.

Only what a supplier can be blamed for counts: a wrong number is the customer's, an expired order ours. A pause made by
a person (its availability) is another thing and is never undone here.
"""

from __future__ import annotations

import re
from enum import StrEnum

from juru.server.domain.alert import AlertKind
from juru.server.domain.alerts import close_alert, raise_alert
from juru.server.domain.catalog import Supplier
from juru.server.domain.cell import Cell
from juru.server.domain.commands import SupplierProbed
from juru.server.domain.order import AttemptState, Event, Happened, Source
from juru.server.domain.pause import PauseState, SupplierPause
from juru.server.domain.results import Done, Result

OURS = frozenset({"expired", "cut_off", "closed", "above_price", "overtaken", "paused", "internal", "bill_day"})
"""Why an attempt ends without the supplier's doing."""
_OUR_SILENCE = frozenset({"stopped_while_sending", "internal"})
_CUSTOMER = re.compile(
    r"\b(?:(?:tujuan|nomor|nomer|no|msisdn|meter|id ?pel|pelanggan|number|destination)\b.{0,24}"
    r"\b(?:salah|tidak (?:valid|terdaftar|ditemukan|aktif|dikenal)|blacklist|hangus|blokir|diblokir|invalid|not found)"
    r"|(?:salah|invalid|wrong)\s+(?:nomor|nomer|tujuan|number|destination|customer)|melebihi (?:batas|limit))",
    re.IGNORECASE,
)
_DOUBLINGS_MAX = 6


class Verdict(StrEnum):
    """What one answer says about its supplier."""

    GOOD = "good"
    BAD = "bad"
    NOTHING = "nothing"


def verdict(event: Event) -> Verdict:
    """Success is good; silence and failures the supplier can be blamed for are bad; the rest says nothing."""
    if event.kind is not Happened.ANSWERED or event.source in {Source.PERSON, Source.RECOVERY, None}:
        return Verdict.NOTHING
    match event.state:
        case AttemptState.SUCCESS:
            return Verdict.GOOD
        case AttemptState.UNKNOWN:
            return Verdict.NOTHING if event.reason in _OUR_SILENCE else Verdict.BAD
        case AttemptState.FAILED | AttemptState.SETTLING:
            theirs = event.reason not in OURS and not _CUSTOMER.search(event.message or "")
            return Verdict.BAD if theirs else Verdict.NOTHING
        case _:
            return Verdict.NOTHING


def hear(troubles: dict[str, int], supplier: str, event: Event) -> None:
    """Count troubles in a row; the store folds the latest events at start by the same rule."""
    match verdict(event):
        case Verdict.GOOD:
            troubles.pop(supplier, None)
        case Verdict.BAD:
            troubles[supplier] = troubles.get(supplier, 0) + 1
        case Verdict.NOTHING:
            pass


def watch_supplier(cell: Cell, supplier: Supplier, event: Event) -> None:
    """After an answer: pause a supplier that has been in trouble too often, or take a paused one back."""
    hear(cell.troubles, supplier.code, event)
    told = verdict(event)
    pause = cell.paper(SupplierPause, supplier.code)
    if pause is not None and pause.state is PauseState.BACK:
        pause = None
    if pause is None:
        if told is Verdict.BAD and supplier.pause_after and cell.troubles[supplier.code] >= supplier.pause_after:
            why = f"{cell.troubles[supplier.code]} in a row: {event.reason or event.message or event.state}"
            _pause(cell, supplier, SupplierPause(supplier.code, PauseState.PAUSED, cell.now_ms, why[:200], 0))
    elif told is Verdict.GOOD:
        _back(cell, supplier, pause)
    elif pause.state is PauseState.TRIAL and told is Verdict.BAD:
        _again(cell, supplier, pause, event.reason or event.state or "")


def _pause(cell: Cell, supplier: Supplier, pause: SupplierPause) -> None:
    wait_ms = supplier.probe_after_s * 1000 << min(pause.probes, _DOUBLINGS_MAX)
    cell.trials.pop(supplier.code, None)
    filed = SupplierPause(
        supplier.code, PauseState.PAUSED, pause.since_ms, pause.why, cell.now_ms + wait_ms, pause.probes
    )
    cell.file(supplier.code, filed)
    raise_alert(cell, AlertKind.SUPPLIER_PAUSED, supplier.code, f"{supplier.code}: {pause.why}", why=pause.why)


def _again(cell: Cell, supplier: Supplier, pause: SupplierPause, why: str) -> None:
    once_more = SupplierPause(
        supplier.code, PauseState.PAUSED, pause.since_ms, f"probe: {why}"[:200], 0, pause.probes + 1
    )
    _pause(cell, supplier, once_more)


def _back(cell: Cell, supplier: Supplier, pause: SupplierPause) -> None:
    cell.troubles.pop(supplier.code, None)
    cell.trials.pop(supplier.code, None)
    cell.file(supplier.code, SupplierPause(supplier.code, PauseState.BACK, pause.since_ms, pause.why, 0, pause.probes))
    close_alert(cell, AlertKind.SUPPLIER_PAUSED, supplier.code)


def supplier_probed(cell: Cell, command: SupplierProbed) -> Result:
    """A probe came back: reachable (or not to be asked) means one order may try; unreachable means wait longer."""
    supplier = cell.suppliers.get(command.supplier)
    pause = cell.paper(SupplierPause, command.supplier)
    if supplier is None or pause is None or pause.state is not PauseState.PAUSED or cell.now_ms < pause.probe_at_ms:
        return Done(note="not due")
    if command.reachable is False:
        _again(cell, supplier, pause, "unreachable")
        return Done(note="paused")
    cell.file(
        supplier.code,
        SupplierPause(supplier.code, PauseState.TRIAL, pause.since_ms, pause.why, pause.probe_at_ms, pause.probes),
    )
    return Done(note="trial")


def blocked(cell: Cell, supplier: str) -> str | None:
    """Why a rule lets no order go to a supplier now, or None; in a trial one may."""
    match _pause_state(cell, supplier):
        case PauseState.PAUSED:
            return "paused"
        case PauseState.TRIAL:
            attempt = cell.attempts.get(cell.trials.get(supplier, 0))
            return "on_trial" if attempt is not None and attempt.state.open else None
        case _:
            return None


def note_trial(cell: Cell, supplier: str, attempt_id: int) -> None:
    """An attempt at a supplier on trial is the one that decides."""
    if _pause_state(cell, supplier) is PauseState.TRIAL:
        cell.trials[supplier] = attempt_id


def _pause_state(cell: Cell, supplier: str) -> PauseState | None:
    found = cell.papers.get(("supplier_pause", supplier))
    return found[1].state if found is not None and isinstance(found[1], SupplierPause) else None


def probes_due(cell: Cell, now_ms: int) -> list[str]:
    """Suppliers whose pause has lasted long enough to be probed."""
    return sorted(
        paper.supplier
        for _, paper in cell.papers.values()
        if isinstance(paper, SupplierPause) and paper.state is PauseState.PAUSED and now_ms >= paper.probe_at_ms
    )
