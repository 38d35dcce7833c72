"""The public register: number, business, branch, class, state, since; filters are the address, downloads have them."""

from __future__ import annotations

import asyncio
import csv
import io

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from juru.association.desk.register import Row
from juru.association.domain.boards import NATIONAL
from juru.association.portal.front import PUBLIC_STATES, branches_there
from juru.association.portal.portal import Looking, Portal, looking_of

SHOWN = 50
_COLUMNS = ("number", "name", "branch", "member_class", "state", "since")


class Wanted(msgspec.Struct, frozen=True):
    """What of the register is asked for; empty is all of it."""

    find: str = ""
    branch: str = ""
    state: str = ""
    member_class: str = ""

    def takes(self, row: Row) -> bool:
        """Whether a line is among it."""
        return (
            row.state in PUBLIC_STATES
            and (not self.branch or row.branch == self.branch)
            and (not self.state or row.state == self.state)
            and (not self.member_class or row.member_class == self.member_class)
            and (not self.find or self.find in row.name.casefold() or row.number.startswith(self.find))
        )


def routes(portal: Portal) -> list[BaseRoute]:
    """The register as a page, as CSV, as JSON."""

    async def register(request: Request) -> Response:
        looking, wanted = looking_of(request), wanted_of(request)
        rows = await asyncio.to_thread(listed, portal, looking, wanted)
        after = request.query_params.get("after", "")
        shown = [row for row in rows if row.number > after][: SHOWN + 1]
        with portal.reading() as reads:
            branches = [*branches_there(reads, looking), NATIONAL]
        return portal.html(
            "register.html",
            looking=looking,
            wanted=wanted,
            rows=shown[:SHOWN],
            more=shown[SHOWN - 1].number if len(shown) > SHOWN else "",
            total=len(rows),
            branches=branches,
            states=PUBLIC_STATES,
            typed=request.query_params.get("find", ""),
            query=[
                (name, value) for name, value in request.query_params.multi_items() if name not in {"after", "lang"}
            ],
        )

    async def download(request: Request) -> Response:
        looking, wanted = looking_of(request), wanted_of(request)
        rows = await asyncio.to_thread(listed, portal, looking, wanted)
        plain = [[str(getattr(row, column) or "") for column in _COLUMNS] for row in rows]
        name = f"register-{looking.on.isoformat()}"
        if request.path_params["ending"] == "csv":
            return attachment(_csv(plain), f"{name}.csv", "text/csv; charset=utf-8")
        told = {
            "as_of": looking.on,
            "known": looking.known,
            "members": [dict(zip(_COLUMNS, r, strict=True)) for r in plain],
        }
        return attachment(msgspec.json.encode(told), f"{name}.json", "application/json")

    return [
        portal.route("/register", register, None),
        portal.route("/register.{ending:str}", download, None),
    ]


def wanted_of(request: Request) -> Wanted:
    """What the address asks for."""
    asked = {name: request.query_params.get(name, "")[:60].strip() for name in ("branch", "state")}
    return Wanted(
        find=request.query_params.get("find", "")[:60].strip().casefold(),
        member_class=request.query_params.get("class", "")[:20],
        **asked,
    )


def listed(portal: Portal, looking: Looking, wanted: Wanted) -> list[Row]:
    """The lines of a day that are asked for."""
    rows = portal.roll.on(looking.on, portal.known_ms(looking))
    return [row for row in rows.values() if wanted.takes(row)]


def attachment(body: bytes, name: str, media_type: str) -> Response:
    """A file to be saved, never to be shown by the browser itself."""
    return Response(body, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})


def _csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    # A cell that a spreadsheet would take for a formula is text.
    writer.writerows([[f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")
