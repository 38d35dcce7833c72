"""A seeded association of many members over many years, made of the facts and postings that the desk makes.

Every member applies, is verified, pays its first dues by the day and its renewals; some lapse, move, resign. Hundreds
of members share a commit, which is the only thing that no desk does; the audit of the book must be clean.
"""

from __future__ import annotations

import hashlib
import random
import shutil
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from juru.association.desk.desk import init
from juru.association.domain import affairs as a
from juru.association.domain import commands as c
from juru.association.domain import facts as f
from juru.association.domain.affairs import Subject, Way
from juru.association.domain.boards import Body, Title
from juru.association.domain.branches import SEED
from juru.association.domain.dues import DuesPolicy, Line, LineKind, Period, first_invoice
from juru.association.domain.split import Part, Share, split
from juru.association.store.book import Entry, Writing
from juru.association.store.rows import milliseconds

FIRST_YEAR = 2011
PER_COMMIT = 500
SHARES = (Share("national", 3_000), Share("branch", 7_000))
DUES = DuesPolicy(annual_idr=500_000)
_BY = "bench"


class Town:
    """What the builder remembers of the book while it writes it."""

    def __init__(self, path: Path, members: int, seed: int = 1) -> None:
        shutil.rmtree(path, ignore_errors=True)
        self.path = path
        self.members = [f"{number:06d}" for number in range(1, members + 1)]
        self.chance = random.Random(seed)
        self.branch = {member: self.chance.choice(SEED).code for member in self.members}
        self.gone: set[str] = set()
        self.numbers: Counter[str] = Counter()
        self.desk = init(path, name="Asosiasi Contoh", now=self.at(date(FIRST_YEAR - 1, 12, 1)), by=_BY)

    def at(self, day: date) -> datetime:
        """Noon of a day."""
        return datetime(day.year, day.month, day.day, 5, tzinfo=UTC)

    def newcomers(self, wanted: int) -> list[str]:
        """New numbers, so that as many stay members as there were."""
        first = len(self.members) + 1
        new = [f"{number:06d}" for number in range(first, first + wanted - len(self.members) + len(self.gone))]
        self.members += new
        self.branch |= {member: self.chance.choice(SEED).code for member in new}
        return new

    def number(self, series: str, day: date) -> str:
        """The next number of a year's series."""
        self.numbers[f"{series}{day.year}"] += 1
        return f"{series}-{day.year}-{self.numbers[f'{series}{day.year}']:05d}"


