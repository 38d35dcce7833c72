"""What each kind of paper says, read from the book as it was known when the paper's fact was recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import msgspec

from juru.association.desk.acting import chosen_branch
from juru.association.domain import affairs as a
from juru.association.domain import facts as f
from juru.association.domain import registers as g
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import NATIONAL
from juru.association.domain.branches import home
from juru.association.domain.dues import Line
from juru.association.domain.letters import series as letter_series
from juru.association.domain.matching import CREDIT
from juru.association.papers.paper import Entry, Head, Paper, PaperKind, code_of
from juru.association.papers.words import long_day
from juru.association.store.reads import Reads
from juru.association.store.rows import Recorded, milliseconds


class NoPaperError(Exception):
    """There is no paper of this number in the book."""


class TakenBackError(Exception):
    """The paper's fact was taken back: it is not printed any more."""


def find(reads: Reads, number: str) -> Recorded | None:
    """The fact behind a paper's number, taken back or not; None for a number that was never given."""
    letter = letter_series(number)
    if letter is not None:
        return _numbered(reads, "letter_sent", "number", number, letter[2])
    series, year, _ = [*number.split("-"), "", "", ""][:3]
    if series == "INV":
        return _first(reads.story(Subject.INVOICE, number), a.Issued)
    if series == "SK":
        return _first(reads.story(Subject.DECREE, number), a.Decreed)
    field = {"KW": ("received", "receipt"), "CN": ("written_off", "credit_note")}.get(series)
    if field is None or not year.isascii() or not year.isdigit():
        return None
    return _numbered(reads, *field, number, int(year))


def _numbered(reads: Reads, kind: str, field: str, number: str, year: int) -> Recorded | None:
    """The fact of a year that carries a number in a field of its own."""
    wanted = f'"{field}":{msgspec.json.encode(number).decode()}'
    return next((one for one in reads.of_years(kind, year, year, wanted) if getattr(one.fact, field) == number), None)


def _first(story: list[Recorded], kind: type[f.Fact]) -> Recorded | None:
    return next((one for one in story if isinstance(one.fact, kind)), None)


def paper_of(reads: Reads, number: str) -> Paper:
    """The paper of a number. Raises ``NoPaperError`` and ``TakenBackError``."""
    one = find(reads, number)
    if one is None:
        raise NoPaperError(number)
    if one.reversed_by is not None:
        raise TakenBackError(number)
    return said(reads, one)


def said(reads: Reads, one: Recorded) -> Paper:
    """What the paper of a fact says, also of one that was taken back since."""
    return _PAPERS[type(one.fact)](reads, one, code_of(reads.seal(one.commit_no), one.id))


def head_of(reads: Reads, fact: f.Fact) -> Head:
    """The letterhead in force on a fact's day, as known when it was recorded; without one the association's name."""
    assert fact.known_at is not None, fact
    found = [one.fact for one in reads.facts_of_kind(Subject.ASSOCIATION, fact.on, milliseconds(fact.known_at))]
    heads = sorted(f.of_kind(found, a.LetterheadSet), key=lambda head: head.on)
    if not heads:
        names = [one.subject_id for one in reads.facts_of_kind(Subject.ASSOCIATION)]
        return Head(names[0] if names else "")
    return Head(**{name: getattr(heads[-1], name) for name in Head.__struct_fields__})


def _known_ms(one: Recorded) -> int:
    assert one.fact.known_at is not None, one
    return milliseconds(one.fact.known_at)


def _member(reads: Reads, number: str, one: Recorded) -> tuple[str, str]:
    """Name and branch of a member, on a fact's day as known when it was recorded."""
    found = reads.facts(Subject.MEMBER, number, one.fact.on, _known_ms(one))
    name = ""
    for fact in f.known([told.fact for told in found if isinstance(told.fact, f.MemberFact)], one.fact.on):
        if isinstance(fact, f.Registered | f.Renamed):
            name = fact.name
    branch, _ = home(reads.branches(_known_ms(one)), chosen_branch(found, one.fact.on), one.fact.on)
    return name, _branch(reads, branch, one)


def _branch(reads: Reads, code: str, one: Recorded) -> str:
    if code == NATIONAL:
        return code
    found = [told.fact for told in reads.facts(Subject.BRANCH, code, one.fact.on, _known_ms(one))]
    names = [fact.name for fact in sorted(f.of_kind(found, a.BranchSet), key=lambda fact: fact.on)]
    return f"{names[-1]} ({code})" if names else code


def _invoice(reads: Reads, one: Recorded, code: str) -> Paper:
    issued = one.fact
    assert isinstance(issued, a.Issued), one
    name, _ = _member(reads, issued.member, one)
    return Paper(
        kind=PaperKind.INVOICE,
        number=one.subject_id,
        on=issued.on,
        head=head_of(reads, issued),
        code=code,
        facts=(
            ("member", name),
            ("member_number", issued.member),
            ("branch", _branch(reads, issued.branch, one)),
            ("due_on", long_day(issued.due_on)),
        ),
        entries=(*map(_entry, issued.lines), *_unique(issued.unique_code)),
        total_idr=issued.total_idr + issued.unique_code,
        words_idr=issued.total_idr + issued.unique_code,
        pay_idr=issued.total_idr + issued.unique_code,
    )


