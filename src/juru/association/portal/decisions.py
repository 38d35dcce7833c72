"""Decisions, open to anybody: decrees, overrides, the moderation of notices; each as a page and as files."""

from __future__ import annotations

import asyncio
from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from juru.association.desk.decisions import KINDS
from juru.association.portal.front import PUBLIC_STATES
from juru.association.portal.portal import Looking, Portal, looking_of
from juru.association.portal.said import day_words
from juru.association.portal.taken import ENDINGS, taken
from juru.web.filters import address_of
from juru.web.sheets import Cell, Sheet
from juru.web.visits import visit
from juru.web.words import Words

SHOWN = 50
FIRST = "decrees"


def routes(portal: Portal) -> list[BaseRoute]:
    """Each kind of decision."""

    async def page(request: Request) -> Response:
        looking, address = looking_of(request), address_of(request.url.path, dict(request.query_params))
        kind = address.path.removeprefix("/decisions").strip("/") or request.query_params.get("kind", FIRST)
        if kind not in KINDS or (address.ending and address.ending not in ENDINGS):
            return portal.absent(request)
        sheet = await asyncio.to_thread(_read, portal, kind, looking)
        t = portal.pages.words_in(visit().lang)
        if address.ending:
            return taken(portal.pages.words, t, address, looking, sheet)
        after = request.query_params.get("after", "")
        keys = [line.key for line in sheet.lines]
        start = keys.index(after) + 1 if after in keys else 0
        shown = sheet.lines[start : start + SHOWN]
        names = [column.name for column in sheet.columns]
        return portal.html(
            "decisions.html",
            looking=looking,
            kind=kind,
            kinds=[(one, t(f"sheet_{one}"), f"/decisions/{one}") for one in KINDS],
            rows=[_row(dict(zip(names, line.cells, strict=True)), t) for line in shown],
            total=len(sheet.lines),
            more=address.with_(after=shown[-1].key) if start + SHOWN < len(sheet.lines) else "",
            day_of=lambda iso: day_words(date.fromisoformat(iso), visit().lang),
            files=[(ending, f"/decisions/{kind}.{ending}") for ending in ENDINGS],
        )

    return [portal.route("/decisions", page, None), portal.route("/decisions/{kind}", page, None)]


def _read(portal: Portal, kind: str, looking: Looking) -> Sheet:
    lines = portal.roll.on(looking.on, portal.known_ms(looking))

    def listed(member: str) -> bool:
        return member in lines and lines[member].state in PUBLIC_STATES

    with portal.reading() as reads:
        return KINDS[kind](reads, looking.on, portal.known_ms(looking), listed)


def _row(cells: dict[str, Cell], t: Words) -> dict[str, str]:
    """A decision with offices in words."""
    row = {name: "" if cell is None else str(cell) for name, cell in cells.items()}
    if "signed_by" in row:
        row["signed_by"] = "; ".join(office_words(one, t) for one in row["signed_by"].split(", ") if one)
    return row


def office_words(office: str, t: Words) -> str:
    """``JTM/secretary`` as people say it."""
    if office == "congress":
        return t("decision_congress")
    unit, _, title = office.partition("/")
    where = t(f"body_{unit}") if unit in {"national", "appeal", "audit"} else f"{t('body_branch')} {unit}"
    return f"{t(f'title_{title}')}, {where}"
