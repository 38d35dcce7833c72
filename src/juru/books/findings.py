"""What an audit says: the head it read, and each thing it found wrong, with the row that shows it."""

from __future__ import annotations

import msgspec

FINDINGS_MAX = 1_000


class Head(msgspec.Struct, frozen=True):
    """The end of the chain at a moment: the latest commit's number and its seal in hex. Exported, it is an anchor."""

    commit_no: int
    seal: str


class Finding(msgspec.Struct, frozen=True):
    """One contradiction. ``commit_no`` is the commit whose rows show it; ``row_id`` an account for a balance."""

    kind: str
    commit_no: int | None
    table: str
    row_id: int | None
    detail: str


class Findings(msgspec.Struct):
    """Everything an audit found, in the order of the book; ``omitted`` counts what was beyond the limit.

    A book that counts more than its money adds fields of its own.
    """

    head: Head | None = None
    commits: int = 0
    transfers: int = 0
    found: list[Finding] = []
    omitted: int = 0

    @property
    def clean(self) -> bool:
        """True when nothing contradicts anything."""
        return not self.found

    def first_broken_commit(self) -> int | None:
        """The first commit whose seal fails."""
        broken = [f.commit_no for f in self.found if f.kind == "seal" and f.commit_no is not None]
        return min(broken, default=None)

    def add(self, kind: str, commit_no: int | None, table: str, row_id: int | None, detail: str) -> None:
        """Note a contradiction; beyond the limit it is only counted."""
        if len(self.found) < FINDINGS_MAX:
            self.found.append(Finding(kind, commit_no, table, row_id, detail))
        else:
            self.omitted += 1
