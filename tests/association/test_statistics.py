"""The association in figures: equal to a recount from the facts; nothing is told that few could be found by."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juru.association.desk.careers import CareerFile
from juru.association.desk.register import register
from juru.association.desk.statistics import MEMBERSHIP, Statistics, month_ends, statistics
from juru.association.domain import facts as f
from juru.association.domain.affairs import Way
from juru.association.domain.commands import IssueInvoice, TakePayment
from juru.association.domain.membership import standing
from juru.association.domain.suppression import FEWEST, fixed, suppressed
from juru.cli import make_app
from tests.support.association import Town, day

SOON = "2026-06-20"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Forty businesses that join over three years; some do not renew, some return, some move."""
    town = Town(tmp_path_factory.mktemp("figures") / "aspi", "2023-02-01")
    town.dues()
    joining = sorted((f"2023-{2 + n % 9:02d}-0{1 + n % 5}", n) for n in range(40))
    numbers = [town.on(on).active(_name(n), *(("JTM", "35"), ("JBR", "32"), ("BAL", "51"))[n % 3]) for on, n in joining]
    for year in (2023, 2024, 2025):
        pays = [place for place in range(len(numbers)) if (place + year) % 7]
        late = {p for p in pays if (p + year) % 5 == 0 and all((p + before) % 7 for before in range(2023, year))}
        days = {place: f"{year + 1}-02-20" if place in late else f"{year}-12-0{1 + place % 9}" for place in pays}
        for place in sorted(pays, key=days.__getitem__):
            town.on(days[place]).pay(numbers[place])
    town.on("2026-03-02")
    for number in numbers[:3]:
        town.fact(number, f.Moved(on=town.today, to="JTG"))
    town.fact(numbers[5], f.Resigned(on=town.today, effective=day("2026-04-01"), source="surat"))
    return town.on(SOON)


def _name(n: int) -> str:
    """A name unlike the others, so that nobody is taken for somebody who is there."""
    words = ("Arus", "Bintang", "Cahaya", "Delima", "Elang", "Fajar", "Gemilang", "Harapan")
    return f"{words[n % 8]} {words[n // 8]} {n}"


def counted(town: Town, on: date) -> Statistics:
    careers = CareerFile(town.desk.book).asked()
    with town.desk.book.reading() as reads:
        return statistics(reads, careers, reads.branches(), on)


def members_on(town: Town, on: date) -> set[str]:
    """A recount: everybody's facts of that day judged anew."""
    with town.desk.book.reading() as reads:
        policies = reads.policies()
        return {number for number, facts in reads.members(on) if standing(policies, facts, on).state in MEMBERSHIP}


@pytest.mark.parametrize("on", ["2024-02-29", "2025-07-15", "2026-01-31", SOON])
def test_retention_and_months_equal_a_recount_from_the_facts(town: Town, on: str) -> None:
    found = counted(town, day(on))
    for year in found.years:
        before, after = members_on(town, year.since), members_on(town, year.until)
        assert (year.cohort, year.kept, year.lost) == (len(before), len(before & after), len(before - after))
        assert year.kept + year.lost == year.cohort
    ends = month_ends(day(on))
    ever: set[str] = set()
    first, walked = date(2023, 1, 1), members_on(town, ends[0])
    while first <= ends[0]:
        ever |= members_on(town, first)
        first += timedelta(days=1)
    for end, month in zip(ends[1:], found.months, strict=True):
        now = members_on(town, end)
        assert month.members == len(now)
        assert month.lost == len(walked - now)
        assert month.new + month.returned == len(now - walked)
        assert month.new == len(now - walked - ever), month
        ever |= now
        walked = now


def test_states_by_branch_are_those_of_the_register(town: Town) -> None:
    for on in ("2024-12-31", "2026-01-15", SOON):
        found = counted(town, day(on))
        with town.desk.book.reading() as reads:
            rows = [row for row in register(reads, day(on)) if row.state in {"active", "grace", "lapsed", "suspended"}]
        told = {(code, state.value): count for (code, state), count in found.states.items()}
        assert sum(told.values()) == len(rows)
        for row in rows:
            told[row.branch, row.state] -= 1
        assert set(told.values()) == {0}


