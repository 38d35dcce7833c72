"""The published and computed cases of every dialect that is spoken, through the code that serves orders."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from juru.server.dialects.conformance import run_case

FIXTURES = Path(__file__).parents[1] / "fixtures" / "dialects"
NAMES = (
    *("signatures", "otomax", "digiflazz_buyer", "digiflazz_seller", "fm", "iak", "irsmarket"),
    *("irs_st24", "tiger", "payuni_serpul_sipas", "order_text", "reply_text"),
)

Case = dict[str, Any]
Path_ = tuple[str | int, ...]


def cases() -> list[Case]:
    return [case for name in NAMES for case in json.loads((FIXTURES / f"{name}.json").read_text())["cases"]]


def leaves(value: object, at: Path_ = ()) -> Iterator[Path_]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*at, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*at, index))
    else:
        yield at


def other_than(value: object) -> object:
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return value + "x"
        case _:
            return "something"


def altered(case: Case, at: Path_) -> Case:
    copied = copy.deepcopy(case)
    holder: Any = copied["expects"]
    for step in at[:-1]:
        holder = holder[step]
    holder[at[-1]] = other_than(holder[at[-1]])
    return copied


CASES = cases()
LEAVES = [(case, at) for case in CASES for at in leaves(case["expects"])]


def test_all_cases_are_there() -> None:
    assert len(CASES) == 180


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case_passes(case: Case) -> None:
    assert run_case(case) == []


@pytest.mark.parametrize(("case", "at"), LEAVES, ids=lambda part: part["id"] if isinstance(part, dict) else str(part))
def test_case_with_one_expected_value_altered_fails(case: Case, at: Path_) -> None:
    assert run_case(altered(case, at))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case_with_an_unknown_expected_key_fails(case: Case) -> None:
    assert run_case({**case, "expects": {**case["expects"], "no_such_key": None}})


@pytest.mark.parametrize("change", [{"kind": "dance"}, {"dialect": "klingon"}, {"expects": {}}, {"response": 7}])
def test_unknown_kind_dialect_or_shape_fails(change: Case) -> None:
    reply = next(case for case in CASES if case["kind"] == "reply")
    assert run_case({**reply, **change})


def test_request_with_one_key_too_many_fails() -> None:
    order = copy.deepcopy(next(case for case in CASES if case["id"] == "otomax-01"))
    del order["expects"]["request"]["query"]["qty"]
    assert "request.query" in run_case(order)[0]


def test_must_not_equal_is_checked() -> None:
    sign = copy.deepcopy(next(case for case in CASES if case.get("must_not_equal")))
    sign["must_not_equal"] = sign["expects"]["digest"]
    assert run_case(sign) == [f"digest: must not equal {sign['must_not_equal']}"]


def test_outcome_any_takes_each_listed_value_and_no_other() -> None:
    reply = copy.deepcopy(next(case for case in CASES if case["id"] == "reply_text-01"))
    del reply["expects"]["outcome"]
    assert run_case({**reply, "expects": {"outcome_any": ["unknown", "pending"]}}) == []
    assert run_case({**reply, "expects": {"outcome_any": ["unknown"]}})


def test_captured_reply_runs_through_a_suppliers_profile() -> None:
    case = {
        "kind": "reply_text",
        "dialect": "reply_text",
        "profile": {"patterns": [r"done (?P<kode>\w+) to (?P<tujuan>\d+) serial <(?P<sn>[^>]+)>"]},
        "text": "Sukses: done S10 to 081234567890 serial <AB 12>",
        "expects": {"outcome": "success", "sn": "AB 12", "dest": "081234567890", "product": "S10"},
    }
    assert run_case(case) == []
