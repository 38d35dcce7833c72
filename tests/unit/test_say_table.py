"""Tables on a terminal: whatever its width, nothing of what was to be read is missing."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from juru.cli.output import say_table


def _on_a_terminal(monkeypatch: pytest.MonkeyPatch, width: int) -> StringIO:
    seen = StringIO()
    monkeypatch.setattr("juru.cli.output.out", Console(file=seen, force_terminal=True, highlight=False, width=width))
    return seen


def test_a_secret_is_never_cut_on_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    path = "/callback/SUNRISE/26bf8d7c6b688a48168dd61eb78248a926bf8d7c"
    for width in (80, 40):
        seen = _on_a_terminal(monkeypatch, width)
        say_table(("for", "secret", "value"), [("SUNRISE", "callback path", path)])
        assert path in seen.getvalue()


def test_a_table_too_wide_for_its_terminal_is_told_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    header = [*(f"column_{place}" for place in range(12)), "cost_idr", "reason"]
    seen = _on_a_terminal(monkeypatch, 80)
    say_table(header, [(*(f"value-{place}-of-one" for place in range(12)), 10_200, None)], "orders")
    assert [f"value-{place}-of-one" in seen.getvalue() for place in range(12)] == [True] * 12
    assert "cost_idr   10.200" in seen.getvalue()
    assert "reason" not in seen.getvalue()


def test_long_values_beside_their_names_are_folded_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = _on_a_terminal(monkeypatch, 40)
    say_table(("field", "value"), [("profile", "x" * 100), ("name", "Sunrise")])
    assert seen.getvalue().count("x") == 100
