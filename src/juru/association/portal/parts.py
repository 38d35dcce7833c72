"""What pages of tables and forms are made of: sections with facts, tables, forms; one template draws them all.

A form that was refused comes back with what was typed. Tables are sheets, so what is shown can be taken along.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from juru.association.domain.commands import AnyCommand, Done
from juru.association.domain.refusals import Refusal, told
from juru.association.portal.portal import Portal, looking_of
from juru.values.rupiah import parse_number
from juru.web.figures import Link, Table, Told, nowhere, table_of
from juru.web.filters import ENDINGS, Address, address_of, download
from juru.web.sheets import Cell, Column, Kind, Line, Sheet, as_csv, as_xlsx
from juru.web.visits import visit
from juru.web.wording import cell_words
from juru.web.words import Lang, Words

TYPED_MAX = 400
FILES = ("csv", "xlsx")


class Field(msgspec.Struct, frozen=True):
    """One field of a form; ``kind`` is text, money, day, area, select, check, file or hidden."""

    name: str
    kind: str = "text"
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    required: bool = True
    note: str = ""
    label: str = ""


class Form(msgspec.Struct, frozen=True):
    """A form; its words are ``form_NAME``, ``form_NAME_says`` and those of its fields. Folded when ``folded``."""

    name: str
    action: str
    fields: tuple[Field, ...] = ()
    facts: Mapping[str, str] = {}
    folded: bool = False
    method: str = "post"


class FactLine(msgspec.Struct, frozen=True):
    """A fact with its word, and where it leads; ``copied`` is what people copy."""

    word: str
    text: str
    href: str = ""
    copied: bool = False


class Section(msgspec.Struct, frozen=True):
    """A part of a page; ``title``, ``note`` and ``empty`` are words."""

    title: str = ""
    note: str = ""
    facts: tuple[FactLine, ...] = ()
    table: Table | None = None
    empty: str = ""
    files: tuple[tuple[str, str], ...] = ()
    next: str = ""
    forms: tuple[Form, ...] = ()
    said: str = ""
    lines: tuple[str, ...] = ()


class Shown(msgspec.Struct, frozen=True):
    """A page: its heading, what narrows it, its sections. ``place`` is the tab it stands under."""

    heading: str
    sections: tuple[Section, ...]
    lead: str = ""
    place: str = ""
    filters: Form | None = None
    back: tuple[str, str] | None = None


class TypedError(ValueError):
    """Something typed that cannot be read; the message is a word with its facts."""

    def __init__(self, word: str, **facts: str) -> None:
        self.word = word
        self.facts = facts
        super().__init__(word)


class Typed:
    """What a form sent, read with a remedy for what cannot be read."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values

    def text(self, name: str) -> str:
        """A text, cut to what a person types."""
        return self.values.get(name, "").strip()[:TYPED_MAX]

    def rupiah(self, name: str) -> int:
        """Whole rupiah. Raises ``TypedError``; sen are no rupiah."""
        written = self.text(name)
        amount = parse_number(written)
        digits = "".join(char for char in written if char.isdigit())
        if amount is None or str(abs(amount)) != (digits.lstrip("0") or "0"):
            raise TypedError("typed_money", value=written or "-")
        return amount

    def day(self, name: str) -> date | None:
        """A day; None where none was typed. Raises ``TypedError``."""
        written = self.text(name)
        try:
            return date.fromisoformat(written) if written else None
        except ValueError as error:
            raise TypedError("typed_day", value=written) from error

    def whole(self, name: str) -> int:
        """A whole number. Raises ``TypedError``."""
        written = self.text(name)
        if not (written.isascii() and written.isdigit() and len(written) < 10):
            raise TypedError("typed_number", value=written or "-")
        return int(written)


class SheetWords:
    """How tables here are worded: a column's name is a word ``col_NAME``; some cells are words of their own."""

    def __init__(self, lang: Lang, t: Words, worded: Mapping[str, str] | None = None) -> None:
        self._lang, self._t = lang, t
        self._worded = worded or {}

    def title(self, sheet: Sheet) -> str:
        """What a table is called."""
        return self._t(sheet.title)

    def label(self, name: str) -> str:
        """What a column is called."""
        return self._t(f"purse_col_{name}")

    def tell(self, column: Column, cell: Cell, line: Line | None, href: str) -> Told:  # noqa: ARG002 - as tables ask it
        """A cell in words; of a worded column the word of its value."""
        prefix = self._worded.get(column.name)
        if prefix is not None and cell:
            return Told(self._t(f"{prefix}{cell}"), tone=_TONES.get(str(cell), ""))
        if column.name in _LONG and isinstance(cell, str):
            return Told(short(cell), cell)
        return Told(cell_words(column.kind, cell, self._lang, self._t) or "-")

    def is_minor(self, column: Column) -> bool:  # noqa: ARG002 - as tables ask it
        """Every column has room: on a phone a row is a card."""
        return False

    @property
    def total(self) -> str:
        """What stands before the sums."""
        return self._t("table_sum")


