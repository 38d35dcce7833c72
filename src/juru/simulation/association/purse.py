"""Themes of the purse: a branch's own account, spending by heading, settlements by two persons, rows that wait."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

from juru.association.desk.accounts import position
from juru.association.domain import commands as c
from juru.association.domain.treasury import AccountSet, RowAs
from juru.simulation.association import boards
from juru.simulation.association.plan import Plan

BRANCH, ACCOUNT, HOLDER = "JTM", "SBY", "Asosiasi Jawa Timur (contoh)"
_SETTLED_MIN_IDR = 100_000
_NATIONAL = (("sewa kantor", 650_000), ("hosting dan domain", 180_000), ("rapat pengurus", 320_000))
_OF_BRANCH = (("kopdar cabang", 240_000), ("materai dan cetak", 45_000))


def opens(plan: Plan, start: date) -> None:
    """East Java opens an account of its own; from then on months bring spending and settlements."""
    fact = AccountSet(on=start, unit=BRANCH, bank="Bank Jatim", number="0011223344", holder=HOLDER, profile="generic")
    plan.do(c.SetAccount(code=ACCOUNT, fact=fact), by=boards.CHAIR)
    month = start.replace(day=28)
    while month <= plan.today:
        plan.on(month, partial(_spends, month=month))
        plan.on(month + timedelta(days=1), _settles)
        month = (month.replace(day=1) + timedelta(days=32)).replace(day=28)
    plan.on(plan.today - timedelta(days=2), _waits)
    plan.on(plan.today - timedelta(days=1), _asks)


def _spends(plan: Plan, month: date) -> None:
    """The national board's month, one of its headings at a time."""
    heading, amount_idr = _NATIONAL[month.month % len(_NATIONAL)]
    out = c.PayOut(
        amount_idr=amount_idr,
        what=RowAs.EXPENSE,
        to=heading,
        ref=f"BCA-K-{month:%y%m}",
        text=f"{heading} {month:%m/%Y}",
    )
    plan.do(out, by=boards.TREASURER)


def _row(plan: Plan, amount_idr: int, text: str) -> str:
    """A row of the branch's own statement."""
    ref = f"{ACCOUNT}/{plan.day:%Y%m%d}/{amount_idr}/{plan.done}"
    row = c.TakeRow(account=ACCOUNT, on=plan.day, amount_idr=amount_idr, ref=ref, text=text)
    plan.do(row, by=boards.treasurer_of(BRANCH))
    return ref


def _settles(plan: Plan) -> None:
    """What stands is paid to the branch, asked for by one and confirmed by another; then it spends some of it."""
    with plan.desk.book.reading() as reads:
        amount_idr = position(reads, BRANCH).standing_idr
    if amount_idr < _SETTLED_MIN_IDR:
        return
    treasurer = boards.treasurer_of(BRANCH)
    asked = c.AskSettlement(branch=BRANCH, giver="", taker=ACCOUNT, amount_idr=amount_idr, reason="hak cabang")
    number = plan.do(asked, by=treasurer).id
    plan.do(c.ConfirmPayOut(number=number), by=boards.CHAIR)
    out = c.PayOut(amount_idr=amount_idr, what=RowAs.SETTLEMENT, to=number, ref=f"BCA-S-{number}", text="hak cabang")
    plan.do(out, by=boards.TREASURER)
    came = _row(plan, amount_idr, f"DARI PUSAT {number}")
    plan.do(c.NameRow(ref=came, what=RowAs.SETTLEMENT, to=number, reason="penyelesaian bulanan"), by=treasurer)
    heading, cost_idr = plan.chance.choice(_OF_BRANCH)
    spent = _row(plan, -cost_idr, heading.upper())
    plan.do(c.NameRow(ref=spent, what=RowAs.EXPENSE, to=heading, reason="kegiatan cabang"), by=treasurer)


def _waits(plan: Plan) -> None:
    """The last days bring rows that nobody has explained yet."""
    _row(plan, 75_000, "SETORAN TUNAI")
    _row(plan, -12_500, "BIAYA ADMIN")


def _asks(plan: Plan) -> None:
    """A refund waits for its second person, where a member paid too much."""
    with plan.desk.book.reading() as reads:
        owed = {name: idr for name, idr in reads.nets_idr().items() if name.startswith("credit:") and idr > 0}
    for name in sorted(owed)[:1]:
        refund = c.AskRefund(
            member=name.partition(":")[2],
            amount_idr=owed[name],
            to_account="BCA 5550001111",
            reason="kelebihan bayar, diminta anggota",
        )
        plan.ask(refund, by=boards.TREASURER)
