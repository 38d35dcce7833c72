"""Whether a paper is the association's, and whether what it says still stands: for anybody who holds it."""

from __future__ import annotations

import hmac
from datetime import date
from enum import StrEnum

import msgspec

from juru.association.desk.settling import state_of
from juru.association.domain import affairs as a
from juru.association.domain import facts as f
from juru.association.domain import registers as g
from juru.association.domain.affairs import Subject
from juru.association.papers.content import find, said
from juru.association.papers.paper import Paper, typed_code
from juru.association.store.reads import Reads
from juru.association.store.rows import Recorded


class Stands(StrEnum):
    """What became of what a paper says."""

    STANDS = "stands"
    PAID = "paid"
    PART_PAID = "part_paid"
    OPEN = "open"
    WRITTEN_OFF = "written_off"
    REVOKED = "revoked"
    VOID = "void"
    TAKEN_BACK = "taken_back"


class Verdict(msgspec.Struct, frozen=True):
    """A paper of ours; ``by`` is the paper that ended it, ``since`` the day on which that was."""

    paper: Paper
    state: Stands
    by: str = ""
    since: date | None = None


def verify(reads: Reads, number: str, code: str) -> Verdict | None:
    """What the book says of a paper; None where number and code are not those of one of ours."""
    one = find(reads, number.strip().upper())
    if one is None:
        return None
    paper = said(reads, one)
    if not hmac.compare_digest(paper.code.encode(), typed_code(code).encode()):
        return None
    if one.reversed_by is not None:
        taken = next((r for r in reads.story(one.subject, one.subject_id) if r.id == one.reversed_by), None)
        known_at = None if taken is None else taken.fact.known_at
        return Verdict(paper, Stands.TAKEN_BACK, since=None if known_at is None else known_at.date())
    return _standing(reads, one, paper)


def _standing(reads: Reads, one: Recorded, paper: Paper) -> Verdict:
    match one.fact:
        case a.Issued(total_idr=total_idr):
            facts = reads.facts(Subject.INVOICE, one.subject_id)
            state = state_of(one.subject_id, facts)
            assert state is not None, one
            waived = next((told.fact for told in facts if isinstance(told.fact, a.WrittenOff)), None)
            if waived is not None:
                return Verdict(paper, Stands.WRITTEN_OFF, waived.credit_note, waived.on)
            if not state.outstanding_idr:
                return Verdict(paper, Stands.PAID)
            return Verdict(paper, Stands.OPEN if state.outstanding_idr == total_idr else Stands.PART_PAID)
        case a.Decreed():
            for other in reads.facts_of_kind(Subject.DECREE):
                if isinstance(other.fact, a.Decreed) and other.fact.revokes == one.subject_id:
                    return Verdict(paper, Stands.REVOKED, other.subject_id, other.fact.on)
            return Verdict(paper, Stands.STANDS)
        case g.LetterSent():
            ended = f.of_kind((told.fact for told in reads.facts(Subject.LETTER, one.subject_id)), g.LetterEnded)
            return Verdict(paper, Stands.VOID, since=ended[0].on) if ended else Verdict(paper, Stands.STANDS)
        case _:
            return Verdict(paper, Stands.STANDS)
