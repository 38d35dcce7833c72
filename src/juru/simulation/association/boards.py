"""Themes of the association itself: dues, holidays, boards by decree; who does what in the story."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from juru.association.domain import affairs as a
from juru.association.domain import commands as c
from juru.association.domain.boards import NATIONAL, Body, Title
from juru.association.domain.dues import DuesPolicy
from juru.association.domain.split import Share
from juru.simulation.association.plan import Plan

KEEPER = "panitia"
"""Who keeps the book until a board is seated."""

CHAIR, SECRETARY, TREASURER = "ketua", "sekretaris", "bendahara"
BRANCHES = ("JBB", "JBR", "JTG", "DIY", "JTM", "SMU", "SMB", "BAL", "SUL")
APPEAL = ("dewan-1", "dewan-2", "dewan-3")
TERM_YEARS = 4
_SHARES = (Share("national", 3_000), Share("branch", 7_000))
_FIXED = ((1, 1), (5, 1), (6, 1), (8, 17), (12, 25))
"""Listed holidays of every year: those whose date moves with the moon are left to the imported table."""


class Seat(msgspec.Struct, frozen=True):
    """An office and who is to hold it."""

    person: str
    title: Title
    body: Body
    unit: str


def seats() -> list[Seat]:
    """The national board first, then the branches, then the appeal board."""
    three = ((CHAIR, Title.CHAIR), (SECRETARY, Title.SECRETARY), (TREASURER, Title.TREASURER))
    national = [Seat(person, title, Body.NATIONAL, NATIONAL) for person, title in three]
    national += [Seat(f"pengurus-{n}", Title.MEMBER, Body.NATIONAL, NATIONAL) for n in (1, 2)]
    branches = [
        Seat(f"{person}-{code.lower()}", title, Body.BRANCH, code) for code in BRANCHES for person, title in three
    ]
    # One branch waits for its congress: its chair is vacant, and everybody can see that it is.
    branches = [seat for seat in branches if seat.person != "ketua-smb"]
    return [*national, *branches, *(Seat(person, Title.MEMBER, Body.APPEAL, NATIONAL) for person in APPEAL)]


def secretary_of(branch: str) -> str:
    """Who keeps a branch's applications."""
    return SECRETARY if branch == NATIONAL else f"{SECRETARY}-{branch.lower()}"


def treasurer_of(branch: str) -> str:
    """Who takes a branch's cash."""
    return TREASURER if branch == NATIONAL else f"{TREASURER}-{branch.lower()}"


def tables(plan: Plan) -> None:
    """Dues of both classes, and the holidays of every year of the story."""
    for member_class, annual_idr in (("server", 600_000), ("developer", 900_000)):
        fact = a.DuesSet(on=plan.day, policy=DuesPolicy(annual_idr=annual_idr), shares=_SHARES)
        plan.do(c.SetDues(member_class=member_class, fact=fact), by=KEEPER)
    for year in range(plan.day.year, plan.today.year + 1):
        days = tuple(date(year, month, day) for month, day in _FIXED)
        fact_of_year = a.HolidaysSet(on=plan.day, version=f"{year}-1", days=days, source="data contoh")
        plan.do(c.SetHolidays(year=year, fact=fact_of_year), by=KEEPER)


def seat_all(plan: Plan, firms: list[str]) -> None:
    """Seat every board by decree, each person for a firm of his own; the keeper acts until national sits."""
    by = KEEPER
    for seat, firm in zip(seats(), firms, strict=True):
        body = NATIONAL if seat.body is not Body.BRANCH else seat.unit
        words = f"Pengangkatan {seat.person} sebagai {seat.title.value} {seat.unit}"
        signers = (by,) if by == KEEPER else (CHAIR, SECRETARY)
        issue = c.IssueDecree(body=body, decree_kind="pengangkatan", text=words, signers=signers)
        decree = plan.do(issue, by=by).id
        until = plan.day.replace(year=plan.day.year + TERM_YEARS)
        fact = a.Appointed(
            on=plan.day,
            until=until,
            decree=decree,
            firm=firm,
            body=seat.body,
            unit=seat.unit,
            title=seat.title,
        )
        plan.do(c.Appoint(person=seat.person, fact=fact), by=by)
        # From the moment a national officer sits, powers follow from terms.
        by = CHAIR


def decree(plan: Plan, text: str, kind: str = "keputusan") -> str:
    """A decree of the national board; its number."""
    issue = c.IssueDecree(body=NATIONAL, decree_kind=kind, text=text, signers=(CHAIR, SECRETARY))
    return plan.do(issue, by=SECRETARY).id


def collectors(plan: Plan, firms: list[str]) -> None:
    """Member servers that may collect dues out of deposits held with them."""
    for firm in firms:
        number = decree(plan, f"Penunjukan {firm} sebagai pengumpul iuran", "penunjukan")
        until = plan.day + timedelta(days=3 * 365)
        fact = a.CollectorAppointed(on=plan.day, limit_idr=50_000_000, settlement_day=5, until=until, decree=number)
        plan.do(c.AppointCollector(member=firm, fact=fact), by=CHAIR)
