"""``juru association check-cases``: every failure is shown with what was got, and the exit code says it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from juru.cli import run

FIXTURES = sorted((Path(__file__).parents[1] / "fixtures" / "association").glob("*.json"))


def said(capsys: pytest.CaptureFixture[str], *tokens: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run(["association", "check-cases", *tokens])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize("name", ["dues", "split", "membership"])
def test_the_published_cases_pass(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = next(path for path in FIXTURES if path.stem == name)
    cases = json.loads(path.read_text())["cases"]
    assert said(capsys, str(path)) == (0, f"{len(cases)} passed, 0 failed\n", "")


def test_an_op_that_nobody_knows_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cases.json"
    case = {"id": "X1", "title": "of a kind to come", "op": "flying", "input": {}, "expect": {"a": 1}}
    file.write_text(json.dumps({"policy": {}, "cases": [case]}))
    code, out, _ = said(capsys, str(file))
    assert code == 1
    assert out.splitlines() == ["FAILED 1 X1 of a kind to come", "    unknown op 'flying'", "0 passed, 1 failed"]


def test_a_case_that_fails_is_shown_with_what_was_got(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(next(path for path in FIXTURES if path.stem == "dues").read_text())
    document["cases"][0]["expect"]["total_idr"] = 1
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(document))
    code, out, _ = said(capsys, str(file))
    assert code == 1
    assert "    total_idr: expected 1, got 500000" in out
    assert out.endswith(f"{len(document['cases']) - 1} passed, 1 failed\n")
    code, out, _ = said(capsys, str(file), "--json")
    assert (code, json.loads(out)["failed"]) == (1, 1)


@pytest.mark.parametrize("case", [{}, {"op": "state"}, {"op": ["state"]}, {"op": "state", "input": {"facts": [{}]}}])
def test_a_case_that_cannot_be_read_is_a_failure(
    case: dict[str, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({"cases": [case]}))
    code, out, _ = said(capsys, str(file))
    assert (code, out.splitlines()[-1]) == (1, "0 passed, 1 failed")


@pytest.mark.parametrize("content", ["nonsense", "[]", '{"cases": 1}', None])
def test_a_file_that_cannot_be_read_exits_with_2(
    content: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cases.json"
    if content is not None:
        file.write_text(content)
    code, out, err = said(capsys, str(file))
    assert (code, out) == (2, "")
    assert "cases.json" in err
