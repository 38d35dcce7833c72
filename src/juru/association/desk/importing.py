"""A members' list brought in: first the fate of each row, changing nothing; then one resumable job of sealed chunks.

A business that is found twice, in the book or in the list, is a question until a person answers it for that row. A row
that was brought in before is there already: a job that was stopped goes on where it was, and a list that was mended
can be brought in again.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec
import xlsxwriter

from juru.association.desk.desk import Desk
from juru.association.desk.import_words import Why, why
from juru.association.desk.listed import businesses, phones
from juru.association.desk.members_sheet import COLUMNS, SheetError, read
from juru.association.domain.affairs import Subject, branches_of
from juru.association.domain.branches import Branch
from juru.association.domain.branches import on as branches_on
from juru.association.domain.commands import Done, ImportMembers, ListedMember
from juru.association.domain.refusals import Refusal
from juru.association.errors import AssociationError
from juru.association.store.jobs import Jobs, JobState
from juru.association.store.reads import Reads, standing
from juru.association.store.rows import milliseconds

JOB = "import"
AT_ONCE = 500
"""Rows of one commit."""
Progress = Callable[[int, int], None]
_ROW = "row "
_encode = msgspec.json.Encoder(order="deterministic").encode


class Kind(StrEnum):
    """What will become of a row."""

    ADD = "add"
    THERE = "there"
    QUESTION = "question"
    SKIPPED = "skipped"
    REFUSED = "refused"


class Answer(StrEnum):
    """What a person says of a question: it is the same business, it is another, or leave the row out."""

    SAME = "same"
    OTHER = "other"
    SKIP = "skip"


class Fate(msgspec.Struct, frozen=True):
    """One row's fate; ``cell`` is the one at fault, ``member`` whom it is or seems to be."""

    row: int
    kind: Kind
    name: str
    why: Why
    cell: str = ""
    member: str = ""


class Plan(msgspec.Struct):
    """What an import would do; ``rows`` are those that would be added."""

    fates: list[Fate]
    rows: list[ListedMember]
    seen: int

    def count(self, kind: Kind) -> int:
        """How many rows have a fate; a row with several faults is one."""
        return len({fate.row for fate in self.fates if fate.kind is kind})


class Imported(msgspec.Struct, frozen=True):
    """What came of it; ``refusal`` stopped it, what was added before stands."""

    added: int
    refusal: Refusal | None = None


class NoListError(AssociationError):
    """A file that is no list of members, or answers that answer nothing."""

    def __init__(self, said: Why) -> None:
        super().__init__(f"{said.told('id')} / {said.told('en')}")
        self.why = said


def plan(reads: Reads, data: bytes, *, today: date, answers: Mapping[int, Answer] | None = None) -> Plan:
    """The fate of every row; nothing is recorded. Raises ``NoListError`` for what is no list of members."""
    given = dict(answers or {})
    branches: Mapping[str, Branch] = branches_on(branches_of(standing(reads.facts_of_kind(Subject.BRANCH))), today)
    try:
        listed = read(data, branches, today)
    except SheetError as error:
        raise NoListError(error.why) from error
    found = Plan(
        [
            Fate(fault.row, Kind.REFUSED, listed.names.get(fault.row, ""), fault.why, fault.cell)
            for fault in listed.faults
        ],
        [],
        reads.latest_fact(),
    )
    judge = _Judge(reads, today, given)
    for row in listed.rows:
        fate = judge.fate(row)
        found.fates.append(fate)
        if fate.kind is Kind.ADD:
            found.rows.append(msgspec.structs.replace(row, sure=given.get(row.row) is Answer.OTHER))
    found.fates.sort(key=lambda fate: fate.row)
    strange = next((number for number in sorted(given) if number not in judge.asked), None)
    if strange is not None:
        raise NoListError(why("answer_strange", row=strange, answer=given[strange].value))
    return found


class _Judge:
    def __init__(self, reads: Reads, today: date, answers: Mapping[int, Answer]) -> None:
        self._policies = reads.policies()
        self._today = today
        self._answers = answers
        self._before = reads.listed()
        self._known = businesses(reads)
        self.asked: set[int] = set()

    def fate(self, row: ListedMember) -> Fate:
        there = self._before.get(row.mark)
        if there is not None:
            if row.row in self._answers:
                self.asked.add(row.row)
            return Fate(row.row, Kind.THERE, row.name, why("is_there", member=there), member=there)
        twin = self._known.find(row.name, licence=row.licence, phones=phones(row))
        if twin is None:
            self._note(row)
            return Fate(row.row, Kind.ADD, row.name, self._becomes(row))
        self.asked.add(row.row)
        number = twin.removeprefix(_ROW)
        match self._answers.get(row.row):
            case Answer.SAME:
                return Fate(row.row, Kind.THERE, row.name, why("is_same", other=number), member=number)
            case Answer.SKIP:
                return Fate(row.row, Kind.SKIPPED, row.name, why("left_out"), member=number)
            case Answer.OTHER:
                self._note(row)
                return Fate(row.row, Kind.ADD, row.name, self._becomes(row))
            case None:
                in_list = twin.startswith(_ROW)
                said = why("seems_row", row=number) if in_list else why("seems_member", member=number)
                return Fate(row.row, Kind.QUESTION, row.name, said, member="" if in_list else number)

    def _note(self, row: ListedMember) -> None:
        self._known.add(f"{_ROW}{row.row}", row.name, licence=row.licence, phones=phones(row))

    def _becomes(self, row: ListedMember) -> Why:
        if row.paid_to is None:
            return why("will_owe")
        grace = timedelta(days=self._policies.on(row.paid_to).grace_days)
        key = "will_be_active" if self._today < row.paid_to else "will_be_lapsed"
        if row.paid_to <= self._today < row.paid_to + grace:
            key = "will_be_grace"
        return why(key, until=row.paid_to - timedelta(days=1))


