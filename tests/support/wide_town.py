"""An association with an officer of each kind and some years behind it, which pages are walked on."""

from __future__ import annotations

from pathlib import Path

from juru.association.domain import affairs as a
from juru.association.domain import commands as c
from juru.association.domain import facts as f
from juru.association.domain.boards import Body, Title
from tests.support.association import Town, day
from tests.support.portal import Served

MEMBER = "000004"
"""The member whose representative has a login."""

ROLES = ("public", "member", "branch_secretary", "branch_treasurer", "national_secretary", "national_treasurer")
_NAMES = ("Maju", "Sinar", "Harapan", "Gemilang", "Berkah", "Sentosa", "Cahaya", "Mitra")
_KINDS = ("Pulsa", "Reload", "Seluler", "Multi Payment", "Server")
_PLACES = (("JTM", "35"), ("JBR", "32"), ("BAL", "51"), ("JTM", "35"), ("JBB", "31"))


def wide_town(directory: Path) -> Town:
    """Forty members from 2024 on; renewed, late, gone, moved; boards, decrees, an override; today is 5 May 2026."""
    town = Town(directory, "2024-01-08")
    town.dues()
    numbers = []
    for place in range(40):
        town.on(f"2024-{1 + place // 5:02d}-{8 + place % 5:02d}")
        name = f"{('PT', 'CV', 'UD')[place % 3]} {_NAMES[place % 8]} {_KINDS[place // 8]} {place}"
        numbers.append(town.active(name, *_PLACES[place % 5]))
    for year in (2024, 2025):
        for place, number in enumerate(numbers):
            if place < 5 or (place + year) % 6:
                town.on(f"{year}-12-{1 + place // 2:02d}").pay(number)
    town.on("2026-01-12")
    for person, role in (("Wati Lestari", f.Role.DUES), ("Wati Lestari", f.Role.VOTING)):
        named = f.RepresentativeNamed(on=town.today, role=role, person=person, phone="081234567890", source="surat")
        town.fact(MEMBER, named)
    town.seat("sri", numbers[0], Title.SECRETARY)
    town.by = "sri"
    town.seat("hadi", numbers[1], Title.TREASURER)
    town.seat("rudi", numbers[2], Title.CHAIR)
    town.seat("dewi", numbers[0], Title.SECRETARY, Body.BRANCH, "JTM")
    town.seat("tono", numbers[3], Title.TREASURER, Body.BRANCH, "JTM")
    for number in numbers[5:9]:
        town.fact(number, f.Moved(on=town.today, to="JTG"))
    about = c.IssueDecree(
        body="NAS", decree_kind="penetapan", text="Menetapkan keadaan anggota.", signers=("rudi", "sri")
    )
    decree = town.do(about).id
    until = day("2026-12-31")
    override = f.Override(on=town.today, state="suspended", until=until, reason="Sengketa pemilik.", decree=decree)
    town.fact(numbers[10], override)
    term = a.Appointed(
        on=town.today,
        firm=numbers[4],
        body=Body.BRANCH,
        unit="JBR",
        title=Title.CHAIR,
        until=day("2027-01-01"),
        decree=decree,
        acting=True,
    )
    town.do(c.Appoint(person="yanti", fact=term))
    return town.on("2026-05-05")


def serve(town: Town) -> Served:
    """The portal on it, with a login for each role; the role's name is the login."""
    served = Served(town.path, town.now)
    people = dict(zip(ROLES[2:], ("dewi", "tono", "sri", "hadi"), strict=True))
    for role, person in people.items():
        served.login(role.upper(), person)
    served.login("MEMBER", "Wati Lestari", MEMBER)
    return served
