"""Tables as PDF, by the templates that the pages use. WeasyPrint is loaded only here, and only when one is printed."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from juru.server.console.sheet_words import label_of, shown, title_of
from juru.server.console.words import Lang, words
from juru.server.errors import SettingsError
from juru.web import TEMPLATES
from juru.web.sheets import Column, Kind, Sheet

_HERE = Path(__file__).parent
_WIDE_COLUMNS = 7
LINES_MAX = 3_000
"""A hundred lines take a second."""


class PrintingError(SettingsError):
    """No PDF can be made here; the message says what to install."""


def print_sheet(sheet: Sheet, lang: Lang, cell_name: str, *, printed: str = "") -> bytes:
    """A table as PDF, A4, lying where it has many columns. Raises ``PrintingError`` with the remedy."""
    if len(sheet.lines) > LINES_MAX:
        message = (
            f"{len(sheet.lines)} lines are too many for paper (at most {LINES_MAX}): take CSV or XLSX, or fewer days"
        )
        raise PrintingError(message)
    made: bytes = _printer()(string=_page(sheet, lang, cell_name, printed)).write_pdf()
    return made


def _printer() -> Any:  # noqa: ANN401 - the library's class
    """WeasyPrint, which needs Pango of the system."""
    try:
        from weasyprint import HTML  # noqa: PLC0415 - loads Pango, which most commands and a server without PDFs need not
    except (ImportError, OSError) as error:
        message = (
            "no PDF can be made: the system's library Pango is missing. Debian, Ubuntu: apt install "
            f"libpango-1.0-0 libpangoft2-1.0-0; or take --csv or --xlsx ({error})"
        )
        raise PrintingError(message) from error
    return HTML


def _page(sheet: Sheet, lang: Lang, cell_name: str, printed: str) -> str:
    t = words(lang)
    return (
        _templates()
        .get_template("print.html")
        .render(
            t=t,
            lang=lang,
            cell_name=cell_name,
            printed=printed,
            wide=len(sheet.columns) > _WIDE_COLUMNS,
            css=(_HERE / "templates" / "print.css").read_text(encoding="utf-8"),
            title=title_of(sheet, t),
            sheet=printable(sheet, lang),
        )
    )


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader([_HERE / "templates", TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )


def printable(sheet: Sheet, lang: Lang) -> dict[str, Any]:
    """A table with every cell in words, as the templates place it."""
    t = words(lang)
    kinds = [column.kind.value for column in sheet.columns]
    total = sheet.total or ()
    return {
        "facts": [(label_of(name, t), fact(name, value, lang)) for name, value in sheet.facts.items()],
        "columns": [(label_of(column.name, t), column.kind.value) for column in sheet.columns],
        "lines": [
            [(kind, shown(c, cell, lang, t)) for kind, c, cell in zip(kinds, sheet.columns, line.cells, strict=True)]
            for line in sheet.lines
        ],
        "total": [
            (kind, "" if cell is None else shown(c, cell, lang, t))
            for kind, c, cell in zip(kinds, sheet.columns, total, strict=False)
        ],
    }


def fact(name: str, value: object, lang: Lang) -> str:
    """What a table is about, in words."""
    if value is None:
        return ""
    kind = Kind.MONEY if name.endswith("_idr") and isinstance(value, int) else Kind.TEXT
    return shown(Column(name, kind), value if isinstance(value, str | int) else str(value), lang, words(lang))
