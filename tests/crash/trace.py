"""Reads an strace of the server and says what left before it was safe on the disk.

A kill cannot show a missing fsync, since the kernel keeps what was written; the order of system calls can. Every
transaction is found in the write-ahead log by its bytes, its end by the frame that carries the commit mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

CALLS = "pwrite64,pwritev,write,writev,sendto,sendmsg,fsync,fdatasync"
STRACE = ("strace", "-f", "-yy", "-xx", "-s", "8192", "-e", f"trace={CALLS}", "-e", "signal=none")
_FRAME_HEADER = 24
_LINE = re.compile(r"^(\d+)\s+(.*)$")
_CALL = re.compile(r"^(\w+)\((\d+)<((?:\\x[0-9a-f]{2}|[^>\\])*)>*(.*)$")
_RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>(.*)$")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_UNFINISHED = "<unfinished ...>"


@dataclass
class Call:
    """One system call: where in the trace it began and ended, on what, with which bytes."""

    name: str
    target: str
    begun: int
    ended: int
    data: bytes


@dataclass
class Transaction:
    """A run of frames in the log up to the one with the commit mark, and when a sync after it had ended."""

    pages: list[bytes] = field(default_factory=list)
    ended: int = 0
    durable: int | None = None

    def holds(self, pattern: re.Pattern[bytes]) -> bool:
        return any(pattern.search(page) for page in self.pages)


def calls(lines: Iterable[str]) -> list[Call]:
    """The calls of a trace in the order in which they began."""
    found: list[Call] = []
    open_calls: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(lines):
        match = _LINE.match(line.rstrip("\n"))
        if match is None:
            continue
        thread, text = match.groups()
        begun = number
        if text.endswith(_UNFINISHED):
            open_calls[thread] = (number, text.removesuffix(_UNFINISHED))
            continue
        if (resumed := _RESUMED.match(text)) is not None:
            begun, start = open_calls.pop(thread)
            text = start + resumed[2]
        call = _CALL.match(text)
        if call is not None:
            data = b"".join(bytes.fromhex(part.replace("\\x", "")) for part in _STRING.findall(call[4]))
            found.append(Call(call[1], _plain(call[3]), begun, number, data))
    return sorted(found, key=lambda one: one.begun)


def _plain(target: str) -> str:
    """A path or a socket as -yy names it; with -xx a path may come in hexadecimal."""
    return bytes.fromhex(target.replace("\\x", "")).decode() if target.startswith("\\x") else target


def transactions(found: list[Call]) -> list[Transaction]:
    """What was committed to the log, in order."""
    log = [call for call in found if call.target.endswith("-wal")]
    syncs = [call for call in log if call.name in {"fsync", "fdatasync"}]
    done: list[Transaction] = []
    current, last = Transaction(), False
    for call in log:
        if call.name == "pwrite64" and len(call.data) == _FRAME_HEADER:
            last = int.from_bytes(call.data[4:8], "big") > 0
        elif call.name == "pwrite64" and len(call.data) > 32:
            current.pages.append(call.data)
            if last:
                current.ended = call.ended
                current.durable = min((s.ended for s in syncs if s.begun > call.ended), default=None)
                done.append(current)
                current = Transaction()
    return done


def _sent(found: list[Call], pattern: bytes) -> Iterator[Call]:
    return (call for call in found if "-wal" not in call.target and pattern in call.data)


def _too_early(what: str, call: Call | None, committed: Transaction | None) -> str | None:
    if call is None:
        return f"{what} was never sent"
    if committed is None or committed.ended > call.begun:
        return f"{what} left before its commit was written"
    if committed.durable is None or committed.durable > call.begun:
        return f"{what} left before its commit was synced"
    return None


def violations(lines: Iterable[str], orders: dict[str, list[str]]) -> list[str]:
    """What left too early; ``orders`` names each order's reference and those of its attempts at suppliers."""
    found = calls(lines)
    committed = transactions(found)
    wrong: list[str | None] = []
    for ref, attempts in orders.items():
        # The reference first appears in the log with the commit that accepts its order.
        accepted = re.compile(re.escape(ref.encode()))
        accept = next((t for t in committed if t.holds(accepted)), None)
        wrong.append(_too_early(f"the answer to {ref}", next(_sent(found, f"R#{ref} ".encode()), None), accept))
        for attempt in attempts:
            # An attempt's row: its reference, four numbers, why this supplier, and then its state.
            sending = re.compile(re.escape(attempt.encode()) + rb".{0,600}?sending", re.DOTALL)
            mark = next((t for t in committed if t.holds(sending)), None)
            wrong.append(_too_early(f"attempt {attempt}", next(_sent(found, f"refID={attempt}".encode()), None), mark))
    return [one for one in wrong if one is not None]
