"""What is wrong, what is stopped, and how suppliers do: as a person reads it, for the front page and its own pages."""

from __future__ import annotations

import msgspec

from juru.server.console.entry import here_may
from juru.server.console.live import Trouble
from juru.server.console.shape import moment
from juru.server.console.words import Lang, Words, known
from juru.server.desk.stops import History, Stopped, What, closables, codes_stopped, stopped
from juru.server.domain.accounts import supplier_deposit
from juru.server.domain.alert import Alert, AlertKind, AlertState
from juru.server.domain.alerts import key_of, open_alerts
from juru.server.domain.catalog import Supplier
from juru.server.domain.cell import Cell
from juru.server.domain.logins import Power
from juru.server.domain.order import AttemptState
from juru.server.domain.pause import PauseState, SupplierPause
from juru.server.domain.routing import FULL
from juru.values.rupiah import format_rupiah

STRIP_ALERTS, STRIP_STOPS = 4, 4
_MINUTE_MS, _HOUR_MS, _DAY_MS = 60_000, 3_600_000, 86_400_000
_GRAVE = frozenset({AlertKind.DISK_LOW, AlertKind.CLOCK_STEPPED, AlertKind.FOREIGN_REFERENCE, AlertKind.ABOVE_PRICE})


class AlertView(msgspec.Struct, frozen=True):
    """An alert: what it is, what it says, since when, what to do, and where that is done."""

    key: str
    kind: str
    subject: str
    title: str
    says: str
    do: str
    since: str
    when: str
    tone: str
    owner: str
    href: str
    go: str


class StopView(msgspec.Struct, frozen=True):
    """A switch that is on, who turned it, why and when."""

    what: str
    code: str
    title: str
    name: str
    word: str
    by: str
    reason: str
    since: str
    when: str
    href: str


class Health(msgspec.Struct, frozen=True):
    """How a supplier does. ``pause`` is ``paused`` or ``trial``, by a rule; ``watched`` is the sentence about it."""

    code: str
    name: str
    availability: str
    word: str
    in_flight: int
    in_flight_max: int
    queued: int
    unknown: int
    rate: str | None
    told: str
    trouble: str | None
    trouble_order: int | None
    trouble_when: str | None
    pause: str
    watched: str
    href: str


class Strip(msgspec.Struct, frozen=True):
    """What stands on top of the front page; ``more`` says how many are not shown."""

    alerts: tuple[AlertView, ...]
    alerts_more: str
    stops: tuple[StopView, ...]
    stops_more: str


def ago(passed_ms: int, t: Words) -> str:
    """How long ago, as people say it."""
    if passed_ms < _MINUTE_MS:
        return t("ago_now")
    return _span(passed_ms, "ago", t)


def lasted(span_ms: int, t: Words) -> str:
    """How long something lasted."""
    return t("lasted_short") if span_ms < _MINUTE_MS else _span(span_ms, "lasted", t)


