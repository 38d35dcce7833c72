"""Documents kept by their content: judged by what they are, not by their names, and found by their hash."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from juru.association.desk.acting import Act, refuse
from juru.association.desk.judging import SIZE_MB_MAX, Flaw, judge
from juru.association.domain.commands import Done
from juru.association.domain.refusals import Code

FOLDER = "documents"
_FLAWS = {
    Flaw.WRONG_TYPE: Code.WRONG_TYPE,
    Flaw.ENCRYPTED: Code.ENCRYPTED,
    Flaw.ACTIVE_CONTENT: Code.ACTIVE_CONTENT,
    Flaw.MIXED_CONTENT: Code.MIXED_CONTENT,
}


def keep(act: Act, folder: Path, content: bytes, name: str) -> Done:
    """Keep a document; its hash is its name for ever. The same bytes again are the same document."""
    judged = judge(content)
    if judged.flaw is not None:
        refuse(_FLAWS[judged.flaw], name=name, limit=SIZE_MB_MAX, found=judged.found)
    sha256 = hashlib.sha256(content).hexdigest()
    if act.reads.document(sha256) is None:
        write(folder / sha256[:2], sha256, content)
        act.writing.document(sha256=sha256, name=name, media_type=judged.media_type, size_bytes=len(content), by=act.by)
    return Done(sha256, judged.media_type)


def content(folder: Path, sha256: str) -> bytes:
    """The bytes of a document that was kept, as they were. Raises ``LookupError`` when they are not that any more."""
    try:
        found = (folder / sha256[:2] / sha256).read_bytes()
    except OSError as error:
        raise LookupError(sha256) from error
    if hashlib.sha256(found).hexdigest() != sha256:
        raise LookupError(sha256)
    return found


def write(folder: Path, name: str, content: bytes) -> None:
    """Put bytes on the disk under a name, synced; what a stop leaves half written never has its name."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = folder / f".{name}"
    with half.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.replace(folder / name)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
