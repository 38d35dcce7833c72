"""Reading papers: a page of one kind, newest first, and every version of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from juru.books.engine import BookEngine, Params
from juru.server.domain.paper import Paper
from juru.server.store.rows import paper_from

_FOUND = "SELECT h.id, h.kind, h.key, p.body, p.at_ms FROM paper_heads h JOIN papers p ON p.id = h.latest_id WHERE"
BY_KEY = f"{_FOUND} h.kind = ? AND h.key = ?"
ALL = f"{_FOUND} h.kind = ? AND h.id < ? ORDER BY h.id DESC LIMIT ?"
OPEN = f'{_FOUND} h.kind = ? AND h."open" = 1 AND h.id < ? ORDER BY h.id DESC LIMIT ?'
OF_AGENT = f"{_FOUND} h.agent_id = ? AND h.kind = ? AND h.id < ? ORDER BY h.id DESC LIMIT ?"
MARKED = f"{_FOUND} h.kind = ? AND h.mark = ? AND h.id < ? ORDER BY h.id DESC LIMIT ?"
BY_NUMBER = f"{_FOUND} h.id = ? AND h.kind = ?"
AT_HAND = 'SELECT 1 FROM paper_heads WHERE kind = ? AND mark = ? AND "open" = 1 AND (day IS NULL OR day >= ?) LIMIT 1'
KNOWN = "SELECT key FROM paper_heads WHERE kind = ? AND key = ?"
MARKS = "SELECT mark, count(*) FROM paper_heads WHERE kind = ? AND mark IS NOT NULL GROUP BY mark ORDER BY mark"
NUMBERS = "SELECT id FROM paper_heads WHERE kind = ? AND mark = ? AND id < ? ORDER BY id DESC LIMIT ?"
VERSIONS = "SELECT id, kind, key, body, at_ms FROM papers WHERE kind = ? AND key = ? ORDER BY id"
_LAST_ID = 2**62


class FiledPaper(msgspec.Struct, frozen=True):
    """A paper as filed: its number (of the first version, for one found; its own, for a version), and when."""

    id: int
    kind: str
    key: str
    paper: Paper
    at_ms: int


class PaperReads:
    """Queries over ``papers`` and ``paper_heads``."""

    def __init__(self, engine: BookEngine) -> None:
        self._engine = engine

    def by_key(self, kind: str, key: str) -> FiledPaper | None:
        """The latest version of one paper."""
        return next(iter(self._read(BY_KEY, (kind, key))), None)

    def by_number(self, kind: str, number: int) -> FiledPaper | None:
        """The latest version of one paper by the number that people name it by."""
        return next(iter(self._read(BY_NUMBER, (number, kind))), None)

    def known(self, kind: str, keys: Iterable[str]) -> set[str]:
        """Those of many keys under which a paper of this kind is filed."""
        return {key for (key,) in self._engine.each(KNOWN, ((kind, key) for key in keys))}

    def page(
        self, kind: str, *, only_open: bool = False, before_id: int = _LAST_ID, limit: int = 50
    ) -> list[FiledPaper]:
        """Papers of a kind, newest first, older than ``before_id``."""
        return self._read(OPEN if only_open else ALL, (kind, before_id, limit))

    def every_open(self, kind: str) -> Iterator[FiledPaper]:
        """Every open paper of a kind, newest first, a page at a time."""
        before_id = _LAST_ID
        while page := self.page(kind, only_open=True, before_id=before_id, limit=1_000):
            yield from page
            before_id = page[-1].id

    def of_agent(self, kind: str, agent_id: int, *, before_id: int = _LAST_ID, limit: int = 50) -> list[FiledPaper]:
        """An agent's papers of a kind, newest first."""
        return self._read(OF_AGENT, (agent_id, kind, before_id, limit))

    def marked(self, kind: str, mark: str, *, before_id: int = _LAST_ID, limit: int = 50) -> list[FiledPaper]:
        """Papers with a mark, newest first, open or not."""
        return self._read(MARKED, (kind, mark, before_id, limit))

    def at_hand(self, kind: str, mark: str, day: int) -> bool:
        """Whether any paper with a mark is open and has not run out by a day."""
        return bool(self._engine.rows(AT_HAND, (kind, mark, day)))

    def marks(self, kind: str) -> dict[str, int]:
        """How many papers of a kind have each mark."""
        return {mark: int(count) for mark, count in self._engine.rows(MARKS, (kind,))}

    def numbers(self, kind: str, marks: Iterable[str], *, before_id: int = _LAST_ID, limit: int = 50) -> list[int]:
        """The numbers of papers that have any of some marks, newest first."""
        found = [n for mark in marks for (n,) in self._engine.rows(NUMBERS, (kind, mark, before_id, limit))]
        return sorted(found, reverse=True)[:limit]

    def numbered(self, kind: str, numbers: Iterable[int]) -> list[FiledPaper]:
        """The latest versions of papers by their numbers, in that order, as far as there are such papers."""
        rows = self._engine.each(BY_NUMBER, ((number, kind) for number in numbers))
        return [FiledPaper(number, kind, key, paper_from(kind, body), at_ms) for number, kind, key, body, at_ms in rows]

    def versions(self, kind: str, key: str) -> list[FiledPaper]:
        """Every version of one paper, first to last."""
        return self._read(VERSIONS, (kind, key))

    def _read(self, sql: str, params: Params) -> list[FiledPaper]:
        rows = self._engine.rows(sql, params)
        return [FiledPaper(number, kind, key, paper_from(kind, body), at_ms) for number, kind, key, body, at_ms in rows]
