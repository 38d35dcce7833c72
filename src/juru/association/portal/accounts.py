"""The accounts of the books: what stands on each, what moved it, and the facts that each movement is of."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from juru.association.domain.boards import Scope
from juru.association.portal.parts import (
    FactLine,
    Section,
    Shown,
    address,
    apart,
    as_file,
    draw,
    files_of,
    sheet,
    table,
)
from juru.association.portal.portal import Portal, holds
from juru.association.portal.purse_scope import account_at, account_seen, account_units, memo_at, seen_units, words
from juru.association.store.listing import Move, moves
from juru.values.days import business_day
from juru.values.rupiah import format_rupiah
from juru.web.sheets import Column, Kind, Line, Sheet

PLACE = "/dues/accounts"
SHOWN = 100
_EVERY = 1_000_000
_OF_MEMBERS = ("member:", "credit:")


class AccountPages:
    """The endpoints."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    async def listing(self, request: Request) -> Response:
        """Every account that may be seen; those of members are shown as two sums."""

        async def make(request: Request) -> Shown | None:
            return await apart(lambda: self._listed(request))

        return await draw(self._portal, request, make)

    def _listed(self, request: Request) -> Shown:
        t = words(self._portal)
        made = self._sheet()
        note = t("accounts_note")
        section = Section(
            note=note,
            table=table(t, made, _link),
            files=files_of(address(request)),
            empty=t("table_empty"),
        )
        return Shown(t("dues_accounts"), (section,), place=PLACE)

    def _sheet(self) -> Sheet:
        t, units = words(self._portal), seen_units(self._portal.visitor())
        roll = self._portal.roll.on(self._portal.today(), None)
        sums = dict.fromkeys(_OF_MEMBERS, 0)
        rows: list[tuple[str, str, int]] = []
        with self._portal.reading() as reads:
            of_account = account_units(reads)
            for name, net_idr in reads.nets_idr().items():
                kind = next((one for one in _OF_MEMBERS if name.startswith(one)), "")
                if kind:
                    member = name.removeprefix(kind)
                    if units is None or (member in roll and roll[member].branch in units):
                        sums[kind] += net_idr
                elif units is None or of_account.get(name) in units or name.partition(":")[2] in units:
                    rows.append((name, _kind(name), net_idr))
        rows += [(f"{kind}*", kind.rstrip(":"), net_idr) for kind, net_idr in sums.items()]
        columns = (("account", Kind.TEXT), ("kind", Kind.TEXT), ("net", Kind.MONEY, True))
        return sheet("dues_accounts", columns, [(name, t(f"account_{kind}"), net) for name, kind, net in rows])

    async def file(self, request: Request) -> Response:
        """The same to take along."""
        answer = as_file(self._sheet(), request.path_params["ending"], "accounts", words(self._portal))
        return answer or self._portal.absent(request)

    async def one(self, request: Request) -> Response:
        """An account's movements, each leading to its facts."""
        name, ending = request.path_params["name"], ""
        for one in ("csv", "xlsx"):
            if name.endswith(f".{one}"):
                name, ending = name.removesuffix(f".{one}"), one
        if ending:
            return self._file(request, name, ending)

        async def make(request: Request) -> Shown | None:
            return await apart(lambda: self._shown(request, name))

        return await draw(self._portal, request, make)

    def _moves(self, found: list[Move]) -> Sheet:
        rows = [
            (
                str(one.transfer),
                business_day(one.at_ms, self._portal.book.zone),
                words(self._portal)(f"transfer_{one.code}"),
                one.memo,
                one.amount_idr,
            )
            for one in found
        ]
        columns = (
            *(("transfer", Kind.ID), ("day", Kind.DAY), ("what", Kind.TEXT), ("about", Kind.TEXT)),
            ("amount", Kind.MONEY),
        )
        return sheet("account_moves", columns, rows)

    def _shown(self, request: Request, name: str) -> Shown | None:
        t = words(self._portal)
        before = request.query_params.get("before", "")
        with self._portal.reading() as reads:
            if not account_seen(reads, seen_units(self._portal.visitor()), name):
                return None
            start = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else 1 << 62
            found = moves(reads, name, before=start, limit=SHOWN + 1)
            net_idr = reads.net_idr(name)
            made = self._moves(found[:SHOWN])
        if f"account_{_kind(name)}" not in self._portal.pages.words:
            return None
        codes = {str(one.transfer): memo_at(one.code, one.memo) for one in found}
        here = address(request)
        section = Section(
            facts=(
                FactLine(t("purse_col_net"), format_rupiah(net_idr)),
                FactLine(t("purse_col_kind"), t(f"account_{_kind(name)}")),
            ),
            note=t("account_note"),
            empty=t("table_empty"),
            table=table(
                t,
                made,
                lambda line, column: codes.get(line.key, "") if line is not None and column.name == "about" else "",
            ),
            files=files_of(here),
            next=here.with_(before=str(found[SHOWN - 1].transfer)) if len(found) > SHOWN else "",
        )
        return Shown(name, (section,), place=PLACE, back=(PLACE, t("dues_accounts")))

    def _file(self, request: Request, name: str, ending: str) -> Response:
        with self._portal.reading() as reads:
            if not account_seen(reads, seen_units(self._portal.visitor()), name):
                return self._portal.absent(request)
            made = self._moves(moves(reads, name, limit=_EVERY))
        answer = as_file(made, ending, f"account-{name}", words(self._portal))
        return answer or self._portal.absent(request)


def routes(portal: Portal) -> list[BaseRoute]:
    """All accounts, one account; as files too."""
    pages, reads = AccountPages(portal), holds(Scope.DUES_READ)
    return [
        portal.route(PLACE, pages.listing, reads),
        portal.route(f"{PLACE}.{{ending:str}}", pages.file, reads),
        portal.route(f"{PLACE}/{{name:path}}", pages.one, reads),
    ]


def _kind(name: str) -> str:
    return name.partition(":")[0]


def _link(line: Line | None, column: Column) -> str:
    if line is None or column.name != "account" or line.key.endswith("*"):
        return ""
    return account_at(line.key)
