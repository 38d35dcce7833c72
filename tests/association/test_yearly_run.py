"""The yearly run: who is invoiced and who is not, in parts, gapless, however often it is started or killed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from juru.association.desk import yearly
from juru.association.desk.renewals import Part
from juru.association.desk.yearly import JOB, forecast, run, run_as_job
from juru.association.domain import affairs as a
from juru.association.domain import commands as c
from juru.association.domain import facts as f
from juru.association.domain.affairs import Subject, Way
from juru.association.domain.boards import Title
from juru.association.domain.dues import Period, Renewal, RenewalKind
from juru.association.domain.policy import Policies
from juru.association.domain.refusals import Code, Refusal
from juru.association.domain.renewals import LeftOut, to_renew
from juru.association.store.jobs import SILENT_MS, Jobs, JobState
from juru.association.store.rows import milliseconds
from tests.support.association import DUES, TREASURER, Town, day

ROOT = Path(__file__).parents[2]


@pytest.fixture
def town(tmp_path: Path) -> Town:
    town = Town(tmp_path / "aspi")
    town.dues()
    return town


def foreseen(town: Town, year: int = 2027) -> yearly.Forecast:
    with town.desk.book.reading() as reads:
        return forecast(reads, year=year, on=town.today)


def issued(town: Town, year: int = 2027) -> Part:
    part = run(
        town.desk,
        foreseen(town, year),
        by=town.by,
        run_id=f"run-{town.now()}",
        clock=town.now,
        progress=lambda _done, _whole: None,
    )
    assert isinstance(part, Part), part
    return part


def invoices(town: Town) -> dict[str, a.Issued]:
    with town.desk.book.reading() as reads:
        found = reads.facts_of_kind(Subject.INVOICE)
    return {one.subject_id: one.fact for one in found if isinstance(one.fact, a.Issued)}


def sound(town: Town) -> None:
    """The audit finds nothing, and no member has two invoices for the year 2027."""
    counted = Counter(i.member for i in invoices(town).values() if i.lines[0].period == PERIOD)
    assert set(counted.values()) <= {1}
    assert town.audited().found == []


PERIOD = msgspec.convert({"from": "2027-01-01", "to": "2028-01-01"}, Period)


# ------------------------------------------------------------------ the rule


def joined(*more: f.MemberFact, until: str = "2027-01-01") -> list[f.MemberFact]:
    return [
        f.Applied(on=day("2025-01-01")),
        f.Complete(on=day("2025-01-02")),
        f.Verified(on=day("2025-01-03")),
        f.Paid(on=day("2025-01-05"), since=day("2025-01-03"), until=day(until)),
        *more,
    ]


@pytest.mark.parametrize(
    ("facts", "on", "found"),
    [
        (joined(), "2026-10-31", LeftOut.NOT_YET),
        (joined(), "2026-11-01", RenewalKind.EARLY),
        (joined(), "2027-01-01", RenewalKind.IN_GRACE),
        (joined(), "2027-01-30", RenewalKind.IN_GRACE),
        (joined(), "2027-01-31", LeftOut.LAPSED),
        (joined(until="2028-01-01"), "2026-11-01", LeftOut.OTHER_YEAR),
        (joined(until="2026-06-01"), "2026-11-01", LeftOut.LAPSED),
        (joined()[:3], "2025-01-10", LeftOut.NO_MEMBER),
        ([], "2026-11-01", LeftOut.NO_MEMBER),
        (joined(f.Suspended(on=day("2026-10-01"), reason="x")), "2026-11-01", RenewalKind.EARLY),
        (joined(f.Resigned(on=day("2026-10-01"), effective=day("2026-12-31"))), "2026-11-01", LeftOut.LEAVING),
        (joined(f.Resigned(on=day("2026-10-01"), effective=day("2027-02-01"))), "2026-11-01", RenewalKind.EARLY),
        (joined(f.Expelled(on=day("2026-10-15"), reason="x")), "2026-11-01", LeftOut.LEAVING),
    ],
)
def test_a_member_is_invoiced_who_is_one_and_will_be_one(
    facts: list[f.MemberFact], on: str, found: RenewalKind | LeftOut
) -> None:
    due = to_renew(Policies(), DUES, facts, on=day(on), year=2027)
    assert (due.kind if isinstance(due, Renewal) else due) == found


def test_without_a_dues_table_nobody_is_invoiced() -> None:
    assert to_renew(Policies(), None, joined(), on=day("2026-11-01"), year=2027) is LeftOut.NO_DUES_TABLE


# ------------------------------------------------------------------ the run


def test_a_run_issues_what_it_foretold_and_a_second_one_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yearly, "AT_ONCE", 3)
    members = [town.active(f"Firma {n}", *(("JTM", "35") if n % 2 else ("BAL", "51"))) for n in range(7)]
    town.verified("Baru")
    town.on("2026-11-01")
    town.do(c.IssueInvoice(member=members[0]))
    told = foreseen(town)
    assert [one.member for one in told.ready] == members[1:]
    assert told.total_idr == 6 * 500_000
    assert told.by_branch() == {"BAL": (3, 1_500_000), "JTM": (3, 1_500_000)}
    assert told.left_out == {LeftOut.NO_MEMBER: 1, LeftOut.INVOICED: 1}
    assert issued(town) == Part(6, 3_000_000, 0)
    assert foreseen(town).ready == []
    assert issued(town) == Part()
    numbers = [number for number in invoices(town) if number.startswith("INV-2026-")]
    assert sorted(numbers) == [f"INV-2026-{n:05d}" for n in range(1, len(numbers) + 1)]
    sound(town)


def test_credit_pays_the_renewal_the_same_day(town: Town) -> None:
    member = town.active("A")
    town.do(c.TakePayment(way=Way.BANK, amount_idr=700_000, ref="X", text="lebih", member=member))
    town.on("2026-11-01")
    issued(town)
    assert town.standing(member, "2027-06-01").state.value == "active"
    assert town.nets()[f"credit:{member}"] == 200_000
    sound(town)


def test_a_part_judges_each_member_again_and_repeats_nothing(town: Town) -> None:
    members = tuple(town.active(f"Firma {n}") for n in range(3))
    town.on("2026-11-01")
    part = c.IssueRenewals(year=2027, members=(*members, members[0]))
    town.do(c.IssueInvoice(member=members[1]))
    first = town.do(part, request="part-1")
    assert msgspec.json.decode(first.note, type=Part) == Part(2, 1_000_000, 1)
    assert town.do(part, request="part-1") == first
    assert msgspec.json.decode(town.do(part).note, type=Part) == Part(0, 0, 3)
    sound(town)


def test_an_invoice_that_was_written_off_is_no_reason_to_leave_out(town: Town) -> None:
    member = town.active("A")
    town.on("2026-11-01")
    invoice = town.do(c.IssueInvoice(member=member))
    town.do(c.WriteOff(invoice=invoice.id, decree=town.decree()))
    assert [one.member for one in foreseen(town).ready] == [member]
    assert issued(town).issued == 1
    assert town.audited().found == []


def test_only_national_officers_run_it_and_a_refusal_ends_it(town: Town) -> None:
    member = town.active("A")
    town.active("B")
    town.seat(TREASURER, member, Title.TREASURER)
    town.on("2026-11-01", by="siapa")
    refused = run_as_job(town.desk, foreseen(town), by=town.by, run_id="r", clock=town.now)
    assert isinstance(refused, Refusal)
    assert refused.code is Code.NO_POWER
    (job,) = Jobs(town.path).newest(now_ms=milliseconds(town.now()))
    assert (job.state, job.note, job.done, job.whole) == (JobState.FAILED, "no_power", 0, 2)
    assert town.refused(c.IssueRenewals(year=2027, members=(member,))) == "no_power"
    assert (
        town.on("2026-11-01", by=TREASURER).refused(c.IssueRenewals(year=2027, members=(member,), on=day("2026-11-02")))
        == "future_day"
    )
    assert issued(town).issued == 2


# ------------------------------------------------------------------ jobs


def test_a_job_tells_how_far_it_is_and_one_that_is_silent_was_cut_off(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path)
    number = jobs.begin("k", "2027", by="ana", whole=100, now_ms=1_000)
    jobs.step(number, done=25, whole=100, now_ms=6_000)
    job = jobs.one(number, now_ms=7_000)
    assert job is not None
    assert (job.state, job.per_s(), job.left_s()) == (JobState.RUNNING, 5.0, 15)
    silent = Jobs(tmp_path).one(number, now_ms=6_000 + SILENT_MS + 1)
    assert silent is not None
    assert silent.state is JobState.CUT_OFF
    jobs.end(number, JobState.DONE, "25", now_ms=8_000)
    jobs.step(number, done=99, whole=100, now_ms=9_000)
    ended = jobs.one(number, now_ms=10**9)
    assert ended is not None
    assert (ended.state, ended.done, ended.note) == (JobState.DONE, 25, "25")
    assert jobs.one(99, now_ms=0) is None


def test_a_job_of_nothing_has_no_rate(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path)
    job = jobs.one(jobs.begin("k", "x", by="ana", whole=0, now_ms=5), now_ms=5)
    assert job is not None
    assert (job.per_s(), job.left_s()) == (0.0, None)


# ------------------------------------------------------------------ kills

_VICTIM = """
import itertools, os, signal, sys
from pathlib import Path
from juru.association.desk import yearly
from juru.books.sqlite import SqliteEngine
from tests.support.association import Town

