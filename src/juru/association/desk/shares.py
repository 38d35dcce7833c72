"""The branch's share of what was received for dues, and what a move takes along (reference/association.md 3.6)."""

from __future__ import annotations

from collections import Counter
from datetime import date

from juru.association.desk.acting import Act, chosen_branch, of
from juru.association.domain import affairs as a
from juru.association.domain import facts as f
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import NATIONAL
from juru.association.domain.branches import home
from juru.association.domain.dues import LineKind
from juru.association.domain.split import Part, branch_move, split
from juru.association.store.book import Entry
from juru.association.store.rows import Recorded

_BRANCH = "branch"
_DUES, _FEES, _ROUNDING = "national:dues", "national:fees", "national:rounding"


def account_of(branch: str) -> str:
    """Where a branch's share stands; of members who belong to none it is national's."""
    return _DUES if branch == NATIONAL else f"branch:{branch}"


def share(act: Act, number: str, issued: a.Issued, received_idr: int, on: date) -> None:
    """Share what was received on an invoice: dues by the table of its day, fees and rounding to national."""
    parts: Counter[str] = Counter()
    asked = Counter({kind: sum(x.amount_idr for x in issued.lines if x.kind is kind) for kind in LineKind})
    whole = received_idr == issued.total_idr
    dues_idr = asked[LineKind.DUES] if whole else min(received_idr, asked[LineKind.DUES])
    for part in split(dues_idr, issued.shares):
        if part.to == _BRANCH:
            parts.update(_by_branch(act, issued, part.amount_idr, on))
        else:
            parts[_DUES] += part.amount_idr
    parts[_ROUNDING] += asked[LineKind.ROUNDING] if whole else 0
    parts[_FEES] += received_idr - sum(parts.values())
    given = [Part(to, amount_idr) for to, amount_idr in sorted(parts.items()) if amount_idr]
    transfer = act.writing.transfer("dues_share", [_entry(part) for part in given], number)
    fact = a.Shared(on=on, parts=tuple(given), received_idr=received_idr, transfer=transfer)
    act.add(Subject.INVOICE, number, fact)


def _entry(part: Part) -> Entry:
    """Rounding downwards takes back what was invoiced for the others."""
    if part.amount_idr < 0:
        return Entry(part.to, "invoiced", -part.amount_idr)
    return Entry("invoiced", part.to, part.amount_idr)


def _by_branch(act: Act, issued: a.Issued, share_idr: int, on: date) -> Counter[str]:
    """The branches' share cut at the moves that were made before it was received."""
    found = act.member(issued.member)
    period = issued.period
    assert period is not None, issued
    moves = [moved for moved in of(found, f.Moved) if period.since < moved.on <= on and moved.on < period.until]
    branches = [chosen_branch(found, period.since), *(moved.to for moved in moves)]
    earned, _ = branch_move(share_idr, period, branches, [moved.on for moved in moves])
    parts: Counter[str] = Counter()
    for one in earned:
        parts[account_of(home(act.branches, one.branch, on)[0])] += one.amount_idr
    return parts


def hand_over(act: Act, member: str, found: list[Recorded], moved: f.Moved) -> None:
    """Hand the branch's share of the days from the move on to the new branch, for every period that was shared.

    It lies with the branch that the old one had become when the share was received; a branch that ended since keeps it
    until its members move.
    """
    old, taker = chosen_branch(found, moved.on), account_of(moved.to)
    chosen_on = max(one.on for one in (*of(found, f.Applied), *of(found, f.Moved)) if one.on <= moved.on)
    for paid in of(found, f.Paid):
        facts = [one.fact for one in act.reads.facts(Subject.INVOICE, paid.invoice)] if paid.invoice else []
        issued = next((fact for fact in facts if isinstance(fact, a.Issued)), None)
        period = None if issued is None else issued.period
        if issued is None or period is None or moved.on >= period.until:
            continue
        shared_on = max((fact.on for fact in facts if isinstance(fact, a.Shared)), default=chosen_on)
        giver = account_of(home(act.branches, old, max(shared_on, chosen_on))[0])
        shared_idr = _shared_with_branches(issued, facts)
        start = max(moved.on, period.since)
        kept_idr = shared_idr * (start - period.since).days // period.days
        amount_idr = shared_idr - kept_idr
        if amount_idr and giver != taker:
            memo = f"{paid.invoice} {member}"
            transfer = act.writing.transfer("share_moved", [Entry(giver, taker, amount_idr)], memo)
            fact = a.ShareMoved(on=moved.on, giver=giver, taker=taker, amount_idr=amount_idr, transfer=transfer)
            act.add(Subject.INVOICE, paid.invoice, fact)


def _shared_with_branches(issued: a.Issued, facts: list[f.Fact]) -> int:
    """The whole of the branches' share of an invoice's dues, whichever branches hold it now."""
    if not any(isinstance(fact, a.Shared) for fact in facts):
        return 0
    dues_idr = sum(line.amount_idr for line in issued.lines if line.kind is LineKind.DUES)
    return sum(part.amount_idr for part in split(dues_idr, issued.shares) if part.to == _BRANCH)
