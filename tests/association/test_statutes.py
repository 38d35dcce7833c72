"""The statutes' numbers as dated facts, and officers whose firms leave good standing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from juru.association.desk.officers import officers
from juru.association.domain import affairs as a
from juru.association.domain import commands as c
from juru.association.domain import facts as f
from juru.association.domain.boards import Body, Title
from juru.association.domain.policy import MEANINGS, Policies, Policy
from tests.support.association import CHAIR, SECRETARY, TREASURER, Town, day


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path / "aspi")
    town.dues()
    yield town
    found = town.audited()
    town.close()
    assert found.found == []


def policy(town: Town, key: str, value: int, on: str) -> c.SetPolicy:
    return c.SetPolicy(key=key, fact=a.PolicySet(on=day(on), value=value, decree=town.decree()))


def test_every_number_has_a_meaning() -> None:
    assert tuple(MEANINGS) == Policy.__struct_fields__


def test_grace_is_as_long_as_the_statutes_say_on_the_day_it_begins(town: Town) -> None:
    number = town.active("A")
    town.do(policy(town, "grace_days", 10, "2027-01-10"))
    assert [town.state(number, on) for on in ("2027-01-30", "2027-01-31")] == ["grace", "lapsed"]
    town.do(policy(town, "grace_days", 45, "2026-12-01"))
    assert [town.state(number, on) for on in ("2027-02-14", "2027-02-15")] == ["grace", "lapsed"]


def test_a_renewal_in_the_longer_grace_costs_no_fee(town: Town) -> None:
    number = town.active("A")
    town.do(policy(town, "grace_days", 45, "2026-12-01"))
    town.on("2027-02-10")
    assert town.do(c.IssueInvoice(member=number)).note == "500000"
    assert town.refused(c.IssueInvoice(member=number)) == "invoice_open"


def test_the_branch_has_the_working_days_of_the_day_of_completeness(town: Town) -> None:
    from juru.association.desk.register import shown

    town.do(policy(town, "branch_working_days", 3, "2026-03-01"))
    town.on("2026-03-02")
    number = town.do(c.NewMember(name="A", branch="JTM", province="35")).id
    town.fact(number, f.Complete(on=town.today))
    town.on("2026-03-03").do(policy(town, "branch_working_days", 20, "2026-03-03"))
    with town.desk.book.reading() as reads:
        found = shown(reads, number, town.today)
    assert found is not None
    assert (found.waits_on, found.waits_until) == ("branch", day("2026-03-05"))


@pytest.mark.parametrize(("key", "value"), [("grace_days", 0), ("grace_days", 4_000), ("mercy", 5), ("grace_votes", 2)])
def test_what_is_no_number_of_the_statutes_is_refused(town: Town, key: str, value: int) -> None:
    assert town.refused(policy(town, key, value, "2026-02-01")) == "wrong_policy"


def test_a_number_needs_a_decree_and_stands_once_a_day(town: Town) -> None:
    bare = c.SetPolicy(key="grace_days", fact=a.PolicySet(on=town.today, value=20, decree="SK-NAS-2026-099"))
    assert town.refused(bare) == "decree_unknown"
    town.do(policy(town, "grace_days", 20, "2026-02-01"))
    assert town.refused(policy(town, "grace_days", 25, "2026-02-01")) == "same_day"


def test_what_was_known_before_the_decree_is_read_by_the_old_number(town: Town) -> None:
    number = town.active("A")
    before = town.now()
    town.on("2026-02-01").do(policy(town, "grace_days", 45, "2026-12-01"))
    assert town.standing(number, "2027-02-10", before).state == "lapsed"
    assert town.standing(number, "2027-02-10").state == "grace"


def test_the_numbers_of_a_day_do_not_depend_on_the_order_of_decrees() -> None:
    changes = [(day("2026-01-01"), "grace_days", 20), (day("2026-03-01"), "grace_days", 40)]
    for given in (changes, changes[::-1]):
        policies = Policies(changes=given)
        assert [policies.on(day(on)).grace_days for on in ("2025-12-31", "2026-01-01", "2026-03-01")] == [30, 20, 40]


def seated(town: Town) -> str:
    """A chair whose firm stays, and a treasurer whose firm lapses on 31 January 2027."""
    steady, shaky = town.active("Tetap"), town.active("Goyah")
    town.seat(CHAIR, steady, Title.CHAIR)
    town.by = CHAIR
    town.seat(SECRETARY, steady, Title.SECRETARY)
    town.seat("bendahara2", steady, Title.TREASURER)
    town.seat(TREASURER, shaky, Title.TREASURER)
    town.on("2026-12-01", "bendahara2")
    town.pay(steady)
    return shaky


def worth(town: Town, on: str) -> tuple[str, str, str]:
    with town.desk.book.reading() as reads:
        (row,) = [row for row in officers(reads, day(on)) if row.person == TREASURER]
    return row.standing, row.until.isoformat(), row.ending


def test_a_paused_officers_term_ends_after_thirty_days_and_stays_ended(town: Town) -> None:
    shaky = seated(town)
    assert worth(town, "2027-01-30") == ("in office", "2030-01-05", "term")
    assert worth(town, "2027-01-31") == ("paused", "2027-03-02", "firm_away")
    assert worth(town, "2027-03-01")[0] == "paused"
    assert worth(town, "2027-03-02") == ("ended", "2027-03-02", "firm_away")
    town.on("2027-04-01", "bendahara2")
    town.pay(shaky)
    assert town.state(shaky) == "active"
    assert worth(town, "2027-04-01") == ("ended", "2027-03-02", "firm_away")
    town.by = TREASURER
    assert town.refused(c.IssueInvoice(member=shaky)) == "no_power"


def test_a_firm_that_recovers_in_time_gives_its_officer_back(town: Town) -> None:
    shaky = seated(town)
    town.on("2027-02-20", TREASURER)
    assert town.refused(c.IssueInvoice(member=shaky)) == "no_power"
    town.by = "bendahara2"
    town.pay(shaky)
    assert worth(town, "2027-02-19")[0] == "paused"
    assert worth(town, "2027-02-20") == ("in office", "2030-01-05", "term")
    assert worth(town, "2028-01-20")[0] == "in office", "the earlier absence is over, that of 2028 has not begun"


def test_an_acting_officer_serves_as_long_as_the_statutes_say(town: Town) -> None:
    firm = town.active("Tetap")
    town.seat(CHAIR, firm, Title.CHAIR)
    town.by = CHAIR
    town.do(policy(town, "acting_days", 30, "2026-01-05"))
    fact = a.Appointed(
        on=town.today,
        firm=firm,
        body=Body.NATIONAL,
        unit="NAS",
        title=Title.SECRETARY,
        until=day("2030-01-01"),
        decree=town.decree(),
        acting=True,
    )
    town.do(c.Appoint(person="plt", fact=fact))
    town.do(c.Appoint(person="plt2", fact=msgspec.structs.replace(fact, on=day("2026-02-01"))))
    with town.desk.book.reading() as reads:
        rows = {row.person: (row.until, row.ending) for row in officers(reads, day("2026-02-04"))}
    assert rows["plt"] == (day("2026-02-04"), "acting")
    assert rows["plt2"] == (day("2026-03-03"), "acting")
