"""The roll: lines of a day that follow the book, whoever writes it."""

from __future__ import annotations

from pathlib import Path

from juru.association.desk.register import register
from juru.association.desk.roll import Roll
from juru.association.domain import facts as f
from juru.association.domain.affairs import Subject
from juru.association.store.rows import milliseconds
from tests.support.association import Town, day


def named(person: str, *, on: str, role: f.Role = f.Role.VOTING) -> f.RepresentativeNamed:
    return f.RepresentativeNamed(on=day(on), role=role, person=person, source="surat anggota")


def test_the_roll_says_what_a_sweep_over_the_book_says_after_each_change(tmp_path: Path) -> None:
    town = Town(tmp_path / "aspi", "2026-01-05")
    town.dues()
    roll, today = Roll(town.desk.book), day("2026-06-01")

    def same() -> None:
        with town.desk.book.reading() as reads:
            assert list(roll.on(today).values()) == list(register(reads, today))

    same()
    first = town.active("PT Satu")
    same()
    second = town.active("PT Dua", branch="JBR", province="32")
    same()
    town.on("2026-02-01").fact(first, f.Renamed(on=day("2026-02-01"), name="PT Satu Jaya"))
    assert roll.on(today)[first].name == "PT Satu Jaya"
    town.fact(second, f.Moved(on=day("2026-02-01"), to="JTG"))
    same()
    assert roll.on(today)[second].branch == "JTG"
    assert roll.on(day("2026-01-10"))[second].branch == "JBR"
    # Written by another process: another book on the same directory.
    other = Town(town.path, "2026-02-02")
    other.active("PT Tiga")
    other.close()
    same()
    town.close()


def test_what_was_known_on_an_earlier_day_does_not_move(tmp_path: Path) -> None:
    town = Town(tmp_path / "aspi", "2026-01-05")
    town.dues()
    roll = Roll(town.desk.book)
    first = town.active("PT Satu")
    with town.desk.book.reading() as reads:
        known_ms = reads.facts(*_about(first))[-1].fact.known_at
    assert known_ms is not None
    then = milliseconds(known_ms)
    before = dict(roll.on(day("2026-06-01"), then))
    town.on("2026-02-01").fact(first, f.Renamed(on=day("2026-02-01"), name="PT Satu Jaya"))
    assert roll.on(day("2026-06-01"), then) == before
    assert roll.on(day("2026-06-01"))[first].name == "PT Satu Jaya"
    town.close()


def _about(number: str) -> tuple[Subject, str]:
    return Subject.MEMBER, number
