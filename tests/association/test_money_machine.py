"""Whatever is invoiced, paid, moved, reversed and waived, in any order: shares are the dues, and the audit agrees."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from juru.association.domain import affairs as a
from juru.association.domain import commands as c
from juru.association.domain import facts as f
from juru.association.domain.affairs import Way
from juru.association.domain.dues import DuesPolicy
from juru.association.domain.refusals import Refusal
from juru.association.domain.split import Share
from juru.association.domain.treasury import AccountSet, RowAs
from tests.support.association import Town, day

BRANCHES = ("JTM", "JBR", "BAL", "NAS")
ACCOUNTS = (("PUSAT", "NAS"), ("SBY", "JTM"))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("invoice", "pay", "short", "over", "unnamed", "move", "reverse", "write_off", "later"),
                *("row", "row", "out", "refund", "settle", "name", "unname", "assign", "cancel", "decline"),
            ]
        ),
        st.integers(0, 1),
        st.integers(0, 3),
    ),
    min_size=3,
    max_size=24,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    STEPS, st.integers(0, 10_000), st.integers(1, 999_999), st.sampled_from([1, 1_000]), st.sampled_from([0, 75_001])
)
def test_money_and_facts_agree_whatever_happens(
    steps: list[tuple[str, int, int]], national_bp: int, annual_idr: int, unit_idr: int, fee_idr: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        town = Town(Path(folder) / "aspi", "2026-03-10")
        policy = DuesPolicy(annual_idr=annual_idr, round_to_idr=unit_idr, entry_fee_idr=fee_idr)
        shares = (Share("national", national_bp), Share("branch", 10_000 - national_bp))
        town.do(c.SetDues(member_class="server", fact=a.DuesSet(on=town.today, policy=policy, shares=shares)))
        for code, unit in ACCOUNTS:
            fact = AccountSet(on=town.today, unit=unit, bank="BCA", profile="generic")
            town.do(c.SetAccount(code=code, fact=fact))
        decree = town.decree()
        members = [town.verified("A"), town.verified("B", "JBR", "32")]
        invoices: list[list[tuple[str, int]]] = [[], []]
        refs: list[str] = []
        for number, (what, which, choice) in enumerate(steps):
            member, mine = members[which], invoices[which]
            asked = mine[choice % len(mine)] if mine else ("INV-2026-00009", 1_000)
            ref = f"B-{number}"
            match what:
                case "invoice":
                    done = town.ask(c.IssueInvoice(member=member))
                    if isinstance(done, c.Done):
                        mine.append((done.id, int(done.note)))
                case "later":
                    days = (21, 120, 200, 365)[choice]
                    town.today = min(day("2031-01-01"), town.today.fromordinal(town.today.toordinal() + days))
                case "move":
                    town.ask(c.Record(member=member, fact=f.Moved(on=town.today, to=BRANCHES[choice], source="surat")))
                case "reverse":
                    if refs:
                        town.ask(c.ReversePayment(ref=refs[choice % len(refs)], reason="wrong"))
                case "write_off":
                    town.ask(c.WriteOff(invoice=asked[0], decree=decree))
                case "cancel":
                    town.ask(c.CancelInvoice(invoice=asked[0], reason="wrong"))
                case "row" | "out" | "refund" | "settle" | "name" | "unname" | "assign" | "decline":
                    purse(town, what, member, asked, refs, ref, choice)
                case _:
                    more = {"short": -1, "over": 40_000}.get(what, 0)
                    text = "" if what == "unnamed" else asked[0]
                    payment = c.TakePayment(way=Way.BANK, amount_idr=max(1, asked[1] + more), ref=ref, text=text)
                    if not isinstance(town.ask(payment), Refusal):
                        refs.append(ref)
        found = town.audited()
        nets = town.nets()
        town.close()
        assert found.found == [], steps
        assert sum(nets.values()) == 0
        assert all(net >= 0 for name, net in nets.items() if name.startswith(("credit:", "branch:")))
        shared_idr, received_idr = shares_and_dues(town.path)
        assert shared_idr == received_idr
        assert sum(net for name, net in nets.items() if name.startswith(("branch:", "national:"))) == received_idr


def purse(town: Town, what: str, member: str, asked: tuple[str, int], refs: list[str], ref: str, choice: int) -> None:
    """Something that happens to the purse; what does not fit is refused and leaves no trace."""
    code = ACCOUNTS[choice % 2][0]
    last = refs[-1 - choice % len(refs)] if refs else "none"
    match what:
        case "row" | "out":
            amount_idr = (asked[1], asked[1] + 7, 5_000, 40_000)[choice] * (1 if what == "row" else -1)
            text = asked[0] if choice else ""
            done = town.ask(c.TakeRow(account=code, on=town.today, amount_idr=amount_idr, ref=ref, text=text))
            if isinstance(done, c.Done):
                refs.append(ref)
        case "refund":
            by = town.by
            refund = town.ask(c.AskRefund(member=member, amount_idr=40_000, to_account="BCA 1", reason="x"))
            town.by = "orang kedua"
            if isinstance(refund, c.Done) and choice:
                town.ask(c.ConfirmPayOut(number=refund.id))
            town.by = by
        case "settle":
            by, giver, taker = town.by, *(("PUSAT", "SBY") if choice % 2 else ("SBY", "PUSAT"))
            command = c.AskSettlement(branch="JTM", giver=giver, taker=taker, amount_idr=(5_000, 40_000)[choice // 2])
            asked_for = town.ask(command)
            town.by = "orang kedua"
            if isinstance(asked_for, c.Done):
                town.ask(c.ConfirmPayOut(number=asked_for.id))
            town.by = by
        case "name":
            named = (
                (RowAs.REFUND, f"RF-{town.today.year}-00001"),
                (RowAs.SETTLEMENT, f"ST-{town.today.year}-00001"),
                (RowAs.EXPENSE, "sewa"),
                (RowAs.RETURNED, refs[0] if refs else "none"),
            )[choice]
            town.ask(c.NameRow(ref=last, what=named[0], to=named[1], reason="x"))
        case "unname":
            town.ask(c.UnnameRow(ref=last, reason="x"))
        case "decline":
            town.ask(c.DeclinePayOut(number=f"RF-{town.today.year}-0000{1 + choice}", reason="x"))
        case _:
            town.ask(c.AssignPayment(ref=last, member=member, reason="x"))


def shares_and_dues(path: Path) -> tuple[int, int]:
    """What all parts of shares come to, and what was received on the invoices that were shared."""
    town = Town(path)
    with town.desk.book.reading() as reads:
        facts = [one.fact for one in reads.facts_of_kind(a.Subject.INVOICE)]
    town.close()
    shared = [fact for fact in facts if isinstance(fact, a.Shared)]
    parts_idr = sum(part.amount_idr for fact in shared for part in fact.parts)
    return parts_idr, sum(fact.received_idr for fact in shared)
