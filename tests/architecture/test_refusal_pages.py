"""Every refusal has its section in docs/reference/refusals.md, and no section is left of one that is gone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from juru.server.domain.refusals import Code

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "refusals.md"
PARTS = ("**Means:**", "**The agent sees:**", "**To do:**")


def sections() -> dict[str, str]:
    headed = re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)[1:]
    return {head.strip("` "): body for head, _, body in (section.partition("\n") for section in headed)}


@pytest.mark.parametrize("code", Code)
def test_refusal_has_a_section_that_says_what_to_do(code: Code) -> None:
    section = sections().get(code.value, "")
    assert [part for part in PARTS if part not in section] == []


def test_sections_stand_in_order_of_precedence() -> None:
    assert list(sections()) == [code.value for code in Code]