def _entry(line: Line) -> Entry:
    if line.period is None:
        return Entry(line.kind.value, line.amount_idr)
    last = line.period.until - timedelta(days=1)
    return Entry(line.kind.value, line.amount_idr, f"{long_day(line.period.since)} - {long_day(last)}")


def _unique(code: int) -> tuple[Entry, ...]:
    return (Entry("unique_code", code),) if code else ()


def _receipt(reads: Reads, one: Recorded, code: str) -> Paper:
    received = one.fact
    assert isinstance(received, a.Received), one
    name, branch = _member(reads, received.member, one)
    paid = []
    for told in reads.concerned(Subject.INVOICE, received.member, "issued", known_ms=_known_ms(one)):
        # What the payment paid stands in its own commit, from itself or from the credit that it became.
        mine = told.commit_no == one.commit_no and isinstance(told.fact, a.Allocated)
        if mine and isinstance(told.fact, a.Allocated) and told.fact.payment in {one.subject_id, CREDIT}:
            paid.append(Entry("paid_invoice", told.fact.amount_idr, told.subject_id))
    entries = _within(paid, received.amount_idr)
    left_idr = received.amount_idr - sum(entry.amount_idr for entry in entries)
    return Paper(
        kind=PaperKind.RECEIPT,
        number=received.receipt,
        on=received.on,
        head=head_of(reads, received),
        code=code,
        facts=(
            ("received_from", name),
            ("member_number", received.member),
            ("branch", branch),
            ("way", received.way.value),
            *((("reference", one.subject_id),) if one.subject_id != received.receipt else ()),
        ),
        entries=(*entries, *((Entry("credit", left_idr),) if left_idr else ())),
        total_idr=received.amount_idr,
        words_idr=received.amount_idr,
        signers=(received.by,) if received.by else (),
    )


def _within(paid: list[Entry], amount_idr: int) -> list[Entry]:
    """No more than came in: credit from before may have paid along."""
    kept = []
    for entry in paid:
        part_idr = min(entry.amount_idr, amount_idr)
        amount_idr -= part_idr
        if part_idr:
            kept.append(msgspec.structs.replace(entry, amount_idr=part_idr))
    return kept


def _credit_note(reads: Reads, one: Recorded, code: str) -> Paper:
    waived = one.fact
    assert isinstance(waived, a.WrittenOff), one
    issued = next(t.fact for t in reads.story(Subject.INVOICE, one.subject_id) if isinstance(t.fact, a.Issued))
    name, branch = _member(reads, issued.member, one)
    reason = () if waived.decree else (("reason", waived.reason),)
    return Paper(
        kind=PaperKind.CREDIT_NOTE,
        number=waived.credit_note,
        on=waived.on,
        head=head_of(reads, waived),
        code=code,
        facts=(
            ("member", name),
            ("member_number", issued.member),
            ("branch", branch),
            ("for_invoice", one.subject_id),
            *((("decree", waived.decree),) if waived.decree else reason),
        ),
        entries=(Entry("waived", waived.amount_idr, one.subject_id),),
        total_idr=waived.amount_idr,
        words_idr=waived.amount_idr,
        signers=(waived.by,) if waived.by else (),
    )


def _decree(reads: Reads, one: Recorded, code: str) -> Paper:
    decreed = one.fact
    assert isinstance(decreed, a.Decreed), one
    return Paper(
        kind=PaperKind.DECREE,
        number=one.subject_id,
        on=decreed.on,
        head=head_of(reads, decreed),
        code=code,
        facts=(
            ("body", _branch(reads, decreed.body, one)),
            ("about", decreed.decree_kind),
            *((("revokes", decreed.revokes),) if decreed.revokes else ()),
        ),
        paragraphs=_paragraphs(decreed.text),
        signers=decreed.signers,
    )


def _letter(reads: Reads, one: Recorded, code: str) -> Paper:
    sent = one.fact
    assert isinstance(sent, g.LetterSent), one
    return Paper(
        kind=PaperKind.LETTER,
        number=sent.number,
        on=sent.on,
        head=head_of(reads, sent),
        code=code,
        facts=(("to", sent.to), ("about", sent.regarding), ("body", _branch(reads, sent.body, one))),
        paragraphs=_paragraphs(sent.text),
        signers=sent.signers,
    )


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.splitlines() if part.strip())


_PAPERS: Mapping[type[f.Fact], Callable[[Reads, Recorded, str], Paper]] = {
    a.Issued: _invoice,
    a.Received: _receipt,
    a.WrittenOff: _credit_note,
    a.Decreed: _decree,
    g.LetterSent: _letter,
}
"""What is put on paper, by the fact behind it."""
