"""The demo association: the same story twice, clean books, every state and way of paying in it."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from juru.association.desk.finance import finance
from juru.association.desk.payouts import settlements
from juru.association.desk.register import register
from juru.association.desk.treasury import waiting_rows
from juru.association.domain.affairs import Subject
from juru.association.store.access import Access
from juru.association.store.book import Book
from juru.simulation.association.seed import LOGINS, Made, seed
from tests.support.association import Town

TODAY = date(2026, 11, 24)


def quietly(_done: int, _whole: int) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Made]:
    path = tmp_path_factory.mktemp("demo") / "aspi"
    return path, seed(path, today=TODAY, members=250, progress=quietly)


def test_its_books_are_proved_and_its_members_stand_in_many_states(made: tuple[Path, Made]) -> None:
    path, _ = made
    town = Town(path, TODAY.isoformat())
    assert town.audited().clean
    with town.desk.book.reading() as reads:
        states = Counter(row.state for row in register(reads, TODAY))
        kinds = {one.fact.__struct_config__.tag for one in reads.facts_of_kind(Subject.MEMBER)}
        year = finance(reads, TODAY.year)
        waiting, settled = waiting_rows(reads, "JTM"), settlements(reads, "JTM")
    assert {"sewa kantor", "rapat pengurus"} <= set(year.headings)
    assert len(waiting) == 2
    assert {one.state for one in settled} == {"paid"}
    assert states["active"] > 100
    assert {"lapsed", "closed"} <= set(states)
    assert {"moved", "renamed", "resigned", "rejected", "withdrawn", "server_added"} <= kinds
    town.close()


def test_the_same_seed_and_day_tell_the_same_story(tmp_path: Path) -> None:
    first = seed(tmp_path / "a", today=TODAY, members=100, progress=quietly)
    second = seed(tmp_path / "b", today=TODAY, members=100, progress=quietly)
    assert first == second
    heads = []
    for name in "ab":
        town = Town(tmp_path / name, TODAY.isoformat())
        heads.append(town.audited().head)
        town.close()
    assert heads[0] == heads[1]


def test_each_kind_of_reader_has_a_login_that_stands_for_somebody(made: tuple[Path, Made]) -> None:
    path, _ = made
    access, book = Access(path), Book(path)
    try:
        assert {login.code for login in access.all()} == set(LOGINS)
        assert all(access.bindings(code) for code in LOGINS)
    finally:
        access.close()
        book.close()