path, die_at, where = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
yearly.AT_ONCE = 4
town = Town(path, "2026-11-01")
with town.desk.book.reading() as reads:
    found = yearly.forecast(reads, year=2027, on=town.today)
real, insert, count = SqliteEngine.commit, SqliteEngine.insert, itertools.count(1)

def commit(self):
    number = next(count)
    if number == die_at and where == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    real(self)
    if number == die_at and where == "after":
        os.kill(os.getpid(), signal.SIGKILL)

SqliteEngine.commit = commit
part = yearly.run_as_job(town.desk, found, by=town.by, run_id="run", clock=town.now)
print(part.issued)
"""


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fourteen members whose next year is due, one of them with credit."""
    town = Town(tmp_path_factory.mktemp("ready") / "aspi")
    town.dues()
    members = [town.active(f"Firma {n}") for n in range(14)]
    town.do(c.TakePayment(way=Way.BANK, amount_idr=500_000, ref="X", text="x", member=members[5]))
    town.close()
    return town.path


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("die_at", [1, 2, 4])
def test_killed_anywhere_and_run_again_it_issues_each_once(
    ready: Path, tmp_path: Path, die_at: int, where: str
) -> None:
    path = Path(shutil.copytree(ready, tmp_path / "aspi"))
    victim = [sys.executable, "-c", _VICTIM, str(path)]
    said = subprocess.run([*victim, str(die_at), where], cwd=ROOT, capture_output=True, check=False, timeout=60)
    assert said.returncode == -9, said.stderr
    town = Town(path, "2026-11-01")
    (job,) = Jobs(path).newest(now_ms=milliseconds(town.now() + timedelta(minutes=5)))
    assert (job.kind, job.state, job.whole) == (JOB, JobState.CUT_OFF, 14)
    town.close()
    again = subprocess.run([*victim, "0", "-"], cwd=ROOT, capture_output=True, check=True, timeout=60)
    town = Town(path, "2026-11-02")
    mine = [number for number, i in invoices(town).items() if i.lines[0].period == PERIOD]
    assert sorted(mine) == [f"INV-2026-{n:05d}" for n in range(15, 29)]
    kept = 4 * (die_at - (where == "before"))
    assert int(again.stdout) == 14 - min(kept, 14)
    assert foreseen(town).ready == []
    sound(town)
    town.close()
