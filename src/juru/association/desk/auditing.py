"""The audit of the whole book as a job: its result is kept with its day, and found again by whoever may see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from juru.association.desk.documents import FOLDER
from juru.association.store.audit import AssociationFindings, audit
from juru.association.store.book import DATABASE
from juru.association.store.jobs import Job, Jobs, JobState
from juru.association.store.rows import milliseconds
from juru.books.findings import Head
from juru.books.sqlite import SqliteEngine

JOB = "audit"
_LOOKED_AT = 500


class Proof(msgspec.Struct, frozen=True):
    """What an audit found: ``seal`` is that of the last commit it proved, ``findings`` is 0 where nothing is wrong."""

    commits: int
    facts: int
    transfers: int
    seal: str
    findings: int
    first_broken: int | None = None


def audit_as_job(
    directory: Path,
    *,
    by: str,
    clock: Callable[[], datetime],
    progress: Callable[[int, int], None] = lambda _done, _whole: None,
    begun: Callable[[int], None] = lambda _job: None,
    expected_head: Head | None = None,
) -> AssociationFindings:
    """Prove the book from its first entry, note how far it is and what came of it."""
    jobs = Jobs(directory)
    number = jobs.begin(JOB, "", by=by, whole=0, now_ms=milliseconds(clock()))
    begun(number)

    def told(done: int, whole: int) -> None:
        jobs.step(number, done=done, whole=whole, now_ms=milliseconds(clock()))
        progress(done, whole)

    engine = SqliteEngine(directory / DATABASE, read_only=True)
    try:
        found = audit(engine, documents=directory / FOLDER, expected_head=expected_head, progress=told)
    except BaseException as error:
        jobs.end(number, JobState.FAILED, f"{type(error).__name__}: {error}"[:200], now_ms=milliseconds(clock()))
        raise
    finally:
        engine.close()
    seal = "" if found.head is None else found.head.seal
    broken = found.first_broken_commit()
    proof = Proof(found.commits, found.facts, found.transfers, seal, len(found.found) + found.omitted, broken)
    jobs.end(number, JobState.DONE, msgspec.json.encode(proof).decode(), now_ms=milliseconds(clock()))
    return found


def audits(directory: Path, *, now_ms: int) -> list[Job]:
    """The audits that are remembered, the newest first."""
    return [job for job in Jobs(directory).newest(now_ms=now_ms, at_most=_LOOKED_AT) if job.kind == JOB]


def proof_of(job: Job) -> Proof | None:
    """What an audit that ended found."""
    return msgspec.json.decode(job.note, type=Proof) if job.state is JobState.DONE else None
