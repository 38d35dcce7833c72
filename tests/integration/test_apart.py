"""Files of tables are made in a process of their own: the same bytes, errors with their remedy, in bounded time."""

from __future__ import annotations

import asyncio

import pytest

from juru.server.console import apart, printing
from juru.server.console.apart import Job, make, make_apart
from juru.server.errors import SettingsError
from juru.web.sheets import Column, Kind, Line, Sheet

COLUMNS = (Column("day", Kind.DAY), Column("name"), Column("sales_idr", Kind.MONEY, summed=True))


def job(ending: str, lines: int = 2) -> Job:
    rows = tuple(Line(str(n), (20261101, f"=agent {n}", n)) for n in range(lines))
    return Job(Sheet("sales", {"span": "2026-11"}, COLUMNS, rows, (None, None, 1)), ending, "id", "Toko", "24 Nov 2026")


@pytest.mark.parametrize(
    ("ending", "mark"), [("pdf", b"%PDF-"), ("xlsx", b"PK"), ("csv", b"\xef\xbb\xbfHari"), ("json", b"{")]
)
def test_a_file_is_made_in_another_process(ending: str, mark: bytes) -> None:
    made = asyncio.run(make_apart(job(ending)))
    assert made.startswith(mark)
    if ending in {"csv", "json"}:
        assert made == make(job(ending))


def test_what_cannot_be_made_says_the_remedy() -> None:
    with pytest.raises(SettingsError, match="take CSV or XLSX"):
        asyncio.run(make_apart(job("pdf", printing.LINES_MAX + 1)))


def test_what_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "SECONDS_MAX", 0.01)
    with pytest.raises(SettingsError, match="fewer days"):
        asyncio.run(make_apart(job("pdf", 500)))
