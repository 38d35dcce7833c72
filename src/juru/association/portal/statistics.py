"""The statistics, open to anybody: members by branch and state, by month, who stays, what is in arrears."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from juru.association.desk.statistic_sheets import Topic, sheet_of
from juru.association.desk.statistics import MONTHS, Statistics, told_arrears
from juru.association.portal.portal import Looking, Portal, looking_of
from juru.association.portal.said import MONTHS as MONTHS_SAID
from juru.association.portal.said import count_words, day_words
from juru.association.portal.taken import ENDINGS, PortalTeller, taken
from juru.values.rupiah import format_rupiah
from juru.web.charts import Bar, Chart, below, beside
from juru.web.figures import Table, table_of
from juru.web.filters import address_of
from juru.web.sheets import Sheet
from juru.web.visits import visit
from juru.web.wording import percent
from juru.web.words import Words


def routes(portal: Portal) -> list[BaseRoute]:
    """Each table as a page and as files."""
    counting = portal.counting

    async def page(request: Request) -> Response:
        looking, address = looking_of(request), address_of(request.url.path, dict(request.query_params))
        name = address.path.removeprefix("/statistics").strip("/") or Topic.STATES.value
        if name not in set(Topic) or (address.ending and address.ending not in ENDINGS):
            return portal.absent(request)
        lang = visit().lang
        t = portal.pages.words_in(lang)
        found = await counting.asked(looking.on, portal.known_ms(looking))
        if found is None:
            if address.ending:
                # A program asks again when it is told to.
                return Response("counting, ask again\n", 503, {"retry-after": "2"}, media_type="text/plain")
            return portal.html("counting.html", 202, looking=looking, progress=counting.careers.progress)
        topic = Topic(name)
        sheet = sheet_of(topic, found)
        if address.ending:
            return taken(portal.pages.words, t, address, looking, sheet)
        arrears = told_arrears(found.arrears)
        return portal.html(
            "statistics.html",
            looking=looking,
            topics=[(one.value, t(f"sheet_{one.value}"), f"/statistics/{one.value}") for one in Topic],
            topic=topic.value,
            table=_table(
                sheet,
                PortalTeller(portal.pages.words, t, lang, table=sheet.title, unknown=t("statistics_hidden_why")),
                t,
            ),
            chart=_chart(topic, found, sheet, looking, t),
            files=[(ending, f"/statistics/{topic.value}.{ending}{_days(request)}") for ending in ENDINGS],
            hidden=sheet.facts["hidden"],
            arrears=arrears,
            arrears_words="" if arrears is None else format_rupiah(arrears.amount_idr),
        )

    return [portal.route("/statistics", page, None), portal.route("/statistics/{topic}", page, None)]


def _table(sheet: Sheet, teller: PortalTeller, t: Words) -> Table:
    """A hidden sum is a dash like any hidden figure, not a column without one."""
    table = table_of(sheet, teller)
    why = t("statistics_hidden_why")
    sums = tuple(
        msgspec.structs.replace(one, text="-", title=why) if one.kind == "count" and not one.text else one
        for one in table.total
    )
    return msgspec.structs.replace(table, total=sums)


def _days(request: Request) -> str:
    kept = "&".join(f"{name}={request.query_params[name]}" for name in ("on", "known") if name in request.query_params)
    return f"?{kept}" if kept else ""


def _chart(topic: Topic, found: Statistics, sheet: Sheet, looking: Looking, t: Words) -> Chart | None:
    lang = visit().lang
    if topic is Topic.STATES:
        at = sheet.place("total")
        told = [(str(line.cells[1] or t("branch_NAS")), line.cells[at]) for line in sheet.lines]
        known = [(name, value) for name, value in told if isinstance(value, int) and value]
        if not known:
            return None
        most, number = max(known, key=lambda one: one[1])
        title = t("statistics_chart_states", branch=most, count=count_words(number), day=day_words(looking.on, lang))
        return below(title, [(name, value, count_words(value)) for name, value in known])
    value_at = sheet.place("members" if topic is Topic.MONTHS else "retention_permille")
    named = [(str(line.cells[0 if topic is Topic.MONTHS else 1]), line.cells[value_at]) for line in sheet.lines]
    known = [(name, value) for name, value in named if isinstance(value, int)]
    if len(known) < 2:
        return None
    if topic is Topic.MONTHS:
        first, last = known[0][1], known[-1][1]
        how = "up" if last > first else "down" if last < first else "even"
        title = t(f"statistics_chart_{how}", months=MONTHS, first=count_words(first), last=count_words(last))
        running = found.as_of.isoformat()[:7]
        bars = [
            Bar(MONTHS_SAID[lang][int(name[5:]) - 1], value, f"{name}: {count_words(value)}", name == running)
            for name, value in known
        ]
        return beside(title, bars, lang, t)
    title = t("statistics_chart_years", rate=percent(known[-1][1], lang))
    return beside(title, [Bar(name[:4], v // 10, f"{name}: {percent(v, lang)}") for name, v in known], lang, t)
