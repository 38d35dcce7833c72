"""The pages of facts and of refusals say what the code says: every kind in its precedence, every code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from juru.association.domain.affairs import KINDS, Subject
from juru.association.domain.facts import Fact, MemberFact
from juru.association.domain.refusals import _TEXTS, Code
from juru.association.domain.transitions import RULES

PAGES = Path(__file__).parents[2] / "docs" / "reference"
COMMON = Fact.__struct_fields__


def rows(page: str, heading: str) -> list[Sequence[str]]:
    text = re.split(rf"^## {heading}$", (PAGES / page).read_text(), flags=re.MULTILINE)[1]
    text = re.split(r"^## ", text, maxsplit=1, flags=re.MULTILINE)[0]
    return re.findall(r"^\| `(\w+)` \| (.+?) \| .+ \|$", text, re.MULTILINE)


@pytest.mark.parametrize("subject", KINDS)
def test_every_kind_stands_in_its_precedence_with_its_fields(subject: Subject) -> None:
    written = []
    for kind in get_args(KINDS[subject]):
        fields = [f"`{field.encode_name}`" for field in msgspec.structs.fields(kind) if field.name not in COMMON]
        written.append((kind.__struct_config__.tag, ", ".join(fields) or "-"))
    assert rows("facts.md", subject.value) == written


def test_what_every_fact_has_is_told() -> None:
    text = (PAGES / "facts.md").read_text()
    assert [name for name in COMMON if f"| `{name}` |" not in text] == []


def test_every_refusal_is_on_its_page_in_the_order_of_precedence() -> None:
    text = (PAGES / "association-refusals.md").read_text()
    found = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    assert found == [(code.value, *_TEXTS[code]) for code in Code]


def test_both_languages_of_a_refusal_tell_the_same_facts() -> None:
    for indonesian, english in _TEXTS.values():
        places = [set(re.findall(r"\{(\w+)\}", text)) for text in (indonesian, english)]
        assert places[0] == places[1], english


def test_every_fact_about_a_member_but_paid_has_its_rule() -> None:
    assert {kind.__struct_config__.tag for kind in RULES} == {
        kind.__struct_config__.tag for kind in get_args(MemberFact)
    } - {"paid", "paid_before"}
