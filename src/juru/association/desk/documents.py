"""Documents kept by their content: judged by what they are, not by their names, and found by their hash."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from juru.association.desk.acting import Act, refuse
from juru.association.domain.commands import Done
from juru.association.domain.refusals import Code

FOLDER = "documents"
SIZE_MB_MAX = 10
_KINDS = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def keep(act: Act, folder: Path, content: bytes, name: str) -> Done:
    """Keep a document; its hash is its name for ever. The same bytes again are the same document."""
    kind = next((kind for mark, kind in _KINDS.items() if content.startswith(mark)), None)
    if kind is None or len(content) > SIZE_MB_MAX * 1_000_000:
        refuse(Code.WRONG_TYPE, name=name, limit=SIZE_MB_MAX)
    sha256 = hashlib.sha256(content).hexdigest()
    if act.reads.document(sha256) is None:
        write(folder / sha256[:2], sha256, content)
        act.writing.document(sha256=sha256, name=name, media_type=kind, size_bytes=len(content), by=act.by)
    return Done(sha256, kind)


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
