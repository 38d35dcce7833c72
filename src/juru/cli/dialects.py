"""``juru dialects``: which wire formats are spoken, on which side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from juru.cli.given import Json
from juru.cli.output import OK, say, say_json, say_table

if TYPE_CHECKING:
    from juru.server.desk.dialect_page import Offered


def dialects(
    *,
    markdown: Annotated[bool, Parameter(negative="", help="the reference page, whole")] = False,
    json: Json = False,
) -> int:
    """List the wire formats: where agents' programs call us in them, and how suppliers are asked in them."""
    from juru.server.desk.dialect_page import SHEETS, offered, page
    from juru.server.dialects import SUPPLIER_DIALECTS

    if markdown:
        say(page().rstrip("\n"))
        return OK
    mounts = {sheet.name: sheet.mount for sheet in SHEETS}
    out = {name: offered(dialect) for name, dialect in SUPPLIER_DIALECTS.items()}
    names = [*mounts, *(name for name in out if name not in mounts)]
    if json:
        say_json([{"name": name, "mount": mounts.get(name), "out": out.get(name)} for name in names])
        return OK
    say_table(
        ("dialect", "called by agents at", "supplier is asked by", "needs"),
        [(name, mounts.get(name, "-"), *_asked(name, out)) for name in names],
    )
    return OK


def _asked(name: str, out: dict[str, Offered]) -> tuple[str, str]:
    told = out.get(name)
    return ("-", "") if told is None else (told.inquiry.value, ", ".join(told.needs))
