"""Alerts to the owner: something is wrong that nobody waits for; it closes by itself when its cause is gone.

One alert per kind and subject is open at a time; its paper's versions are its history. The human queue is another
thing: it holds what only a person may decide.
"""

from __future__ import annotations

import msgspec

from juru.server.domain.accounts import supplier_deposit
from juru.server.domain.alert import Alert, AlertKind, AlertState, Telling
from juru.server.domain.catalog import Availability, Product, ProductKind, Supplier
from juru.server.domain.cell import Cell
from juru.server.domain.commands import AlertTold, LookedAround
from juru.server.domain.complaint import Complaint
from juru.server.domain.order import AttemptState
from juru.server.domain.results import Done, Result
from juru.values.days import DAY_MS
from juru.values.rupiah import format_rupiah

CLOCK_STEP_MS = 2_000
"""A clock that steps back by more is an alert (design, Words)."""


def key_of(kind: AlertKind, subject: str) -> str:
    """The key of an alert's paper."""
    return f"{kind}/{subject}"


def raise_alert(cell: Cell, kind: AlertKind, subject: str, note: str, **facts: str | int) -> None:
    """Open an alert; one that stands keeps its first words, so that what goes on being wrong fills no book."""
    standing = _standing(cell, kind, subject)
    if standing is not None and standing.state is AlertState.OPEN:
        return
    cell.file(key_of(kind, subject), Alert(kind, subject, note[:200], AlertState.OPEN, cell.now_ms, facts=facts))


def close_alert(cell: Cell, kind: AlertKind, subject: str) -> None:
    """Its cause is gone."""
    standing = _standing(cell, kind, subject)
    if standing is None or standing.state is AlertState.CLOSED:
        return
    closed = Alert(kind, subject, standing.note, AlertState.CLOSED, cell.now_ms, facts=standing.facts)
    cell.file(key_of(kind, subject), closed)


def _standing(cell: Cell, kind: AlertKind, subject: str) -> Alert | None:
    return cell.paper(Alert, key_of(kind, subject))


def open_alerts(cell: Cell) -> list[Alert]:
    """What is wrong now, the oldest first."""
    found = [paper for _, paper in cell.papers.values() if isinstance(paper, Alert) and paper.state is AlertState.OPEN]
    return sorted(found, key=lambda alert: (alert.since_ms, alert.kind, alert.subject))


def looked_around(cell: Cell, command: LookedAround) -> Result:
    """Hold what stands against the owner's limits: opens what is wrong, closes what no longer is."""
    settings = cell.settings
    _unknowns(cell)
    busy = {a.supplier for a in cell.attempts.values() if a.state is not AttemptState.QUEUED}
    for code in sorted(cell.suppliers):
        _deposit(cell, cell.suppliers[code], busy=code in busy)
    for code in sorted(cell.products):
        _price(cell, cell.products[code])
    _complaints(cell)
    _forgotten(cell)
    if command.disk_free_bytes is not None:
        low = command.disk_free_bytes < settings.alert_disk_mb * 1_000_000
        left_mb = command.disk_free_bytes // 1_000_000
        _set(cell, AlertKind.DISK_LOW, "disk", f"{left_mb} MB left", on=low, mb=left_mb)
    slow = command.commit_ms > settings.alert_commit_ms
    _set(cell, AlertKind.WRITER_SLOW, "writer", f"a commit took {command.commit_ms} ms", on=slow, ms=command.commit_ms)
    stepped = command.stepped_back_ms > CLOCK_STEP_MS
    back_ms = command.stepped_back_ms
    _set(cell, AlertKind.CLOCK_STEPPED, "clock", f"stepped back by {back_ms} ms", on=stepped, ms=back_ms)
    return Done()


def _set(cell: Cell, kind: AlertKind, subject: str, note: str, *, on: bool, **facts: str | int) -> None:
    if on:
        raise_alert(cell, kind, subject, note, **facts)
    else:
        close_alert(cell, kind, subject)


