"""The demo association is made: its first day, its members' three years, and the logins to look at it with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec

from juru.association.desk.desk import Desk, init
from juru.association.domain import commands as c
from juru.association.domain import facts as f
from juru.association.domain.affairs import Way
from juru.association.store.access import Access, Binding, Login
from juru.simulation.association import boards, purse, story
from juru.simulation.association.people import businesses
from juru.simulation.association.plan import Plan
from juru.simulation.association.story import Member
from juru.simulation.demo import DEMO
from juru.web.passwords import hash_password

NAME = "Asosiasi Server Pulsa Indonesia"
SERVER = DEMO.settings.name
"""The demo's own server is a member."""

MEMBERS, MEMBERS_MIN, DEVELOPERS, YEARS = 1_500, 100, 15, 3
LOGINS = ("ANGGOTA", "KETUA", "SEKRETARIS", "BENDAHARA", "SEKRETARIS-JTM", "BENDAHARA-JTM")
PASSWORD = "data contoh juru"  # noqa: S105 - published: the demo listens on loopback only
"""Of every login of the demo, which listens on loopback only."""

_HABITS = (("early", 62), ("late", 18), ("reinstated", 8), ("never", 12))
Progress = Callable[[int, int], None]


class Made(msgspec.Struct, frozen=True):
    """What the demo is made of."""

    members: int
    commands: int
    first_day: date
    today: date


def seed(directory: Path, *, today: date, members: int = MEMBERS, number: int = 1, progress: Progress) -> Made:
    """Make the demo in a new directory. Raises ``DirectoryError`` for one that holds anything."""
    start = today.replace(year=today.year - YEARS, day=1)
    opening = datetime.combine(start, datetime.min.time(), UTC) + timedelta(hours=1)
    desk = init(directory, name=NAME, now=opening, by=boards.KEEPER, synced=False, sample=True)
    try:
        plan = Plan(desk, start=start, today=today, seed=number)
        _tell(plan, start, members)
        days = (today - start).days
        while (coming := plan.next()) is not None:
            plan.step()
            progress(min((coming - start).days, days), days)
        _logins(directory, desk)
        return Made(members, plan.done, start, today)
    finally:
        desk.book.close()


def _tell(plan: Plan, start: date, count: int) -> None:
    """The first day, and then who applies when."""
    founders = len(boards.seats())
    everybody = [
        Member(about, plan.chance.choices([h for h, _ in _HABITS], [w for _, w in _HABITS])[0])
        for about in businesses(plan.chance, count, developers=min(DEVELOPERS, count // 20), known=SERVER)
    ]
    boards.tables(plan)
    seated = [member for member in everybody if member.business.server][:founders]
    for member in seated:
        member.habit = "early"
        _found(plan, member)
    boards.seat_all(plan, [member.number for member in seated])
    boards.collectors(plan, [member.number for member in seated[-2:]])
    purse.opens(plan, start)
    days = (plan.today - start).days
    for member in everybody:
        if member.number:
            continue
        # Most come in the first months, when the association opens its doors; the others over the years.
        early = plan.chance.random() < 0.7
        on = start + timedelta(days=plan.chance.randrange(1, 90 if early else days - 1))
        plan.on(on, partial(story.applies, member=member))
        _later(plan, member, on)
    for year in range(start.year + 1, plan.today.year + 2):
        first_day = date(year, 1, 1)
        for member in everybody:
            plan.on(first_day - story.INVOICED_BEFORE, partial(_renewal, member=member, first_day=first_day))


def _found(plan: Plan, member: Member) -> None:
    """A founding member: admitted by the congress on the first day, and paid."""
    about = member.business
    admit = c.NewMember(
        name=about.name, branch=about.branch, province=about.province, licence=about.licence, person=about.owner,
        phone=about.phone, source="daftar hadir Munas",
    )  # fmt: skip
    member.number, member.branch = plan.do(admit, by=boards.KEEPER).id, about.branch
    for fact in (f.Complete(on=plan.day, source="berkas lengkap"), f.Verified(on=plan.day, decision="Munas")):
        plan.do(c.Record(member=member.number, fact=fact), by=boards.KEEPER)
    invoice = plan.do(c.IssueInvoice(member=member.number), by=boards.KEEPER)
    text, amount_idr = f"IURAN {invoice.id}", int(invoice.note)
    pay = c.TakePayment(way=Way.BANK, amount_idr=amount_idr, ref=f"BCA-{plan.done:06d}", text=text)
    plan.do(pay, by=boards.KEEPER)


def _renewal(plan: Plan, member: Member, first_day: date) -> None:
    if member.number:
        story.renews(plan, member, first_day)


def _later(plan: Plan, member: Member, joined: date) -> None:
    """What a few of them do in the years after."""
    chance = plan.chance.random()
    on = joined + timedelta(days=plan.chance.randrange(120, 900))
    themes: tuple[tuple[float, Callable[..., None]], ...] = (
        (0.03, story.moves),
        (0.06, story.renamed),
        (0.09, story.resigns),
        (0.12, story.hands_over),
        (0.125, partial(story.judged, ends="suspended")),
        (0.128, partial(story.judged, ends="expelled")),
        (0.130, partial(story.judged, ends="overturned")),
    )
    for until, theme in themes:
        if chance < until:
            plan.on(on, partial(theme, member=member))
            return


def _logins(directory: Path, desk: Desk) -> None:
    """A login for each kind of reader: a member, a branch's officers, the national ones."""
    hashed = hash_password(PASSWORD)
    access = Access(directory)
    try:
        with desk.book.reading() as reads:
            first = next(reads.members(date.max))
        owner = next(one.person for one in first[1] if isinstance(one, f.RepresentativeNamed))
        first_login, *officers = LOGINS
        people = {first_login: Binding(owner, first[0])} | {code: Binding(code.lower()) for code in officers}
        for code, binding in people.items():
            access.add(Login(code, code.title(), hashed, made_by="demo"), [binding])
    finally:
        access.close()