def build(path: Path, members: int, years: int) -> Town:
    """The book; its last year is paid by those who stayed, the next is not invoiced yet."""
    town = Town(path, members)
    begin = date(FIRST_YEAR - 1, 12, 1)
    with town.desk.book.writing(milliseconds(town.at(begin)), "tables") as writing:
        table = a.DuesSet(on=begin, policy=DUES, shares=SHARES)
        writing.fact(Subject.DUES, "server", table)
        head = a.LetterheadSet(on=begin, name="Asosiasi Contoh", site="https://aspi.example", account="BCA 123")
        writing.fact(Subject.ASSOCIATION, "Asosiasi Contoh", head)
    for start in range(0, members, PER_COMMIT):
        part = town.members[start : start + PER_COMMIT]
        day = date(FIRST_YEAR, 1, 3) + timedelta(days=330 * start // members)
        with town.desk.book.writing(milliseconds(town.at(day)), f"join-{start}") as writing:
            for member in part:
                _join(town, writing, member, day)
    for year in range(FIRST_YEAR + 1, FIRST_YEAR + years):
        for start in range(0, len(town.members), PER_COMMIT):
            part = [member for member in town.members[start : start + PER_COMMIT] if member not in town.gone]
            with town.desk.book.writing(milliseconds(town.at(date(year - 1, 12, 10))), f"{year}-{start}") as writing:
                for member in part:
                    _renew(town, writing, member, year)
        day = date(year, 2, 1)
        with town.desk.book.writing(milliseconds(town.at(day)), f"newcomers-{year}") as writing:
            for member in town.newcomers(members):
                _join(town, writing, member, day)
    _seat(town, date(FIRST_YEAR + years - 1, 3, 1))
    return town


def _seat(town: Town, day: date) -> None:
    """A national secretary and a treasurer, so that officers' pages can be asked for."""
    firm = town.members[-1]
    for title in (Title.SECRETARY, Title.TREASURER):
        decree = c.IssueDecree(body="NAS", decree_kind="bench", text="-", signers=(_BY,))
        number = _done(town, decree, day)
        term = a.Appointed(
            on=day,
            firm=firm,
            body=Body.NATIONAL,
            unit="NAS",
            title=title,
            until=day.replace(year=day.year + 4),
            decree=number,
        )
        _done(town, c.Appoint(person=title.value, fact=term), day)


def _done(town: Town, command: c.AnyCommand, day: date) -> str:
    request = hashlib.sha256(repr(command).encode()).hexdigest()
    # Whoever keeps the book seats the first officer, who seats the other.
    result = town.desk.do(command, now=town.at(day), by=Title.SECRETARY.value, request=request)
    assert isinstance(result, c.Done), result
    return result.id


def _join(town: Town, writing: Writing, member: str, day: date) -> None:
    name = f"PT Contoh {town.chance.choice(('Maju', 'Jaya', 'Sinar', 'Prima'))} {member}"
    told: tuple[f.MemberFact, ...] = (
        f.Registered(on=day, by=_BY, name=name, licence=f"91200{member}", province="35"),
        f.Applied(on=day, by=_BY, branch=town.branch[member]),
        f.RepresentativeNamed(on=day, by=_BY, role=f.Role.DUES, person=f"Wakil {member}", phone="+6281234567890"),
        f.RepresentativeNamed(on=day, by=_BY, role=f.Role.VOTING, person=f"Wakil {member}"),
        f.Complete(on=day, by=_BY),
        f.Verified(on=day, by=_BY, decision=f"K-{member}"),
    )
    for fact in told:
        writing.fact(Subject.MEMBER, member, fact)
    _pay(town, writing, member, first_invoice(DUES, day).lines, day, due_on=day + timedelta(days=30))


def _renew(town: Town, writing: Writing, member: str, year: int) -> None:
    """Pay the year, or not: two in a hundred lapse for ever, one resigns, two move."""
    drawn, day = town.chance.random(), date(year - 1, 12, 10)
    if drawn < 0.02:
        town.gone.add(member)
        return
    if drawn < 0.03:
        writing.fact(Subject.MEMBER, member, f.Resigned(on=day, by=_BY, effective=date(year, 1, 1)))
        town.gone.add(member)
        return
    if drawn < 0.05:
        town.branch[member] = town.chance.choice(SEED).code
        writing.fact(
            Subject.MEMBER, member, f.Moved(on=date(year, 1, 1) - timedelta(days=1), by=_BY, to=town.branch[member])
        )
    period = Period(date(year, 1, 1), date(year + 1, 1, 1))
    lines = (Line(LineKind.DUES, DUES.annual_idr, period),)
    _pay(town, writing, member, lines, day, due_on=date(year - 1, 12, 31))


def _pay(town: Town, writing: Writing, member: str, lines: tuple[Line, ...], day: date, *, due_on: date) -> None:
    """An invoice, the bank row that pays it, what follows from it, as the desk posts them."""
    invoice, receipt = town.number("INV", day), town.number("KW", day)
    amount_idr = sum(line.amount_idr for line in lines)
    branch, ref = town.branch[member], f"BCA-{invoice}"
    owed, credit = f"member:{member}", f"credit:{member}"
    issued = a.Issued(
        on=day,
        by=_BY,
        member=member,
        lines=lines,
        due_on=due_on,
        branch=branch,
        shares=SHARES,
        transfer=writing.transfer("invoice", [Entry(owed, "invoiced", amount_idr)], invoice),
    )
    writing.fact(Subject.INVOICE, invoice, issued)
    transfer = writing.transfer("payment", [Entry("bank", credit, amount_idr)], ref)
    received = a.Received(
        on=day,
        by=_BY,
        way=Way.BANK,
        account="bank",
        amount_idr=amount_idr,
        member=member,
        text=invoice,
        receipt=receipt,
        transfer=transfer,
    )
    writing.fact(Subject.PAYMENT, ref, received)
    transfer = writing.transfer("allocation", [Entry(credit, owed, amount_idr)], f"{ref} {invoice}")
    writing.fact(
        Subject.INVOICE, invoice, a.Allocated(on=day, by=_BY, payment=ref, amount_idr=amount_idr, transfer=transfer)
    )
    given = {"national": "national:dues", "branch": f"branch:{branch}"}
    parts = tuple(
        sorted((Part(given[part.to], part.amount_idr) for part in split(amount_idr, SHARES)), key=lambda part: part.to)
    )
    transfer = writing.transfer("dues_share", [Entry("invoiced", part.to, part.amount_idr) for part in parts], invoice)
    shared = a.Shared(on=day, by=_BY, parts=parts, received_idr=amount_idr, transfer=transfer)
    writing.fact(Subject.INVOICE, invoice, shared)
    since, until = lines[0].period, lines[-1].period
    assert since is not None
    assert until is not None
    paid = f.Paid(on=day, by=_BY, since=since.since, until=until.until, invoice=invoice)
    writing.fact(Subject.MEMBER, member, paid)
