"""What the pages of registers share: who reads, tables to take along, forms that lose nothing, files never shown."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from juru.association.desk.documents import FOLDER, content
from juru.association.desk.judging import SIZE_MB_MAX
from juru.association.domain.boards import NATIONAL, Scope
from juru.association.domain.branches import on
from juru.association.domain.commands import Done
from juru.association.domain.refusals import Refusal, told
from juru.association.portal.entry import Visitor
from juru.association.portal.portal import Looking, Portal, looking_of
from juru.association.portal.taken import ENDINGS
from juru.association.portal.taken import taken as file_of
from juru.web.filters import address_of
from juru.web.sheets import Cell, Column, Line, Sheet
from juru.web.visits import visit

UPLOAD_BYTES_MAX = SIZE_MB_MAX * 1_000_000 + 200_000
_TYPED_MAX = 60_000


class Reader(msgspec.Struct, frozen=True):
    """Whoever reads: the branches of his firms and offices, and where he keeps the office."""

    firms: tuple[str, ...] = ()
    branches: frozenset[str] = frozenset()
    keeps: tuple[str, ...] = ()

    def keeps_for(self, body: str) -> bool:
        """Whether he keeps the office of a body; national's keeper keeps all."""
        return NATIONAL in self.keeps or body in self.keeps

    @property
    def known(self) -> bool:
        """Whether he belongs to the association at all."""
        return bool(self.branches)


def reader(portal: Portal) -> Reader:
    """Whoever asks for this page."""
    visitor = portal.visitor()
    if visitor is None:
        return Reader()
    rows = portal.roll.on(portal.today())
    of_firms = {rows[firm].branch for firm in visitor.firms if firm in rows}
    of_terms = {term.unit for term in visitor.terms}
    return Reader(visitor.firms, frozenset(of_firms | of_terms), visitor.units(Scope.OFFICE_KEEP))


def keeps_office(visitor: Visitor) -> bool:
    """The right of whoever keeps the office of any body."""
    return visitor.may(Scope.OFFICE_KEEP)


def keeps_national(visitor: Visitor) -> bool:
    """The right of whoever keeps national's office."""
    return visitor.may(Scope.OFFICE_KEEP, NATIONAL)


def writes(visitor: Visitor) -> bool:
    """The right of members' representatives and of whoever keeps an office."""
    return bool(visitor.firms) or keeps_office(visitor)


class Asking(msgspec.Struct, frozen=True):
    """As whom a visitor asks the desk: for a firm of his, or as an officer where ``member`` is empty."""

    by: str
    member: str


def asking(portal: Portal, firm: str) -> Asking:
    """As whom to ask in a matter of a firm; whoever holds no office asks for a firm of his, and never for another."""
    visitor = portal.visitor()
    if visitor is None:
        return Asking("", "-")
    member = firm
    if firm not in visitor.firms:
        member = "" if visitor.terms else next(iter(visitor.firms), "-")
    return Asking(visitor.person_for(member) if member else visitor.person, member)


def bodies_of(portal: Portal, looking: Looking, who: Reader) -> tuple[str, ...]:
    """The bodies whose office somebody keeps: his own, or national and every branch."""
    if NATIONAL not in who.keeps:
        return who.keeps
    with portal.reading() as reads:
        return (NATIONAL, *on(reads.branches(), looking.on))


# ------------------------------------------------------------------ forms


async def typed(request: Request) -> tuple[dict[str, str], FormData]:
    """What a form says, and the form itself for its files and lists."""
    form = await request.form()
    return {name: str(value)[:_TYPED_MAX] for name, value in form.items() if not isinstance(value, UploadFile)}, form


def day_of(text: str) -> date | None:
    """A day as a form sends it; None for an empty field or what is no day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def whole(text: str) -> int | None:
    """A count as typed; None for an empty field or what is no count."""
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None


async def attached(
    portal: Portal, form: FormData, request_id: str, *, field: str = "file"
) -> tuple[str, ...] | Refusal:
    """Keep the files of a form; their hashes, or why one is not kept. A field left empty is none."""
    kept = []
    by = asking(portal, "").by
    for number, file in enumerate(form.getlist(field)):
        if not isinstance(file, UploadFile) or not file.filename:
            continue
        body = await file.read()
        told_as = {"name": file.filename[:120], "now": portal.now(), "by": by, "request": f"{request_id}-{number}"}
        result = await asyncio.to_thread(portal.desk.keep, body, **told_as)  # type: ignore[arg-type]  # fields by name
        if isinstance(result, Refusal):
            return result
        kept.append(result.id)
    return tuple(kept)


def why(result: Done | Refusal | None) -> str:
    """A refusal in the visitor's language, for the top of the form that it came from."""
    return told(result, visit().lang) if isinstance(result, Refusal) else ""


async def back(portal: Portal, result: Done | Refusal, where: str, key: str, **facts: str) -> Response:
    """To a page again, which says what came of it."""
    await portal.say(result, key, **facts)
    return RedirectResponse(where, 303)


# ------------------------------------------------------------------ tables to take along


def sheet(title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]], on: date) -> Sheet:
    """A table as of a day."""
    facts: dict[str, Cell] = {"as_of": on.isoformat()}
    lines = tuple(Line(str(number), tuple(row)) for number, row in enumerate(rows))
    return Sheet(title, facts, tuple(Column(name) for name in columns), lines)


def taken(portal: Portal, request: Request, table: Sheet) -> Response:
    """The table as the file that was asked for; what is no such file is not there."""
    address = address_of(request.url.path, dict(request.query_params))
    if address.ending not in ENDINGS:
        return portal.absent(request)
    return file_of(portal.pages.words, portal.pages.words_in(visit().lang), address, looking_of(request), table)


def files_of(request: Request) -> list[tuple[str, str]]:
    """Where the table of this page is to be had as a file, with the same filters."""
    return address_of(request.url.path, dict(request.query_params)).files("csv", "xlsx", "json")


def asked(request: Request, names: Iterable[str]) -> Mapping[str, str]:
    """What the address asks for; empty is all of it."""
    return {name: request.query_params.get(name, "")[:60].strip() for name in names}


class Leaf(msgspec.Struct, frozen=True):
    """A page of a list: its rows, how many there are in all, where the rows before and after them are."""

    rows: Sequence[object]
    total: int
    before: str
    after: str


def leaf(request: Request, rows: Sequence[object], shown: int) -> Leaf:
    """The page that the address asks for."""
    number = whole(request.query_params.get("page", "")) or 1
    query = {name: value for name, value in request.query_params.items() if name != "page"}
    here = address_of(request.url.path, query)
    before = here.with_(page=str(number - 1) if number > 2 else None) if number > 1 else ""
    after = here.with_(page=str(number + 1)) if len(rows) > number * shown else ""
    return Leaf(rows[(number - 1) * shown : number * shown], len(rows), before, after)


# ------------------------------------------------------------------ files


def file_answer(portal: Portal, request: Request, sha256: str) -> Response:
    """A kept document, to be saved: never shown by the browser itself, and in a sandbox if it were."""
    with portal.reading() as reads:
        found = reads.document(sha256)
    if found is None:
        return portal.absent(request)
    _, media_type, _ = found
    try:
        body = content(portal.book.directory / FOLDER, sha256)
    except LookupError:
        return portal.absent(request)
    ending = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}[media_type]
    headers = {
        "content-disposition": f'attachment; filename="{sha256[:16]}.{ending}"',
        "content-security-policy": "sandbox",
    }
    return Response(body, media_type=media_type, headers=headers)
