"""An owner's own profile: what it may say, and what is told of one that cannot be used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from juru.bank.cells import FORMATS
from juru.bank.profiles import PROFILES, ProfileError, Role, load_bank_profile


def test_built_in_profiles_are_what_an_own_one_must_be() -> None:
    for name, profile in PROFILES.items():
        assert load_bank_profile(name.upper(), {"title": "ours"}).columns == profile.columns
        assert all(FORMATS.fullmatch(form) for form in profile.dates)


def test_columns_are_laid_over_by_role_and_taken_away_by_an_empty_list() -> None:
    made = load_bank_profile("mandiri", {"columns": {"date": ["Tgl"], "balance": []}})
    assert made.columns[Role.DATE] == ("Tgl",)
    assert Role.BALANCE not in made.columns
    assert made.columns[Role.CREDIT] == PROFILES["mandiri"].columns[Role.CREDIT]


def test_the_example_can_be_used() -> None:
    example = Path(__file__).parents[3] / "examples" / "bank" / "own-profile.json"
    assert load_bank_profile("generic", json.loads(example.read_text())).title.startswith("Bank Nagari")


@pytest.mark.parametrize(
    ("own", "why"),
    [
        ({"colums": {}}, "unknown field colums"),
        ({"columns": []}, "columns is a table"),
        ({"columns": {"datum": ["x"]}}, "datum"),
        ({"columns": {"date": []}}, "columns needs date"),
        ({"columns": {"amount": [], "credit": []}}, "needs amount, or debit and credit"),
        ({"dates": []}, "dates"),
        ({"dates": ["mm/dd/yyyy"]}, "mm/dd/yyyy"),
        ({"dates": ["%d/%m/%Y"]}, "write it like"),
        ({"numbers": "dot"}, "numbers"),
        ({"encodings": ["utf-99"]}, "no encoding"),
        ({"delimiters": "#"}, "comma, semicolon"),
        ({"credit": ["D"]}, "in common"),
        ({"title": 7}, "title"),
    ],
)
def test_own_profile_that_cannot_be_used_says_what_to_change(own: dict[str, Any], why: str) -> None:
    with pytest.raises(ProfileError, match=why):
        load_bank_profile("generic", own)


def test_unknown_profile_names_the_known_ones() -> None:
    with pytest.raises(ProfileError, match="bca, mandiri, bni, bri, bsi, generic"):
        load_bank_profile("permata")
