"""The association's published cases, through the code that serves members."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from juru.association.domain.cases import run_case

FIXTURES = Path(__file__).parents[1] / "fixtures" / "association"
# A respondent's clock belongs to cases against operators, which are not served yet.
NOT_YET = {"respondent"}

Case = dict[str, Any]


def cases() -> list[tuple[Case, Case]]:
    found = []
    for path in sorted(FIXTURES.glob("*.json")):
        document = json.loads(path.read_text())
        found += [(case, document["policy"]) for case in document["cases"] if case["op"] not in NOT_YET]
    return found


CASES = cases()


def test_all_cases_are_there() -> None:
    assert len(CASES) == 119


@pytest.mark.parametrize(("case", "policy"), CASES, ids=[case["id"] for case, _ in CASES])
def test_case(case: Case, policy: Case) -> None:
    assert run_case(case, policy) == []


@pytest.mark.parametrize(("case", "policy"), CASES, ids=[case["id"] for case, _ in CASES])
def test_each_expected_value_altered_fails(case: Case, policy: Case) -> None:
    for key in case["expect"]:
        altered = copy.deepcopy(case)
        altered["expect"][key] = "altered"
        assert run_case(altered, policy) != [], key


def test_an_unknown_op_is_a_failure() -> None:
    assert run_case({"id": "X", "op": "nonsense", "input": {}, "expect": {"a": 1}}, {}) == ["unknown op 'nonsense'"]
