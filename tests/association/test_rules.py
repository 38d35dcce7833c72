"""Properties of the association's rules: entry order is nothing, parts add up to the whole, nothing is paid twice."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from juru.association.domain import people
from juru.association.domain.dues import Period, prorated
from juru.association.domain.facts import MemberFact, Paid
from juru.association.domain.facts import known as ordered
from juru.association.domain.matching import Invoice, Payment, match
from juru.association.domain.membership import State, parts, standing, turns
from juru.association.domain.policy import Policies, Policy
from juru.association.domain.split import BASIS_POINTS, Share, branch_move, split

DAYS = st.dates(date(2026, 1, 1), date(2029, 12, 31))
PLAIN = (
    *("applied", "complete", "recommended", "verified", "rejected", "withdrawn", "charged", "warned", "lifted"),
    *("expelled", "appealed", "readmitted", "resignation_withdrawn", "software_ok", "owner_confirmed"),
)
PEOPLE = (
    *("override", "owner_changed", "representative_named", "server_added", "server_removed", "contact_set", "merged"),
    "heard",
)
CHANGES = st.lists(st.tuples(DAYS, st.sampled_from(sorted(Policy.__struct_fields__)), st.integers(1, 400)), max_size=4)


@st.composite
def facts(draw: st.DrawFn) -> list[MemberFact]:
    rows: list[dict[str, object]] = [{"kind": "applied", "on": "2026-01-05"}]
    for _ in range(draw(st.integers(0, 12))):
        on = draw(DAYS)
        later = (on + timedelta(days=draw(st.integers(1, 400)))).isoformat()
        row: dict[str, object] = {"on": on.isoformat()}
        match draw(
            st.sampled_from((*PLAIN, "paid", "suspended", "appeal_decided", "resigned", "software_lost", *PEOPLE))
        ):
            case "override":
                row |= {"kind": "override", "state": draw(st.sampled_from(list(State))), "until": later, "reason": "SK"}
            case "owner_changed":
                row |= {"kind": "owner_changed", "owner": draw(st.sampled_from("AB")), "how": "sale"}
            case "representative_named":
                row |= {"kind": "representative_named", "role": "voting", "person": draw(st.sampled_from("AB"))}
            case "server_added" | "server_removed" as kind:
                row |= {"kind": kind, "server": draw(st.sampled_from("xy"))}
                row |= {"name": "S"} if kind == "server_added" else {}
            case "contact_set":
                audience = draw(st.sampled_from(["members", "nobody"]))
                row |= {"kind": "contact_set", "channel": "phone", "value": "08", "audience": audience}
            case "merged" | "heard" as kind:
                row |= {"kind": kind, "into": "000009"} if kind == "merged" else {"kind": kind, "minutes": "NB"}
            case "paid":
                row |= {"kind": "paid", "from": on.isoformat(), "to": later}
            case "suspended":
                row |= {
                    "kind": "suspended",
                    "until": draw(st.sampled_from([None, later])),
                    "emergency": draw(st.booleans()),
                }
            case "appeal_decided":
                row |= {"kind": "appeal_decided", "outcome": draw(st.sampled_from(["upheld", "overturned"]))}
            case "resigned":
                row |= {"kind": "resigned", "effective": later}
            case "software_lost":
                row |= {"kind": "software_lost", "cure_until": later}
            case kind:
                row |= {"kind": kind}
        rows.append(row)
    return msgspec.convert(rows, list[MemberFact])


@given(facts(), DAYS, st.data())
def test_a_state_does_not_depend_on_the_order_of_entry(
    known: list[MemberFact], as_of: date, data: st.DataObject
) -> None:
    shuffled, changes = data.draw(st.permutations(known)), data.draw(CHANGES)
    policies, again = Policies(changes=changes), Policies(changes=data.draw(st.permutations(changes)))
    assert standing(policies, known, as_of) == standing(again, shuffled, as_of)
    assert parts(policies, known, as_of) == parts(again, shuffled, as_of)
    seen, other = ordered(known, as_of), ordered(shuffled, as_of)
    for fold in (people.representatives, people.servers, people.contacts, people.shown_to_members):
        assert fold(seen) == fold(other)


@given(facts(), DAYS, CHANGES)
def test_the_turns_of_a_standing_are_its_state_on_every_day(
    known: list[MemberFact], as_of: date, changes: list[tuple[date, str, int]]
) -> None:
    policies = Policies(changes=changes)
    found = turns(policies, known, as_of)
    days = {turn.on + timedelta(days=off) for turn in found for off in (-1, 0, 1)} | {as_of}
    for day in sorted(day for day in days if found[0].on <= day <= as_of) if found else ():
        assert [turn.standing for turn in found if turn.on <= day][-1] == standing(policies, known, day)


@given(facts(), DAYS, CHANGES)
def test_a_number_that_changes_later_moves_no_clock_that_began(
    known: list[MemberFact], as_of: date, changes: list[tuple[date, str, int]]
) -> None:
    begun = max([fact.on for fact in known], default=as_of)
    ends = [paid.until for paid in known if isinstance(paid, Paid)]
    after = max(begun, *ends, as_of) + timedelta(days=1)
    later = [(max(day, after), key, value) for day, key, value in changes]
    assert standing(Policies(), known, as_of + timedelta(days=900)) == standing(
        Policies(changes=later), known, as_of + timedelta(days=900)
    )


@given(facts(), DAYS)
def test_what_is_later_changes_nothing_today(known: list[MemberFact], as_of: date) -> None:
    policy = Policies()
    until_today = [fact for fact in known if fact.on <= as_of]
    assert standing(policy, known, as_of) == standing(policy, until_today, as_of)


@given(facts(), DAYS)
def test_a_fact_recorded_twice_counts_once(known: list[MemberFact], as_of: date) -> None:
    policy = Policies()
    assert standing(policy, known, as_of) == standing(policy, [*known, *known], as_of)


@given(st.integers(0, 10**9), st.integers(2024, 2101), st.lists(st.integers(0, 366), max_size=6))
def test_a_year_cut_anywhere_adds_up_to_the_year(annual_idr: int, year: int, cuts: list[int]) -> None:
    first, end = date(year, 1, 1), date(year + 1, 1, 1)
    days = [first, *sorted(min(first + timedelta(days=cut), end) for cut in cuts), end]
    assert sum(prorated(annual_idr, a, b) for a, b in pairwise(days)) == annual_idr


@given(st.integers(0, 10**12), st.lists(st.integers(0, 1000), min_size=1, max_size=6))
def test_shares_always_sum_to_the_dues(amount_idr: int, weights: list[int]) -> None:
    bps = [weight * 1 for weight in weights]
    bps[0] += BASIS_POINTS - sum(bps)
    split_up = split(amount_idr, [Share(str(i), bp) for i, bp in enumerate(bps)])
    assert sum(part.amount_idr for part in split_up) == amount_idr
    for part, bp in zip(split_up, bps, strict=True):
        assert abs(part.amount_idr * BASIS_POINTS - amount_idr * bp) < BASIS_POINTS


@given(st.integers(0, 10**9), st.integers(1, 400), st.lists(st.integers(0, 400), max_size=4))
def test_a_member_who_moves_about_leaves_the_whole_share(share_idr: int, days: int, moves: list[int]) -> None:
    period = Period(date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=days))
    moved = sorted(period.since + timedelta(days=min(move, days)) for move in moves)
    branches = [f"B{i}" for i in range(len(moved) + 1)]
    earned, handed = branch_move(share_idr, period, branches, moved)
    assert sum(part.amount_idr for part in earned) == share_idr
    held = dict.fromkeys(branches, 0) | {branches[0]: share_idr}
    for part in handed:
        held[part.giver] -= part.amount_idr
        held[part.taker] += part.amount_idr
    assert held == {part.branch: part.amount_idr for part in earned}


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 600_000), st.integers(0, 60), st.integers(0, 99)), max_size=5),
    st.lists(st.tuples(st.integers(0, 6), st.integers(1, 900_000), st.integers(0, 90), st.booleans()), max_size=8),
)
def test_every_rupiah_is_paid_or_credit_or_with_a_person(
    asked: list[tuple[int, int, int, int]], came: list[tuple[int, int, int, bool]]
) -> None:
    start = date(2026, 1, 1)
    invoices = [
        Invoice(
            f"INV-2026-{n:05d}", f"M{member}", idr, start + timedelta(days=day), start + timedelta(days=day + 30), code
        )
        for n, (member, idr, day, code) in enumerate(asked)
    ]
    payments = [
        Payment(f"b{n % 6}", start + timedelta(days=day), idr, f"inv 2026 {which:05d}" if named else "setoran")
        for n, (which, idr, day, named) in enumerate(came)
    ]
    done = match(invoices, payments)
    first: dict[str, Payment] = {}
    for payment in sorted(payments, key=lambda p: p.value_on):
        first.setdefault(payment.bank_ref, payment)
    taken_idr = sum(p.amount_idr for ref, p in first.items() if ref not in done.unmatched)
    paid_idr = sum(a.amount_idr for a in done.allocations)
    assert paid_idr + sum(done.credit_idr.values()) == taken_idr
    for invoice in invoices:
        allocated = sum(a.amount_idr for a in done.allocations if a.invoice == invoice.number)
        state = done.invoices[invoice.number]
        assert allocated + state.outstanding_idr == invoice.total_idr
        assert (state.paid_on is not None) is (state.outstanding_idr == 0)
