"""An association as its people use it: days, officers, members, money, by the commands of the desk."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from juru.association.desk.desk import Desk, init
from juru.association.desk.documents import FOLDER
from juru.association.domain import affairs as a
from juru.association.domain import commands as c
from juru.association.domain import facts as f
from juru.association.domain.affairs import Subject, Way
from juru.association.domain.boards import Body, Title
from juru.association.domain.dues import DuesPolicy
from juru.association.domain.membership import Standing, standing
from juru.association.domain.refusals import Refusal, told
from juru.association.domain.split import Share
from juru.association.store.audit import AssociationFindings, audit
from juru.association.store.book import DATABASE, Book
from juru.association.store.rows import milliseconds
from juru.books.sqlite import SqliteEngine

SHARES = (Share("national", 3_000), Share("branch", 7_000))
DUES = DuesPolicy(annual_idr=500_000)
TREASURER, SECRETARY, CHAIR, KEEPER = "bendahara", "sekretaris", "ketua", "panitia"


def day(text: str) -> date:
    return date.fromisoformat(text)


class Town:
    """An association in a directory; ``on`` is today, and each command comes an instant after the one before."""

    def __init__(self, path: Path, today: str = "2026-01-05") -> None:
        self.path = path
        self.today = day(today)
        self.by = KEEPER
        self._ticks = itertools.count()
        if (path / DATABASE).exists():
            self.desk = Desk(Book(path))
        else:
            self.desk = init(path, name="Asosiasi Server Pulsa Indonesia", now=self.now(), by=KEEPER)

    def now(self) -> datetime:
        tick = next(self._ticks)
        start = datetime(self.today.year, self.today.month, self.today.day, 3, tzinfo=UTC)
        return start.replace(minute=tick // 60 % 60, second=tick % 60)

    def on(self, today: str, by: str | None = None) -> Town:
        self.today = day(today)
        self.by = self.by if by is None else by
        return self

    def do(self, command: c.AnyCommand, *, request: str | None = None) -> c.Done:
        result = self.ask(command, request=request)
        assert isinstance(result, c.Done), told(result, "en")
        return result

    def ask(self, command: c.AnyCommand, *, request: str | None = None) -> c.Done | Refusal:
        return self.desk.do(
            command, now=self.now(), by=self.by, request=request or f"r{self.today}-{next(self._ticks)}"
        )

    def refused(self, command: c.AnyCommand) -> str:
        result = self.ask(command)
        assert isinstance(result, Refusal), result
        assert told(result, "id")
        assert told(result, "en")
        return result.code.value

    def dues(self, policy: DuesPolicy = DUES, member_class: str = "server") -> None:
        self.do(c.SetDues(member_class=member_class, fact=a.DuesSet(on=self.today, policy=policy, shares=SHARES)))

    def fact(self, member: str, fact: f.MemberFact) -> c.Done:
        """Record a fact; by the letter it is known from, where the test has nothing to say of that."""
        fact = fact if fact.source else msgspec.structs.replace(fact, source="surat")
        return self.do(c.Record(member=member, fact=fact))

    def own(self, member: str, fact: f.MemberFact, by: str) -> c.Done | Refusal:
        """What the representative of a member is answered who records a fact about it."""
        request = f"own-{self.today}-{next(self._ticks)}"
        return self.desk.do(c.Record(member=member, fact=fact), now=self.now(), by=by, request=request, member=member)

    def verified(self, name: str, branch: str = "JTM", province: str = "35") -> str:
        """A new member, complete and verified today."""
        number = self.do(c.NewMember(name=name, branch=branch, province=province)).id
        self.fact(number, f.Complete(on=self.today))
        self.fact(number, f.Verified(on=self.today, decision="K-1"))
        return number

    def active(self, name: str, branch: str = "JTM", province: str = "35") -> str:
        """A new member whose first dues are paid today."""
        number = self.verified(name, branch, province)
        self.pay(number)
        return number

    def pay(self, member: str) -> str:
        """Invoice and pay what the member's state asks for; the invoice's number."""
        invoice = self.do(c.IssueInvoice(member=member))
        ref = f"BCA-{invoice.id}"
        self.do(c.TakePayment(way=Way.BANK, amount_idr=int(invoice.note), ref=ref, text=invoice.id))
        return invoice.id

    def decree(self, body: str = "NAS", revokes: str | None = None) -> str:
        command = c.IssueDecree(body=body, decree_kind="keputusan", text="-", signers=(CHAIR,), revokes=revokes)
        return self.do(command).id

    def seat(self, person: str, firm: str, title: Title, body: Body = Body.NATIONAL, unit: str = "NAS") -> None:
        decree = self.decree()
        until = self.today.replace(year=self.today.year + 4)
        fact = a.Appointed(on=self.today, firm=firm, body=body, unit=unit, title=title, until=until, decree=decree)
        self.do(c.Appoint(person=person, fact=fact))

    def standing(self, member: str, on: str | None = None, known: datetime | None = None) -> Standing:
        as_of = self.today if on is None else day(on)
        with self.desk.book.reading() as reads:
            known_ms = None if known is None else milliseconds(known)
            facts = [one.fact for one in reads.facts(Subject.MEMBER, member, as_of, known_ms)]
            policies = reads.policies(known_ms)
        return standing(policies, msgspec.convert(facts, list[f.MemberFact], from_attributes=True), as_of)

    def state(self, member: str, on: str | None = None) -> str:
        return self.standing(member, on).state.value

    def nets(self) -> dict[str, int]:
        with self.desk.book.reading() as reads:
            return {name: net for name, net in reads.nets_idr().items() if net}

    def audited(self) -> AssociationFindings:
        engine = SqliteEngine(self.path / DATABASE, read_only=True)
        try:
            return audit(engine, documents=self.path / FOLDER)
        finally:
            engine.close()

    def close(self) -> None:
        self.desk.book.close()