def short(ref: str) -> str:
    """A row's identity as a page has room for it: its account, its day, which of them it is."""
    parts = ref.split("/")
    return ref if len(parts) < _PARTS else f"{parts[0]} {parts[1]}/{parts[-1]}"


_LONG = frozenset({"row", "payment"})
_PARTS = 6
_TONES = {
    **dict.fromkeys(("overdue", "over", "unmatched", "outgoing"), "bad"),
    **dict.fromkeys(("open", "asked", "confirmed", "left", "promised", "waits"), "mind"),
    **dict.fromkeys(("paid", "matched"), "ok"),
}


def sheet(
    title: str, columns: Sequence[tuple[str, Kind] | tuple[str, Kind, bool]], rows: Sequence[Sequence[Cell]]
) -> Sheet:
    """A table; the first cell of a row names it. A third word of a column says that it is summed."""
    made = tuple(Column(one[0], one[1], len(one) > 2 and bool(one[2])) for one in columns)
    lines = tuple(Line(str(row[0]), tuple(row)) for row in rows)
    if not any(column.summed for column in made):
        return Sheet(title, {}, made, lines)
    total = tuple(
        sum(int(line.cells[place] or 0) for line in lines) if column.summed else None
        for place, column in enumerate(made)
    )
    return Sheet(title, {}, made, lines, total)


def table(
    t: Words, made: Sheet, link: Link = nowhere, *, worded: Mapping[str, str] | None = None, total_word: str = ""
) -> Table:
    """A sheet as a page shows it."""
    return table_of(made, SheetWords(visit().lang, t, worded), link, total_word=total_word)


def files_of(address: Address) -> tuple[tuple[str, str], ...]:
    """The same table as files."""
    return tuple(address.files(*FILES))


def as_file(made: Sheet, ending: str, name: str, t: Words) -> Response | None:
    """A sheet to take along; None for an ending that is none."""
    words = SheetWords(visit().lang, t)

    def label(column: str) -> str:
        return words.title(made) if column == made.title else words.label(column)

    if ending not in FILES or ending not in ENDINGS:
        return None
    body = as_csv(made, label) if ending == "csv" else as_xlsx(made, label)
    return download(body, ending, name)


def address(request: Request) -> Address:
    """What was asked for."""
    query = {name: value for name, value in request.query_params.items() if name not in {"after", "before"}}
    return address_of(request.url.path, query)


Make = Callable[[Request], Awaitable[Shown | None]]


async def draw(
    portal: Portal,
    request: Request,
    make: Make,
    *,
    status: int = 200,
    why: str = "",
    at: str = "",
    typed: Mapping[str, str] | None = None,
) -> Response:
    """A page; ``at`` is the form that was refused, ``typed`` what it held."""
    shown = await make(request)
    if shown is None:
        return portal.absent(request)
    if typed is not None:
        sections = tuple(_filled(section, at, typed) for section in shown.sections)
        shown = msgspec.structs.replace(shown, sections=sections)
    return portal.html("parts.html", status, looking=looking_of(request), page=shown, why=why, refused=at)


def _filled(section: Section, at: str, typed: Mapping[str, str]) -> Section:
    forms = []
    for form in section.forms:
        again = form
        same = form.action == at and all(
            typed.get(field.name, "") == field.value for field in form.fields if field.kind == "hidden"
        )
        if same:
            fields = tuple(
                field
                if field.kind in {"hidden", "file"}
                else msgspec.structs.replace(field, value=typed.get(field.name, ""))
                for field in form.fields
            )
            again = msgspec.structs.replace(form, fields=fields, folded=False)
        forms.append(again)
    return msgspec.structs.replace(section, forms=tuple(forms))


async def carry(
    portal: Portal,
    request: Request,
    command: Callable[[Typed], AnyCommand],
    *,
    key: str,
    to: Callable[[Done], str],
    page: Make,
) -> Response:
    """Carry out what a form asks for and go on; refused or unreadable, the page again with what was typed."""
    form = await request.form()
    values = {name: str(value) for name, value in form.items() if isinstance(value, str)}
    at = request.url.path
    try:
        asked = command(Typed(values))
    except TypedError as error:
        why = portal.pages.words_in(visit().lang)(error.word, **error.facts)
        return await draw(portal, request, page, status=400, why=why, at=at, typed=values)
    result = await portal.do(asked, request=values.get("request") or portal.gate.token())
    if isinstance(result, Refusal):
        why = told(result, visit().lang)
        return await draw(portal, request, page, status=409, why=why, at=at, typed=values)
    await portal.say(result, key, id=result.id, note=result.note)
    return RedirectResponse(to(result), 303)


async def apart(work: Callable[[], Shown | None]) -> Shown | None:
    """Make a page beside the loop."""
    return await asyncio.to_thread(work)
