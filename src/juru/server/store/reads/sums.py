"""Reports from daily sums: closed days by what was kept of them, open days by what has been posted in them so far."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

from juru.books.engine import BookEngine
from juru.server.domain.sums import MEASURES, Dimension, Sums
from juru.server.store.reads import days
from juru.values.days import Zone, day_after, days_between

_SUMMED = ", ".join(f"sum({name})" for name in MEASURES)
BY_KEY = f"""
SELECT key, {_SUMMED} FROM daily_sums WHERE dimension = ? AND day >= ? AND day <= ? GROUP BY key
"""  # noqa: S608 - the names of our own columns
"""Each key of a dimension over a span of closed days; index daily_sums_day."""

BY_DAY = f"""
SELECT day, {", ".join(MEASURES)} FROM daily_sums WHERE dimension = ? AND key = ? AND day >= ? AND day <= ?
"""  # noqa: S608 - as above
"""One key of a dimension, day by day; index daily_sums_key. Asked for each of many keys: it never reads the others."""

ACCOUNTS = """
SELECT account, sum(postings), sum(debit_idr), sum(credit_idr) FROM daily_accounts
WHERE day >= ? AND day <= ? AND account + 0 >= ? AND account + 0 <= ? GROUP BY account
"""
"""How accounts moved over a span of closed days; index daily_accounts_day."""

ACCOUNT_DAYS = """
SELECT day, postings, debit_idr, credit_idr FROM daily_accounts
WHERE account = ? AND day >= ? AND day <= ? ORDER BY day
"""
"""How one account moved, day by day; index daily_accounts_account."""

BALANCE_BEFORE = "SELECT sum(credit_idr) - sum(debit_idr) FROM daily_accounts WHERE account = ? AND day < ?"
DAYS_WITH = """
SELECT day FROM daily_sums
WHERE dimension = ? AND key = ? AND day >= ? AND day <= ? AND ({measures})
"""
CLOSED_DAY = "SELECT max(day) FROM day_closings"
FIRST_DAY = "SELECT min(day) FROM transfers"
LAST_DAY = "SELECT max(day) FROM transfers"
_ACCOUNT_MAX = 2**62
_K = TypeVar("_K", int, str)


class Moved(msgspec.Struct):
    """How an account moved: postings in all, debited and credited."""

    postings: int = 0
    debit_idr: int = 0
    credit_idr: int = 0

    @property
    def net_idr(self) -> int:
        """By how much its balance rose."""
        return self.credit_idr - self.debit_idr

    def add(self, postings: int, debit_idr: int, credit_idr: int) -> None:
        """Take in more of it."""
        self.postings += postings
        self.debit_idr += debit_idr
        self.credit_idr += credit_idr


class SumReads:
    """The sums of one cell. Days that are open are read on from where they were left, so asking again is cheap."""

    def __init__(self, engine: BookEngine, zone: Zone) -> None:
        self._engine = engine
        self._zone = zone
        self._open: dict[int, days.DayRead] = {}

    def by_key(self, dimension: Dimension, first: int, last: int) -> dict[str, Sums]:
        """Every key of a dimension over a span of days, both ends included."""
        closed = self.closed_day()
        found: dict[str, list[int]] = {}
        for key, *values in self._engine.stream(BY_KEY, (dimension, first, min(last, closed))):
            found[key] = [int(value) for value in values]
        for read in self._live(first, last, closed):
            for key, values in read.fold.lines[dimension].items():
                _add(found, key, values)
        return {key: Sums(*values) for key, values in found.items() if any(values)}

    def by_day(
        self, first: int, last: int, dimension: Dimension = Dimension.TOTAL, keys: Iterable[str] = ("",)
    ) -> dict[int, Sums]:
        """Some keys of a dimension together, for each day on which there was anything."""
        closed = self.closed_day()
        wanted = list(dict.fromkeys(keys))
        found: dict[int, list[int]] = {}
        asked = [(dimension.value, key, first, min(last, closed)) for key in wanted]
        for day, *values in self._engine.each(BY_DAY, asked):
            _add(found, day, values)
        for read in self._live(first, last, closed):
            lines = read.fold.lines[dimension]
            for key in wanted:
                if key in lines:
                    _add(found, read.fold.day, lines[key])
        return {day: Sums(*values) for day, values in sorted(found.items()) if any(values)}

    def accounts(self, first: int, last: int, *, low: int = 0, high: int = _ACCOUNT_MAX) -> dict[int, Moved]:
        """How accounts from number ``low`` to ``high`` moved over a span of days."""
        closed = self.closed_day()
        found: dict[int, Moved] = {}
        for account, *moved in self._engine.stream(ACCOUNTS, (first, min(last, closed), low, high)):
            found[account] = Moved(*map(int, moved))
        for read in self._live(first, last, closed):
            for account, moved in read.fold.accounts.items():
                if low <= account <= high:
                    found.setdefault(account, Moved()).add(*moved)
        return found

    def account_days(self, account: int, first: int, last: int) -> dict[int, Moved]:
        """How one account moved, for each day on which it did."""
        closed = self.closed_day()
        rows = self._engine.rows(ACCOUNT_DAYS, (account, first, min(last, closed)))
        found = {day: Moved(*moved) for day, *moved in rows}
        for read in self._live(first, last, closed):
            if account in read.fold.accounts:
                found[read.fold.day] = Moved(*read.fold.accounts[account])
        return found

    def balance_before(self, account: int, day: int) -> int:
        """An account's posted balance when a day began."""
        closed = self.closed_day()
        kept = int(self._engine.rows(BALANCE_BEFORE, (account, min(day, closed + 1)))[0][0] or 0)
        live = (read.fold.accounts.get(account) for read in self._live(0, day - 1, closed))
        return kept + sum(credit - debit for _, debit, credit in filter(None, live))

    def days_with(self, first: int, last: int, dimension: Dimension, keys: Sequence[str], measures: str) -> set[int]:
        """Days on which one of some keys has something of those measures, a condition of our own; and open days."""
        closed = self.closed_day()
        found = set(self._open_days(first, last, closed))
        asked = [(dimension.value, key, first, min(last, closed)) for key in keys]
        found |= {day for (day,) in self._engine.each(DAYS_WITH.format(measures=measures), asked)}
        return found

    def orders_of_days(self, first: int, last: int) -> dict[int, int]:
        """How many orders were accepted on each closed day: what it costs to look through it."""
        asked = (Dimension.TOTAL.value, "", first, min(last, self.closed_day()))
        return {row[0]: int(row[1]) for row in self._engine.rows(BY_DAY, asked)}

    def closed_day(self) -> int:
        """The last day that is closed; 0 where none is."""
        return int(self._engine.rows(CLOSED_DAY)[0][0] or 0)

    def extent(self) -> tuple[int, int]:
        """The first and the last day on which anything was posted; zeros for an empty book."""
        first, last = (self._engine.rows(sql)[0][0] for sql in (FIRST_DAY, LAST_DAY))
        return int(first or 0), int(last or 0)

    def _live(self, first: int, last: int, closed: int) -> list[days.DayRead]:
        """The days of a span after the last that was closed when the question was asked, read up to now.

        One question sees one last closed day: what is kept of the day after it may still be unfinished.
        """
        self._open = {day: read for day, read in self._open.items() if day > closed}
        found = []
        for day in self._open_days(first, last, closed):
            read = self._open.get(day)
            if read is None:
                read = self._open[day] = days.begin(self._engine, day, self._zone)
            while days.read_on(self._engine, read):
                pass
            found.append(read)
        return found

    def _open_days(self, first: int, last: int, closed: int) -> list[int]:
        """The days of a span after the last that is closed, as far as the book goes."""
        begun, ended = self.extent()
        if not begun:
            return []
        return days_between(max(first, begun, day_after(closed) if closed else 0), min(last, ended))


def _add(found: dict[_K, list[int]], key: _K, values: Sequence[int]) -> None:
    kept = found.get(key)
    if kept is None:
        found[key] = [int(value) for value in values]
    else:
        for place, value in enumerate(values):
            kept[place] += int(value)