def test_arrears_are_what_members_owe_past_its_day(tmp_path: Path) -> None:
    town = Town(tmp_path / "aspi", "2025-11-10")
    town.dues()
    for name in ("PT Arus", "CV Bintang", "UD Cahaya", "Toko Delima", "PT Elang", "CV Fajar"):
        number = town.active(name)
        invoice = town.do(_renewal(number)).id
        if name == "CV Fajar":
            town.do(_payment(invoice, 200_000))
    assert counted(town, day("2025-12-31")).arrears.invoices == 0
    found = counted(town, day("2026-01-01")).arrears
    assert (found.members, found.invoices, found.amount_idr) == (6, 6, 6 * 500_000 - 200_000)
    town.on("2026-01-10").do(_payment("INV-2025-00002", 500_000))
    assert counted(town, day("2026-01-09")).arrears.members == 6
    assert counted(town, day("2026-01-10")).arrears.members == 5
    town.close()


def _renewal(number: str) -> IssueInvoice:
    return IssueInvoice(member=number)


def _payment(invoice: str, amount_idr: int) -> TakePayment:
    return TakePayment(way=Way.BANK, amount_idr=amount_idr, ref=f"BCA-{invoice}-{amount_idr}", text=invoice)


def test_ways_follow_the_book_whoever_writes_it(town: Town, tmp_path: Path) -> None:
    mine = Town(tmp_path / "aspi", "2026-01-05")
    mine.dues()
    kept = CareerFile(mine.desk.book)
    assert kept.asked() == ()
    number = mine.active("PT Satu")
    other = Town(mine.path, "2026-01-05")
    other.active("PT Dua", branch="JBR", province="32")
    other.close()
    anew = {career.number: career for career in CareerFile(mine.desk.book).asked()}
    assert {career.number: career for career in kept.asked()} == anew
    mine.on("2026-02-01").fact(number, f.Moved(on=mine.today, to="JTG"))
    assert {c.number: c.branch(day("2026-03-01")) for c in kept.asked()} == {"000001": "JTG", "000002": "JBR"}
    mine.close()


# ---------------------------------------------------------------------- what is hidden


@given(st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=1, max_size=6))
def test_no_hidden_figure_follows_from_those_that_are_told(table: list[list[int]]) -> None:
    values: dict[tuple[int, int], int] = {}
    rows, columns = len(table), len(table[0])
    for r, row in enumerate(table):
        values |= {(r, c): value for c, value in enumerate(row)} | {(r, -1): sum(row)}
    for c in range(-1, columns):
        values[-1, c] = sum(values[r, c] for r in range(rows))
    sums = [{(r, c): 1 for c in range(columns)} | {(r, -1): -1} for r in range(-1, rows)]
    sums += [{(r, c): 1 for r in range(rows)} | {(-1, c): -1} for c in range(-1, columns)]
    hidden = suppressed(values, sums)
    assert all(name in hidden for name, value in values.items() if 0 < value < FEWEST)
    assert not fixed(hidden, sums)
    if not any(0 < value < FEWEST for value in values.values()):
        assert not hidden


def test_a_second_cell_goes_where_a_total_would_give_the_first_away() -> None:
    values = {"a": 3, "b": 9, "c": 40, "total": 52}
    assert suppressed(values, [{"a": 1, "b": 1, "c": 1, "total": -1}]) == {"a", "b"}
    assert suppressed({"a": 3, "b": 9}, []) == {"a"}
    assert suppressed({"a": 0, "b": 9, "total": 9}, [{"a": 1, "b": 1, "total": -1}]) == frozenset()


def test_the_command_counts_and_writes_what_may_be_told(
    town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--data", str(town.path), "--on", SOON]
    assert make_app()(["association", "stats", *where, "--json"], result_action="return_value") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["as_of"] == SOON
    shown = [value for row in told["rows"] for name, value in row.items() if name not in {"branch", "branch_name"}]
    assert [value for value in shown if value is not None and 0 < value < FEWEST] == []
    assert None in shown
    file, book = tmp_path / "years.csv", tmp_path / "years.xlsx"
    command = ["association", "stats", "years", *where, "--csv", str(file), "--xlsx", str(book)]
    assert make_app()(command, result_action="return_value") == 0
    assert "retention_permille" in file.read_text()
    assert book.read_bytes().startswith(b"PK")
