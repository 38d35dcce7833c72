"""Reconciliation: a supplier's statement held against our attempts there, line by line. Pure.

A line is matched by our reference; one that names none by SKU, number and time, and is shown as such. What differs is
a *finding*: it is proposed once, whoever imports the statement how often, and a person approves or rejects it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

import msgspec

from juru.books.rules import Kind, Posting, Transfer
from juru.server.domain.accounts import House, supplier_deposit
from juru.server.domain.cell import Cell
from juru.server.domain.commands import AttemptAnswered, ProposeFindings, SettleFinding
from juru.server.domain.finding import Difference, Finding, FindingDraft, FindingState
from juru.server.domain.order import AttemptState, Source
from juru.server.domain.outcome import Answer, Outcome
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Done, Result
from juru.server.domain.settle import attempt_answered
from juru.values.msisdn import same_destination, written_forms

NEAR_MS = 2 * 3_600_000
"""How far apart in time a line without a reference and an attempt may be to be taken for each other."""


class StatementLine(msgspec.Struct, frozen=True):
    """One line of a supplier's statement. ``charged``: whether it took money; ``number`` is its row in the file.

    ``at_ms`` begins the second, minute or day that the line names; ``within_ms`` is how long that is.
    """

    number: int
    charged: bool
    ref: str = ""
    their_id: str = ""
    sku: str = ""
    dest: str = ""
    price_idr: int | None = None
    sn: str = ""
    at_ms: int | None = None
    within_ms: int = 1


class OurAttempt(msgspec.Struct, frozen=True):
    """An attempt at that supplier as our book has it. ``charged`` is what it cost us by our postings, if anything."""

    attempt_id: int
    order_id: int
    ref: str
    sku: str
    dest: str
    state: AttemptState
    at_ms: int
    charged_idr: int | None
    sn: str | None = None


class Reconciled(msgspec.Struct):
    """What came of it: how many lines agree, how many were matched by number only, and every finding."""

    agreed: int = 0
    by_number: int = 0
    findings: list[FindingDraft] = []


def reconcile(
    lines: Sequence[StatementLine],
    ours: Iterable[OurAttempt],
    *,
    from_ms: int | None = None,
    until_ms: int | None = None,
) -> Reconciled:
    """Compare; ``ours`` are the attempts whose references the lines name, and every delivered one of the span.

    Those before ``from_ms`` or not before ``until_ms`` may be what a line means, but nobody misses them.
    """
    return _Reconciling(ours, from_ms, until_ms).run(lines)


class _Reconciling:
    def __init__(self, ours: Iterable[OurAttempt], from_ms: int | None, until_ms: int | None) -> None:
        self._span = from_ms, until_ms
        self._by_ref = {attempt.ref.upper(): attempt for attempt in ours}
        self._left = {ref: attempt for ref, attempt in self._by_ref.items() if attempt.charged_idr is not None}
        self._to: dict[str, list[OurAttempt]] = {}
        self._told: set[str] = set()
        self._result = Reconciled()

    def run(self, lines: Sequence[StatementLine]) -> Reconciled:
        nameless = []
        for line in lines:
            ref = line.ref.strip().upper()
            attempt = self._by_ref.get(ref)
            if attempt is not None:
                self._compare(line, attempt, by_number=False)
            elif ref:
                self._extra(line)
            else:
                nameless.append(line)
        for attempt in self._left.values() if nameless else ():
            self._to.setdefault(attempt.dest.strip(), []).append(attempt)
        for line in sorted(nameless, key=lambda one: (one.at_ms or 0, one.number)):
            near = self._nearest(line)
            if near is None:
                self._extra(line)
            else:
                self._result.by_number += 1
                self._compare(line, near, by_number=True)
        for attempt in sorted(self._left.values(), key=lambda one: one.attempt_id):
            if self._inside(attempt):
                self._find(Difference.MISSING_THERE, attempt, None, attempt.charged_idr or 0)
        return self._result

    def _inside(self, attempt: OurAttempt) -> bool:
        from_ms, until_ms = self._span
        return (from_ms is None or from_ms <= attempt.at_ms) and (until_ms is None or attempt.at_ms < until_ms)

    def _nearest(self, line: StatementLine) -> OurAttempt | None:
        fits = [
            attempt
            for form in written_forms(line.dest)
            for attempt in self._to.get(form, ())
            if attempt.ref.upper() in self._left
            and (not line.sku or attempt.sku.upper() == line.sku.upper())
            and _apart_ms(attempt, line) <= NEAR_MS
        ]
        return min(fits, key=lambda one: (_apart_ms(one, line), one.attempt_id), default=None)

    def _compare(self, line: StatementLine, attempt: OurAttempt, *, by_number: bool) -> None:
        ref = attempt.ref.upper()
        self._left.pop(ref, None)
        if ref in self._told:
            if line.charged:
                self._find(Difference.CHARGED_TWICE, attempt, line, line.price_idr or 0, by_number=by_number)
            return
        self._told.add(ref)
        if line.dest and not same_destination(attempt.dest, line.dest):
            self._find(Difference.OTHER_NUMBER, attempt, line, 0, by_number=by_number)
            return
        if line.charged != (attempt.charged_idr is not None):
            kind = Difference.THEY_CHARGED if line.charged else Difference.THEY_DID_NOT
            amount_idr = (line.price_idr if line.charged else attempt.charged_idr) or 0
            self._find(kind, attempt, line, amount_idr, by_number=by_number)
            return
        differs = False
        if line.charged and line.price_idr is not None and line.price_idr != attempt.charged_idr:
            self._find(
                Difference.OTHER_PRICE, attempt, line, line.price_idr - (attempt.charged_idr or 0), by_number=by_number
            )
            differs = True
        if line.charged and line.sn and attempt.sn and line.sn.strip() != attempt.sn.strip():
            self._find(Difference.OTHER_SN, attempt, line, 0, by_number=by_number)
            differs = True
        self._result.agreed += not differs

    def _extra(self, line: StatementLine) -> None:
        if not line.charged:
            self._result.agreed += 1
            return
        name = line.ref or line.their_id or f"{line.sku}.{line.dest}.{line.at_ms or line.number}"
        self._result.findings.append(
            FindingDraft(
                Difference.EXTRA_THERE,
                name,
                line.price_idr or 0,
                row=line.number,
                theirs=_words(line),
            )
        )

    def _find(
        self,
        kind: Difference,
        attempt: OurAttempt,
        line: StatementLine | None,
        amount_idr: int,
        *,
        by_number: bool = False,
    ) -> None:
        self._result.findings.append(
            FindingDraft(
                kind,
                attempt.ref,
                amount_idr,
                attempt_id=attempt.attempt_id,
                order_id=attempt.order_id,
                row=None if line is None else line.number,
                ours=f"{attempt.state} {attempt.charged_idr if attempt.charged_idr is not None else '-'} "
                f"{attempt.sn or '-'}",
                theirs="" if line is None else _words(line),
                sn=None if line is None or not line.sn else line.sn,
                by_number=by_number,
            )
        )


def _apart_ms(attempt: OurAttempt, line: StatementLine) -> int:
    """How far an attempt is from the span of time that a line names."""
    if line.at_ms is None:
        return 0
    return max(line.at_ms - attempt.at_ms, attempt.at_ms - (line.at_ms + line.within_ms - 1), 0)


def _words(line: StatementLine) -> str:
    charged = "charged" if line.charged else "not charged"
    return f"{charged} {line.price_idr if line.price_idr is not None else '-'} {line.sn or '-'}"


def key_of(supplier: str, draft: FindingDraft) -> str:
    """What makes a finding the same when a statement is imported again."""
    return f"{supplier}/{draft.kind}/{draft.name.upper()}"


def propose_findings(cell: Cell, command: ProposeFindings) -> Result:
    """File what is new; what has been proposed before, decided or not, is not proposed again."""
    if command.supplier not in cell.suppliers:
        return Refusal(Code.MALFORMED, {"detail": f"unknown supplier {command.supplier}"})
    new = 0
    for draft in command.findings:
        key = key_of(command.supplier, draft)
        if cell.paper(Finding, key) is None:
            cell.file(key, Finding(command.supplier, draft, command.source, command.by))
            new += 1
    return Done(note=str(new))


def settle_finding(cell: Cell, command: SettleFinding) -> Result:
    """A person approves or rejects a proposal, once; only an approval moves money."""
    if not command.reason.strip():
        return Refusal(Code.NOT_ALLOWED, {"why": "reason"})
    finding = cell.paper(Finding, command.key)
    if finding is not None and finding.draft.attempt_id != command.attempt_id:
        return Refusal(Code.NOT_ALLOWED, {"why": "attempt", "key": command.key[:60]})
    if finding is None:
        return Refusal(Code.NOT_ALLOWED, {"why": "no_finding", "key": command.key[:60]})
    if finding.state is not FindingState.PROPOSED:
        return Refusal(Code.NOT_ALLOWED, {"why": "done", "state": finding.state.value})
    decided = msgspec.structs.replace(
        finding,
        state=FindingState.APPROVED if command.approve else FindingState.REJECTED,
        decided_by=command.by,
        reason=command.reason,
    )
    transfer_id = _approve(cell, finding, command) if command.approve else None
    cell.file(command.key, msgspec.structs.replace(decided, transfer_id=transfer_id))
    return Done(transfer_id)


def _approve(cell: Cell, finding: Finding, command: SettleFinding) -> int | None:
    """Do what was proposed; the number of the transfer where it is one of the finding's own."""
    draft, deposit = finding.draft, supplier_deposit(cell.suppliers[finding.supplier].id)
    match draft.kind:
        case Difference.OTHER_PRICE:
            more = draft.amount_idr > 0
            debit, credit = (int(House.COST), deposit) if more else (deposit, int(House.COST))
            return _post(cell, debit, credit, abs(draft.amount_idr), finding, command)
        case Difference.EXTRA_THERE | Difference.CHARGED_TWICE:
            return _post(cell, int(House.CLAIMS), deposit, draft.amount_idr, finding, command)
        case Difference.MISSING_THERE:
            return _post(cell, deposit, int(House.SUSPENSE), draft.amount_idr, finding, command)
        case Difference.THEY_CHARGED | Difference.THEY_DID_NOT:
            assert draft.attempt_id is not None, draft
            outcome = Outcome.SUCCESS if draft.kind is Difference.THEY_CHARGED else Outcome.FAILED
            message = f"statement: {command.reason}"
            answer = Answer(
                outcome, sn=draft.sn, price_idr=draft.amount_idr or None, message=message, reason="reconciled"
            )
            attempt_answered(cell, AttemptAnswered(draft.attempt_id, answer, Source.PERSON))
            return None
        case Difference.OTHER_SN | Difference.OTHER_NUMBER:
            return None
        case _:
            assert_never(draft.kind)


def _post(cell: Cell, debit: int, credit: int, amount_idr: int, finding: Finding, command: SettleFinding) -> int | None:
    """A posting that belongs to the order of the finding, where there is one, so that reports count it there."""
    if amount_idr <= 0:
        return None
    memo = f"{command.by}: {command.reason}"
    posting = Posting(debit, credit, amount_idr)
    order_id = finding.draft.order_id
    transfer = Transfer(cell.transfer_id(), Kind.DIRECT, (posting,), "reconciled", order_id=order_id, memo=memo)
    return cell.transfer(transfer).id
