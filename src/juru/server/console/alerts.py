"""The page Alerts: what is wrong now, what was, and the history of each."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from juru.server.console.entry import may
from juru.server.console.page import Console
from juru.server.console.shape import moment
from juru.server.console.watch import AlertView, alert_view, closed_alerts, kind_word, lasted
from juru.server.console.words import Lang, Words, words
from juru.server.domain.alert import Alert, AlertKind, AlertState
from juru.server.domain.alerts import key_of, open_alerts
from juru.server.domain.logins import Power
from juru.server.store.reads.papers import FiledPaper, PaperReads
from juru.web.visits import visit

PATH = "/alerts"
SHOWN = 50


class Spell(msgspec.Struct, frozen=True):
    """One time that something was wrong: from when to when, and how long."""

    says: str
    begun: str
    ended: str
    lasted: str
    owner: str


class AlertPages:
    """The routes of alerts."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._papers = PaperReads(console.reads.engine)

    async def home(self, request: Request) -> Response:
        """What is wrong now; what is over, by kind, a page at a time. ``part`` asks for what is wrong alone."""
        lang = visit().lang
        t, cell, now_ms = words(lang), self._console.writer.cell, self._console.now_ms()
        kind = request.query_params.get("kind", "")
        kind = kind if kind in set(AlertKind) else ""
        over = [alert for alert in closed_alerts(cell) if kind in ("", alert.kind.value)]
        at = request.query_params.get("at", "0")
        begin = int(at) if at.isascii() and at.isdigit() and len(at) < 7 else 0
        kinds = sorted({alert.kind.value for alert in closed_alerts(cell)})
        return self._console.html(
            "alerts_part.html" if "part" in request.query_params else "alerts.html",
            lang,
            standing=[alert_view(alert, cell, now_ms, lang, t) for alert in open_alerts(cell)],
            over=[self._over(alert, now_ms, lang, t) for alert in over[begin : begin + SHOWN]],
            kinds=[(one, kind_word(one, t)) for one in kinds],
            kind=kind,
            older=begin + SHOWN if len(over) > begin + SHOWN else None,
            owner_told=bool(cell.settings.alert_url),
        )

    def _over(self, alert: Alert, now_ms: int, lang: Lang, t: Words) -> AlertView:
        return alert_view(alert, self._console.writer.cell, now_ms, lang, t)

    async def history(self, request: Request) -> Response:
        """Every time that one thing was wrong."""
        lang = visit().lang
        t = words(lang)
        kind, subject = request.path_params["kind"], request.path_params["subject"]
        filed = self._papers.versions("alert", key_of(AlertKind(kind), subject)) if kind in set(AlertKind) else []
        if not filed:
            title = t("refused_absent_title")
            return self._console.html("error.html", lang, 404, title=title, text=t("alert_absent"))
        return self._console.html(
            "alert_history.html",
            lang,
            title=t("alert_history_of", kind=kind_word(kind, t), subject=subject),
            spells=self._spells(filed, lang, t),
        )

    def _spells(self, filed: list[FiledPaper], lang: Lang, t: Words) -> list[Spell]:
        """Versions from each opening to its end, the latest first; between them only who was told changes."""
        spells: list[Spell] = []
        begun: Alert | None = None
        latest: Alert | None = None
        for alert in (f.paper for f in filed if isinstance(f.paper, Alert)):
            if begun is None and alert.state is AlertState.OPEN:
                begun = alert
            elif begun is not None and alert.state is AlertState.CLOSED:
                spells.append(self._spell(begun, alert.since_ms, latest or begun, lang, t))
                begun = None
            latest = alert
        if begun is not None:
            spells.append(self._spell(begun, None, latest or begun, lang, t))
        return spells[::-1]

    def _spell(self, begun: Alert, ended_ms: int | None, last: Alert, lang: Lang, t: Words) -> Spell:
        cell, now_ms = self._console.writer.cell, self._console.now_ms()
        zone = cell.settings.zone
        return Spell(
            alert_view(begun, cell, now_ms, lang, t).says,
            moment(begun.since_ms, zone, lang),
            t("alert_still") if ended_ms is None else moment(ended_ms, zone, lang),
            lasted((now_ms if ended_ms is None else ended_ms) - begun.since_ms, t),
            t(f"telling_{last.telling.value}") if cell.settings.alert_url else "—",
        )


def routes(console: Console) -> list[BaseRoute]:
    """Everybody sees what is wrong."""
    pages, guard = AlertPages(console), console.gate.guard
    return [
        Route(PATH, guard(pages.home, may(Power.SEE)), methods=["GET"]),
        Route(f"{PATH}/{{kind}}/{{subject}}", guard(pages.history, may(Power.SEE)), methods=["GET"]),
    ]