def _unknowns(cell: Cell) -> None:
    """Attempts that have been unknown for longer than the owner wants to be left in the dark."""
    oldest_ms = cell.now_ms - cell.settings.alert_unknown_minutes * 60_000
    old = [
        attempt
        for attempt in cell.attempts.values()
        if attempt.state is AttemptState.UNKNOWN and (attempt.sent_ms or attempt.at_ms) <= oldest_ms
    ]
    first = min(((a.sent_ms or a.at_ms, a.order_id) for a in old), default=(0, 0))
    note = f"{len(old)} unknown, oldest is order {first[1]}"
    _set(cell, AlertKind.UNKNOWN_OLD, "orders", note, on=bool(old), count=len(old), order=first[1])


def _deposit(cell: Cell, supplier: Supplier, *, busy: bool) -> None:
    """Our deposit at a supplier by our own book: below its limit, or other than what the supplier says."""
    balance = cell.ledger.get(supplier_deposit(supplier.id))
    ours_idr = 0 if balance is None else -balance.net_idr
    low = supplier.deposit_low_idr > 0 and ours_idr < supplier.deposit_low_idr
    note = f"{supplier.code}: {format_rupiah(ours_idr)} left"
    _set(cell, AlertKind.DEPOSIT_LOW, supplier.code, note, on=low, left_idr=ours_idr)
    told = cell.told_balances.get(supplier.code)
    if told is None or not supplier.drift_idr or busy:
        # While orders are on their way the two differ by right.
        return
    drift_idr = told.balance_idr - ours_idr
    note = f"{supplier.code} says {format_rupiah(told.balance_idr)}, our book {format_rupiah(ours_idr)}"
    drifts = abs(drift_idr) > supplier.drift_idr
    facts = {"told_idr": told.balance_idr, "book_idr": ours_idr}
    _set(cell, AlertKind.BALANCE_DRIFT, supplier.code, note, on=drifts, **facts)


def _price(cell: Cell, product: Product) -> None:
    """A product on sale whose every supplier asks more than its lowest price brings."""
    offers = [o for o in cell.offers.get(product.code, ()) if o.availability is Availability.OPEN]
    lowest_idr = min(product.level_prices_idr.values(), default=product.price_idr)
    brings_idr = lowest_idr - sum(product.commissions_idr) - cell.points_idr(product)
    cheapest_idr = min((o.cost_idr for o in offers), default=0)
    counts = product.availability is Availability.OPEN and product.kind is not ProductKind.BILL
    losing = counts and bool(offers) and not product.sell_below_cost and cheapest_idr > brings_idr
    note = f"{product.code} costs {format_rupiah(cheapest_idr)}, its lowest price brings {format_rupiah(brings_idr)}"
    _set(cell, AlertKind.ABOVE_PRICE, product.code, note, on=losing, cost_idr=cheapest_idr, brings_idr=brings_idr)


def _complaints(cell: Cell) -> None:
    """Agents who wait for an answer longer than they were promised."""
    late = [
        paper
        for _, paper in cell.papers.values()
        if isinstance(paper, Complaint) and paper.waits and paper.answer_by_ms <= cell.now_ms
    ]
    first = min(((c.answer_by_ms, c.order_id) for c in late), default=(0, 0))
    note = f"{len(late)} without an answer, the oldest about order {first[1]}"
    facts = {"count": len(late), "order": first[1]}
    _set(cell, AlertKind.COMPLAINT_OVERDUE, "complaints", note, on=bool(late), **facts)


def _forgotten(cell: Cell) -> None:
    """What has no cause that could be seen to be gone closes after a day."""
    for alert in open_alerts(cell):
        if alert.kind is AlertKind.FOREIGN_REFERENCE and cell.now_ms - alert.since_ms >= DAY_MS:
            close_alert(cell, alert.kind, alert.subject)


def alert_told(cell: Cell, command: AlertTold) -> Result:
    """Note what came of telling a version; one that has been filed anew since is told anew."""
    found = cell.paper(Alert, command.key)
    if found is None or (found.since_ms, found.state.value) != (command.since_ms, command.state):
        return Done(note="filed anew since")
    telling = Telling.TOLD if command.told else Telling.GIVEN_UP if command.gave_up else Telling.WAITING
    cell.file(
        command.key, msgspec.structs.replace(found, telling=telling, tries=found.tries + 1, next_ms=command.next_ms)
    )
    return Done()
