"""docs/reference/dialects.md says what the code can do: it is made from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from juru.server.channels.table import WAYS
from juru.server.desk.dialect_page import COMMAND, SHEETS, offered, page
from juru.server.dialects import SUPPLIER_DIALECTS
from juru.server.domain.outcome import InquiryVerb

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "dialects.md"


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text() == page(), f"make it anew: {COMMAND} > {PAGE.relative_to(PAGE.parents[2])}"


def test_every_way_in_and_every_way_out_is_on_the_page() -> None:
    text = PAGE.read_text()
    assert [name for name in SUPPLIER_DIALECTS if f"| `{name}` |" not in text] == []
    assert [way.mount for way in WAYS if f"`{way.sheet.mount}`" not in text] == []
    assert [way.mount for way in WAYS if not way.sheet.mount.startswith(way.mount)] == []
    assert len({sheet.name for sheet in SHEETS}) == len({sheet.mount for sheet in SHEETS}) == len(SHEETS)


@pytest.mark.parametrize("name", SUPPLIER_DIALECTS)
def test_what_a_dialect_needs_is_what_it_looks_up(name: str) -> None:
    told = offered(SUPPLIER_DIALECTS[name])
    assert told.needs[0] == "base"
    assert len(told.needs) > 1
    assert (told.horizon_s > 0) or told.inquiry is InquiryVerb.NONE
