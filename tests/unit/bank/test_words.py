"""What is wrong with a bank's file is said in both languages, with the same facts."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from juru.bank.words import TEXTS, wrong

SOURCES = Path(__file__).parents[3] / "src" / "juru"
_USED = re.compile(r'(?:wrong|CellError|_whole)\(\s*"([a-z_]+)"|"(earlier_had_\w+)"')


def facts_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", TEXTS)
def test_both_languages_tell_the_same_facts(key: str) -> None:
    indonesian, english = TEXTS[key]
    assert facts_in(indonesian) == facts_in(english)
    assert indonesian != english


def test_every_text_is_used_and_every_use_has_a_text() -> None:
    files = [*(SOURCES / "bank").glob("*.py"), SOURCES / "server" / "desk" / "bank_files.py"]
    used = {one or other for path in files for one, other in _USED.findall(path.read_text())}
    assert used == TEXTS.keys()


def test_the_reader_chooses_the_language_and_the_terminal_is_english() -> None:
    said = wrong("amount_science", cell="1E+05")
    assert said.told("id").startswith("1E+05 ditulis Excel secara ilmiah")
    assert str(said) == said.told("en")
