"""Which known words somebody may have meant who mistyped one: by a bounded edit distance, never a guess to act on."""

from __future__ import annotations

from collections.abc import Collection

WORD_CHARS_MAX = 20
_SHORT = 4


def nearby(typed: str, known: Collection[str], limit: int = 3) -> tuple[str, ...]:
    """The known words nearest to a mistyped one, nearest first; one slip in a short word, two in a longer one."""
    if not 1 < len(typed) <= WORD_CHARS_MAX or typed in known:
        return ()
    most = 1 if len(typed) <= _SHORT else 2
    alike = (word for word in known if abs(len(word) - len(typed)) <= most)
    near = sorted((slips, word) for word in alike if (slips := edits(typed, word, most)) is not None)
    return tuple(word for _, word in near[:limit])


def edits(one: str, two: str, most: int) -> int | None:
    """Characters typed wrongly, left out, added or exchanged with a neighbour; None where they are over ``most``."""
    before: list[int] = []
    last = list(range(len(two) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(two, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == two[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(*row, *last) > most:
            return None
        before, last = last, row
    return last[-1] if last[-1] <= most else None