def _span(span_ms: int, key: str, t: Words) -> str:
    if span_ms < _HOUR_MS:
        return t(f"{key}_minutes", count=span_ms // _MINUTE_MS)
    if span_ms < 2 * _DAY_MS:
        return t(f"{key}_hours", count=span_ms // _HOUR_MS)
    return t(f"{key}_days", count=span_ms // _DAY_MS)


def alert_view(alert: Alert, cell: Cell, now_ms: int, lang: Lang, t: Words) -> AlertView:
    """One alert."""
    kind, subject = alert.kind.value, alert.subject
    facts = worded(alert) | {"subject": subject}
    says = t(f"alert_says_{kind}", **facts) if alert.facts else alert.note
    href, go = _where(alert, t)
    return AlertView(
        key_of(alert.kind, subject),
        kind,
        subject,
        t(f"alert_{kind}"),
        says,
        t(f"alert_do_{kind}", **facts),
        ago(now_ms - alert.since_ms, t),
        moment(alert.since_ms, cell.settings.zone, lang),
        "bad" if alert.kind in _GRAVE else "mind",
        t(f"telling_{alert.telling.value}") if cell.settings.alert_url else "—",
        href,
        go,
    )


def worded(alert: Alert) -> dict[str, str]:
    """The facts of an alert as they are read, rupiah as rupiah."""
    return {
        name.removesuffix("_idr"): format_rupiah(value)
        if name.endswith("_idr") and isinstance(value, int)
        else str(value)
        for name, value in alert.facts.items()
    }


def _where(alert: Alert, t: Words) -> tuple[str, str]:
    """Where a person does what an alert asks for; nowhere, where that is no page or none of his."""
    match alert.kind:
        case AlertKind.UNKNOWN_OLD:
            return "/#queue-title", t("alert_go_queue")
        case AlertKind.COMPLAINT_OVERDUE:
            return "/complaints", t("alert_go_complaints")
        case AlertKind.FOREIGN_REFERENCE if "order" in alert.facts:
            return f"/orders/{alert.facts['order']}", t("alert_go_order", order=alert.facts["order"])
        case AlertKind.DEPOSIT_LOW if here_may(Power.REPORTS):
            return f"/statements/supplier/{alert.subject}", t("alert_go_statement", subject=alert.subject)
        case AlertKind.BALANCE_DRIFT if here_may(Power.REPORTS):
            return f"/reconcile?supplier={alert.subject}", t("alert_go_reconcile")
        case AlertKind.ABOVE_PRICE:
            return f"/products/{alert.subject}", t("alert_go_product", subject=alert.subject)
        case AlertKind.SUPPLIER_PAUSED:
            return f"/stops?what=supplier&code={alert.subject}", t("alert_go_switch", subject=alert.subject)
        case _:
            return "", ""


class Stops:
    """Switches that are on. Who turned one is read from its history once for each version."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._known: dict[tuple[What, str], tuple[object, Stopped]] = {}

    def on(self, cell: Cell, limit: int | None = None) -> tuple[list[Stopped], int]:
        """The first few, and how many there are."""
        codes = codes_stopped(cell)
        return [self._one(cell, what, code) for what, code in codes[:limit]], len(codes)

    def _one(self, cell: Cell, what: What, code: str) -> Stopped:
        record: object = cell.settings if what is What.ALL else closables(cell, what)[code]
        found = self._known.get((what, code))
        if found is None or found[0] is not record:
            found = self._known[what, code] = (record, stopped(cell, self._history, what, code))
        return found[1]


def stop_view(one: Stopped, cell: Cell, now_ms: int, lang: Lang, t: Words) -> StopView:
    """One switch that is on."""
    return StopView(
        one.what.value,
        one.code,
        t(f"stop_of_{one.what.value}", code=one.code),
        one.name if one.what is not What.ALL and one.name != one.code else "",
        t("stop_disturbed" if one.disturbed else "stop_closed"),
        one.by,
        one.reason,
        ago(now_ms - one.since_ms, t) if one.since_ms else "",
        moment(one.since_ms, cell.settings.zone, lang) if one.since_ms else "",
        f"/stops?what={one.what.value}" + (f"&code={one.code}" if one.code else ""),
    )


def strip(cell: Cell, stops: Stops, now_ms: int, lang: Lang, t: Words) -> Strip:
    """What is wrong and what is stopped now, the gravest and the longest first."""
    standing = sorted(open_alerts(cell), key=lambda alert: alert.kind not in _GRAVE)
    on, count = stops.on(cell, STRIP_STOPS)
    more = max(len(standing) - STRIP_ALERTS, 0)
    return Strip(
        tuple(alert_view(alert, cell, now_ms, lang, t) for alert in standing[:STRIP_ALERTS]),
        t("alerts_more", count=more) if more else "",
        tuple(stop_view(one, cell, now_ms, lang, t) for one in on),
        t("stops_more", count=count - len(on)) if count > len(on) else "",
    )


class Amiss(msgspec.Struct, frozen=True):
    """How much is wrong or stopped, for the line on top of every page but the live one."""

    alerts: str
    stops: str
    grave: bool


def amiss(cell: Cell, t: Words) -> Amiss | None:
    """That line; None where all is well."""
    standing, stopped_count = open_alerts(cell), len(codes_stopped(cell))
    if not standing and not stopped_count:
        return None
    return Amiss(
        t("amiss_alerts", count=len(standing)) if standing else "",
        t("amiss_stops_all")
        if cell.settings.paused
        else t("amiss_stops", count=stopped_count)
        if stopped_count
        else "",
        cell.settings.paused or any(alert.kind in _GRAVE for alert in standing),
    )


def closed_alerts(cell: Cell) -> list[Alert]:
    """Alerts that are over, the latest first."""
    found = [p for _, p in cell.papers.values() if isinstance(p, Alert) and p.state is AlertState.CLOSED]
    return sorted(found, key=lambda alert: (-alert.since_ms, alert.kind, alert.subject))


def pause_words(supplier: Supplier, cell: Cell, now_ms: int, t: Words) -> tuple[str, str]:
    """The state of a supplier whom a rule keeps an eye on (``paused``, ``trial`` or nothing), and a sentence."""
    pause = cell.paper(SupplierPause, supplier.code)
    if pause is not None and pause.state is not PauseState.BACK:
        state = pause.state.value
        facts = {"state": t(f"pause_{state}"), "why": pause.why, "ago": ago(now_ms - pause.since_ms, t)}
        if pause.state is PauseState.TRIAL:
            return state, t("pause_says_trial", **facts)
        return state, t("pause_says", **facts, probe=_until(pause.probe_at_ms - now_ms, t))
    troubles = cell.troubles.get(supplier.code, 0)
    if not troubles:
        return "", ""
    if not supplier.pause_after:
        return "", t("troubles", count=troubles)
    return "", t("troubles_of", count=troubles, limit=supplier.pause_after)


def _until(left_ms: int, t: Words) -> str:
    if left_ms <= 0:
        return t("probe_now")
    if left_ms < 2 * _MINUTE_MS:
        return t("probe_seconds", count=-(-left_ms // 1000))
    return t("probe_minutes", count=-(-left_ms // _MINUTE_MS))


def kind_word(kind: str, t: Words) -> str:
    """The title of a kind of alert."""
    return known(t, f"alert_{kind}", kind)


def health(cell: Cell, troubles: dict[str, Trouble], now_ms: int, lang: Lang, t: Words) -> tuple[Health, ...]:
    """Every supplier's state of work."""
    flying = dict.fromkeys(cell.suppliers, 0)
    unsure = dict.fromkeys(cell.suppliers, 0)
    for attempt in cell.attempts.values():
        if attempt.state is AttemptState.SENDING:
            flying[attempt.supplier] += 1
        elif attempt.state is AttemptState.UNKNOWN:
            unsure[attempt.supplier] += 1
    rates: dict[str, list[int]] = {}
    for offers in cell.offers.values():
        for offer in offers:
            if offer.key in cell.rates:
                rates.setdefault(offer.supplier, []).append(cell.rates[offer.key])
    return tuple(
        _health(s, flying[s.code], unsure[s.code], rates.get(s.code), cell, troubles.get(s.code), now_ms, lang, t)
        for s in sorted(cell.suppliers.values(), key=lambda s: s.code)
    )


def _told(cell: Cell, supplier: Supplier, lang: Lang, t: Words) -> str:
    """What the supplier says our deposit is, beside what the book says."""
    told = cell.told_balances.get(supplier.code)
    if told is None:
        return t("told_none")
    booked = cell.ledger.get(supplier_deposit(supplier.id))
    return t(
        "told",
        told=format_rupiah(told.balance_idr),
        when=moment(told.at_ms, cell.settings.zone, lang),
        book=format_rupiah(0 if booked is None else -booked.net_idr),
    )


def _health(
    supplier: Supplier,
    in_flight: int,
    unknown: int,
    rates: list[int] | None,
    cell: Cell,
    trouble: Trouble | None,
    now_ms: int,
    lang: Lang,
    t: Words,
) -> Health:
    zone = cell.settings.zone
    pause, watched = pause_words(supplier, cell, now_ms, t)
    return Health(
        supplier.code,
        supplier.name,
        supplier.availability.value,
        t(f"pause_{pause}") if pause else t(f"availability_{supplier.availability.value}"),
        in_flight,
        supplier.in_flight_max,
        len(cell.queued.get(supplier.code, ())),
        unknown,
        None if rates is None else f"{sum(rates) * 100 // (len(rates) * FULL)}%",
        _told(cell, supplier, lang, t),
        None if trouble is None else f"{known(t, f'attempt_{trouble.state}', trouble.state)} {trouble.reason}".strip(),
        None if trouble is None else trouble.order_id,
        None if trouble is None else moment(trouble.at_ms, zone, lang),
        pause,
        watched,
        f"/stops?what=supplier&code={supplier.code}",
    )