def carry_out(
    desk: Desk,
    planned: Plan,
    *,
    file: str,
    now: datetime,
    by: str,
    progress: Progress = lambda _done, _all: None,
) -> Imported:
    """Record the rows that would be added, chunk by chunk; each chunk is one commit and happens once."""
    added, seen = 0, planned.seen
    rows: Sequence[ListedMember] = planned.rows
    for first in range(0, len(rows), AT_ONCE):
        command = ImportMembers(file=file, seen=seen, rows=tuple(rows[first : first + AT_ONCE]))
        request = f"import-{hashlib.sha256(_encode(command)).hexdigest()[:32]}"
        result = desk.do(command, now=now, by=by, request=request)
        if not isinstance(result, Done):
            return Imported(added, result)
        added += int(result.note)
        if result.id:
            with desk.book.reading() as reads:
                last = f"{int(result.id) + int(result.note) - 1:0{len(result.id)}d}"
                seen = max(seen, reads.facts(Subject.MEMBER, last)[-1].id)
        progress(min(first + AT_ONCE, len(rows)), len(rows))
    return Imported(added)


def run_as_job(
    desk: Desk,
    planned: Plan,
    *,
    file: str,
    by: str,
    clock: Callable[[], datetime],
    begun: Callable[[int], None] = lambda _job: None,
) -> Imported:
    """The same, noted among the jobs; ``begun`` is told the job's number as soon as there is one."""
    jobs, whole = Jobs(desk.book.directory), len(planned.rows)
    number = jobs.begin(JOB, file, by=by, whole=whole, now_ms=milliseconds(clock()))
    begun(number)

    def told(done: int, whole: int) -> None:
        jobs.step(number, done=done, whole=whole, now_ms=milliseconds(clock()))

    try:
        came = carry_out(desk, planned, file=file, now=clock(), by=by, progress=told)
    except BaseException as error:
        jobs.end(number, JobState.FAILED, f"{type(error).__name__}: {error}"[:200], now_ms=milliseconds(clock()))
        raise
    state = JobState.DONE if came.refusal is None else JobState.FAILED
    note = str(came.added) if came.refusal is None else came.refusal.code.value
    jobs.end(number, state, note, now_ms=milliseconds(clock()))
    return came


def answers_of(data: bytes) -> dict[int, Answer]:
    """Answers from a CSV with the columns ``row`` and ``answer``, as ``--fates`` writes it; empty ones are none."""
    try:
        text = data.decode("utf-8-sig")
        first = text.partition("\n")[0]
        lines = csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=first.count))
        rows = [(line["row"], line["answer"].strip().lower()) for line in lines]
        return {int(row): Answer(answer) for row, answer in rows if answer}
    except (UnicodeDecodeError, KeyError, ValueError, AttributeError, csv.Error) as error:
        message = f"the answers cannot be read ({error}): a CSV with columns row and answer (same, other, skip)"
        raise AssociationError(message) from error


def fates_csv(planned: Plan) -> bytes:
    """The fates as a CSV whose last column is to be filled in; text that begins like a formula is defused."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(("row", "fate", "name", "cell", "member", "why_id", "why_en", "answer"))
    for fate in planned.fates:
        name = f"'{fate.name}" if fate.name.startswith(("=", "+", "-", "@")) else fate.name
        told = (fate.why.told("id"), fate.why.told("en"))
        writer.writerow((fate.row, fate.kind.value, name, fate.cell, fate.member, *told, ""))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


_TEMPLATE = (
    *("name", "branch", "dues_rep", "dues_phone", "voting_rep", "voting_phone"),
    *("joined_on", "paid_until", "licence"),
)
_HINTS = {
    "branch": "JBB, JBR, JTG, DIY, JTM, SMU, SMB, BAL, SUL, NAS",
    "joined_on": "31/12/2019, 2019-12-31, 2019-12, 2019",
    "paid_until": "hari terakhir yang lunas / the last day paid for: 31/12/2026",
    "dues_phone": "08...",
    "voting_phone": "08...",
}


def template() -> bytes:
    """An empty list with the columns' names; cells are text, so that no spreadsheet changes what is typed."""
    body = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(body, options) as book:
        sheet = book.add_worksheet("anggota")
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        for place, name in enumerate(_TEMPLATE):
            sheet.set_column(place, place, 22, text)
            sheet.write_string(0, place, name, bold)
            also = ", ".join(COLUMNS[name][:3])
            sheet.write_comment(0, place, "\n".join(part for part in (also, _HINTS.get(name, "")) if part))
        sheet.freeze_panes(1, 0)
    return body.getvalue()
