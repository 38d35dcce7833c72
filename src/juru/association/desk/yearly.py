"""The yearly run: every renewal that is due for a year, told beforehand, then issued part by part.

The book alone says what is left to do: a part judges each member again inside its own commit. So a run that was
stopped anywhere, or started twice at once, issues nothing twice and leaves nothing out; it is simply run again.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime

import msgspec

from juru.association.desk.desk import Desk
from juru.association.desk.invoices import class_of, table_of
from juru.association.desk.register import row_of, statutes
from juru.association.desk.renewals import Part, lines_of
from juru.association.domain import affairs as a
from juru.association.domain.commands import IssueRenewals
from juru.association.domain.dues import Period
from juru.association.domain.refusals import Refusal
from juru.association.domain.renewals import LeftOut, to_renew
from juru.association.store.jobs import Jobs, JobState
from juru.association.store.reads import Reads
from juru.association.store.rows import milliseconds

AT_ONCE = 200
"""Invoices of one commit: others wait for the book no longer than a part takes."""
JOB = "dues_run"
_YEARS_BEFORE = 3
"""How early an invoice of the year may have been issued, for the forecast; the run itself looks at all."""


class Ready(msgspec.Struct, frozen=True):
    """A member whose renewal is due."""

    member: str
    branch: str
    total_idr: int


class Forecast(msgspec.Struct):
    """What a run would do; ``left_out`` counts the others by the first reason that applies."""

    year: int
    on: date
    ready: list[Ready] = []
    left_out: dict[LeftOut, int] = {}

    @property
    def total_idr(self) -> int:
        """What all the invoices ask for together."""
        return sum(one.total_idr for one in self.ready)

    def by_branch(self) -> dict[str, tuple[int, int]]:
        """How many invoices for how much, by branch."""
        count, sums = Counter[str](), Counter[str]()
        for one in self.ready:
            count[one.branch] += 1
            sums[one.branch] += one.total_idr
        return {branch: (count[branch], sums[branch]) for branch in sorted(count)}


def forecast(reads: Reads, *, year: int, on: date) -> Forecast:
    """What a run on a day would issue, in one sweep over the members."""
    by = statutes(reads)
    tables: dict[str, a.DuesSet | None] = {}
    periods = _invoiced(reads, year)
    left_out: Counter[LeftOut] = Counter()
    found = Forecast(year, on, [])
    for member, facts in reads.members(on):
        member_class = class_of(facts)
        if member_class not in tables:
            tables[member_class] = table_of(reads, member_class, on)
        table = tables[member_class]
        due = to_renew(by.policies, None if table is None else table.policy, facts, on=on, year=year)
        if isinstance(due, LeftOut):
            left_out[due] += 1
        elif due.period is not None and any(_meet(due.period, period) for period in periods[member]):
            left_out[LeftOut.INVOICED] += 1
        else:
            total_idr = sum(line.amount_idr for line in lines_of(due))
            found.ready.append(Ready(member, row_of(by, member, facts, on).branch, total_idr))
    found.left_out = {why: left_out[why] for why in LeftOut if left_out[why]}
    return found


def _invoiced(reads: Reads, year: int) -> defaultdict[str, list[Period]]:
    """The periods that stand on invoices not written off, by member."""
    first, last = year - _YEARS_BEFORE, year + 1
    waived = {one.subject_id for one in reads.of_years("written_off", first, last) if one.reversed_by is None}
    periods: defaultdict[str, list[Period]] = defaultdict(list)
    for one in reads.of_years("issued", first, last):
        if isinstance(one.fact, a.Issued) and one.reversed_by is None and one.subject_id not in waived:
            period = one.fact.period
            if period is not None:
                periods[one.fact.member].append(period)
    return periods


def _meet(one: Period, other: Period) -> bool:
    return one.since < other.until and other.since < one.until


def run(
    desk: Desk,
    found: Forecast,
    *,
    by: str,
    run_id: str,
    clock: Callable[[], datetime],
    progress: Callable[[int, int], None],
) -> Part | Refusal:
    """Issue what a forecast has found, part by part; ``progress`` is told how many of how many are judged.

    ``run_id`` makes the requests' ids: a part that was carried out under it is answered and not done again. A refusal
    ends the run; what was issued before stands, and the run may be started again.
    """
    whole = Part()
    members = [one.member for one in found.ready]
    for start in range(0, len(members), AT_ONCE):
        part = tuple(members[start : start + AT_ONCE])
        command = IssueRenewals(year=found.year, members=part, on=found.on)
        done = desk.do(command, now=clock(), by=by, request=f"{run_id}:{_digest(part)}")
        if isinstance(done, Refusal):
            return done
        came = msgspec.json.decode(done.note, type=Part)
        whole.issued += came.issued
        whole.total_idr += came.total_idr
        whole.left_out += came.left_out
        progress(start + len(part), len(members))
    return whole


def _digest(members: tuple[str, ...]) -> str:
    """What tells a part from another of the same run: after a stop the parts are cut elsewhere."""
    return hashlib.sha256(",".join(members).encode()).hexdigest()[:16]


def run_as_job(
    desk: Desk,
    found: Forecast,
    *,
    by: str,
    run_id: str,
    clock: Callable[[], datetime],
    progress: Callable[[int, int], None] = lambda _done, _whole: None,
    begun: Callable[[int], None] = lambda _job: None,
) -> Part | Refusal:
    """The same, noted among the jobs, where its progress and its end can be found from anywhere.

    ``begun`` is told the job's number as soon as there is one.
    """
    jobs = Jobs(desk.book.directory)
    now_ms = milliseconds(clock())
    number = jobs.begin(JOB, f"{found.year} {found.on}", by=by, whole=len(found.ready), now_ms=now_ms)
    begun(number)

    def told(done: int, whole: int) -> None:
        jobs.step(number, done=done, whole=whole, now_ms=milliseconds(clock()))
        progress(done, whole)

    try:
        came = run(desk, found, by=by, run_id=run_id, clock=clock, progress=told)
    except BaseException as error:
        jobs.end(number, JobState.FAILED, f"{type(error).__name__}: {error}"[:200], now_ms=milliseconds(clock()))
        raise
    if isinstance(came, Refusal):
        jobs.end(number, JobState.FAILED, came.code.value, now_ms=milliseconds(clock()))
    else:
        jobs.end(number, JobState.DONE, f"{came.issued} {came.total_idr}", now_ms=milliseconds(clock()))
    return came
