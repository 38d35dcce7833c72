"""Tables of the portal, on a page and taken along: one way for all, so that what is shown is what the file says.

The same address with ``.csv``, ``.json`` or ``.xlsx`` is the same table. Every file says as of which day it is and what
was known; text that a spreadsheet would take for a formula is defused (``web/sheets``). CSV and JSON name columns for
programs, a workbook in the visitor's language.
"""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from juru.association.portal.portal import Looking
from juru.web.figures import Told
from juru.web.filters import Address, download
from juru.web.sheets import Cell, Column, Kind, Line, Sheet, as_csv, as_json, as_xlsx
from juru.web.visits import visit
from juru.web.wording import cell_words
from juru.web.words import Catalogue, Lang, Words

ENDINGS = ("csv", "json", "xlsx")


class PortalTeller:
    """How the portal words its tables: a column is ``column_X`` of the catalogue, a table ``sheet_X``.

    ``column_TABLE_X`` comes first where one table means something else by a column.
    """

    def __init__(
        self,
        texts: Catalogue,
        t: Words,
        lang: Lang,
        *,
        table: str = "",
        unknown: str = "",
        minor: frozenset[str] = frozenset(),
    ) -> None:
        self._texts = texts
        self._table = table
        self._t = t
        self._lang = lang
        self._unknown = unknown
        self._minor = minor
        self.total = t("sums")

    def title(self, sheet: Sheet) -> str:
        """What a table is called."""
        return self._word(f"sheet_{sheet.title}", sheet.title)

    def label(self, name: str) -> str:
        """What a column, or a fact of a file, is called."""
        usual = self._word(f"column_{name}", self._word(f"sheet_{name}", name))
        return self._word(f"column_{self._table}_{name}", usual)

    def is_minor(self, column: Column) -> bool:
        """Whether a phone has no room for this column."""
        return column.name in self._minor

    def tell(self, column: Column, cell: Cell, line: Line | None, href: str) -> Told:  # noqa: ARG002 - the kit's port
        """A cell in words; a code that the catalogue knows by its column is a word of it."""
        if isinstance(cell, str):
            return Told(self._word(f"{column.name}_{cell}", cell))
        if cell is None and column.kind in {Kind.COUNT, Kind.MONEY, Kind.PERCENT}:
            return Told("-", self._unknown)
        return Told(cell_words(column.kind, cell, self._lang, self._t))

    def _word(self, key: str, otherwise: str) -> str:
        return self._t(key) if key in self._texts else otherwise


def taken(texts: Catalogue, t: Words, address: Address, looking: Looking, sheet: Sheet) -> Response:
    """The table as the file that its address asks for."""
    facts: dict[str, Cell] = {
        "as_of": looking.on.isoformat(),
        "known": None if looking.known is None else looking.known.isoformat(),
    }
    told = msgspec.structs.replace(sheet, facts=facts | {k: v for k, v in sheet.facts.items() if k not in facts})
    match address.ending:
        case "json":
            body = msgspec.json.encode(as_json(told))
        case "xlsx":
            body = as_xlsx(told, PortalTeller(texts, t, visit().lang, table=sheet.title).label)
        case _:
            body = as_csv(_dated(told, facts), total=False)
    return download(body, address.ending, f"{sheet.title}-{looking.on.isoformat()}")


def _dated(sheet: Sheet, facts: dict[str, Cell]) -> Sheet:
    """CSV has no head for facts: each row says of when it is."""
    columns = (*sheet.columns, *(Column(name) for name in facts))
    lines = tuple(Line(line.key, (*line.cells, *facts.values())) for line in sheet.lines)
    return msgspec.structs.replace(sheet, columns=columns, lines=lines)


def attachment(body: bytes, name: str, media_type: str) -> Response:
    """A file to be saved, never to be shown by the browser itself."""
    return Response(body, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})
