"""``juru setting`` changes how the cell trades, and refuses what cannot work."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from juru.cli import run


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run(arguments)
    told = capsys.readouterr()
    return code, told.out, told.err


@pytest.fixture
def cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """A new cell's directory."""
    path = str(tmp_path / "cell")
    assert _run(capsys, "init", path)[0] == 0
    return path


def test_setting_is_changed_and_kept(cell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(capsys, "setting", "set", "routing", "mix", "--data", cell)[0] == 0
    assert _run(capsys, "setting", "set", "grammar", '{"pin": "first"}', "--data", cell)[0] == 0
    code, out, _ = _run(capsys, "setting", "show", "--data", cell, "--json")
    shown = json.loads(out)
    assert code == 0
    assert shown["routing"] == "mix"
    assert shown["grammar"] == {"pin": "first"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("routing", "luck"),
        ("grammar", '{"pin": "nowhere"}'),
        ("templates", '{"id": {"no.such.text": "x"}}'),
        ("zone", "WIT"),
        ("nothing", "1"),
    ],
)
def test_setting_that_cannot_work_changes_nothing(
    cell: str, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    before = _run(capsys, "setting", "show", "--data", cell, "--json")[1]
    code, _, err = _run(capsys, "setting", "set", name, value, "--data", cell)
    assert code == 2
    assert name in err
    assert _run(capsys, "setting", "show", "--data", cell, "--json")[1] == before
