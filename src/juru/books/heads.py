"""The head of the book at the end of a business day, found by halving: commits are in the order of their times."""

from __future__ import annotations

from juru.books.chain import GENESIS
from juru.books.engine import BookEngine
from juru.books.findings import Head
from juru.values.days import Zone, day_after, start_of_day

_FIRST = "SELECT min(no) FROM commits"
_LAST = "SELECT max(no) FROM commits"
_TIME = "SELECT at_ms FROM commits WHERE no = ?"
_SEAL = "SELECT no, seal FROM commits WHERE no = ?"


def last_commit_before(engine: BookEngine, at_ms: int) -> int:
    """The number of the last commit before an instant; 0 where there is none."""
    low, high = (engine.rows(sql)[0][0] for sql in (_FIRST, _LAST))
    if low is None:
        return 0
    low -= 1
    while low < high:
        middle = (low + high + 1) // 2
        if engine.rows(_TIME, (middle,))[0][0] < at_ms:
            low = middle
        else:
            high = middle - 1
    return int(low)


def head_of_day(engine: BookEngine, day: int, zone: Zone) -> Head:
    """The last commit of a day or of a day before it; number 0 and the seal of nothing before the first."""
    number = last_commit_before(engine, start_of_day(day_after(day), zone))
    for no, seal in engine.rows(_SEAL, (number,)):
        return Head(no, bytes(seal).hex())
    return Head(0, GENESIS.hex())
