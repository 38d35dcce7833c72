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
from tests.support.association import Town, day

BRANCHES = ("JTM", "JBR", "BAL", "NAS")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["invoice", "pay", "short", "over", "unnamed", "move", "reverse", "write_off", "later"]),
        st.integers(0, 1),
        st.integers(0, 3),
    ),
    min_size=3,
    max_size=18,
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
