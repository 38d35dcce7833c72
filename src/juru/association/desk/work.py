"""My work today: what waits on an officer, since when, what the clock will do, by what it is done; and agendas."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

import msgspec

from juru.association.desk.notices import Listed, scope_of
from juru.association.desk.work_words import TASKS
from juru.association.domain.boards import NATIONAL, Body, Power, powers
from juru.association.domain.due import Due, Item, World
from juru.association.domain.meetings import AgendaItem

_OVERDUE = frozenset({"application_overdue", "appeal_overdue"})


class Waiting(msgspec.Struct, frozen=True):
    """One line: ``count`` things of a kind, the oldest waiting ``since``; ``clock_on`` is the next day of the clock."""

    kind: str
    subject: str
    unit: str
    since: date
    clock_on: date | None
    count: int
    agenda: str
    member: str
    what_id: str
    what_en: str
    clock_id: str
    clock_en: str
    command: str
    page: str
    told: dict[str, str | int | date]


def work_of(world: World, found: Iterable[Due], notices: Iterable[Listed], person: str) -> list[Waiting]:
    """What waits on an officer today, the oldest first; not on him what is about his own firm or what he decided.

    While no national officer is in office, whoever keeps the book sees everything.
    """
    held = powers(world.in_office, person)
    own = {term.firm for term in world.in_office if term.person == person}
    keeper = not any(term.body is Body.NATIONAL for term in world.in_office)
    mine = [one for one in found if isinstance(one, Item) and _his(one, person, held, own, keeper=keeper)]
    mine.extend(
        Item("notice_held", row.notice.key, row.notice.due_on, unit=row.notice.unit)
        for row in notices
        if row.held and (keeper or {Power(scope_of(row.notice), row.notice.unit), _national(row)} & held)
    )
    return _lines(mine)


def agenda_of(found: Iterable[Due], unit: str = NATIONAL) -> list[Waiting]:
    """What stands on the agenda of a board's next meeting by itself."""
    return _lines([one for one in found if isinstance(one, Item) and one.agenda == unit])


def agenda_items(found: Iterable[Due], unit: str = NATIONAL, language: str = "id") -> list[AgendaItem]:
    """The same as items of an agenda, as ``domain.meetings.agenda`` adds them to a board's next meeting."""
    lines = agenda_of(found, unit)
    told = [(x.what_en if language == "en" else x.what_id, x) for x in lines]
    return [AgendaItem(0, f"{what}: {x.subject}", f"{x.kind}:{x.subject}", x.since) for what, x in told]


def overdue_of(found: Iterable[Due]) -> list[Waiting]:
    """The public overdue list: applications and appeals that nobody has decided in time."""
    return _lines([one for one in found if isinstance(one, Item) and one.kind in _OVERDUE])


def _national(row: Listed) -> Power:
    return Power(scope_of(row.notice), NATIONAL)


def _his(item: Item, person: str, held: frozenset[Power], own: set[str], *, keeper: bool) -> bool:
    if item.person:
        return item.person == person
    if item.scope is None or person in item.not_by or (item.member and item.member in own):
        return False
    return keeper or bool({Power(item.scope, NATIONAL), Power(item.scope, item.unit)} & held)


def _lines(items: Iterable[Item]) -> list[Waiting]:
    """A line for each, or one for all of a kind in a branch where there may be many."""
    together: dict[tuple[str, str, str], list[Item]] = defaultdict(list)
    for item in items:
        key = "" if TASKS[item.kind].many else item.subject
        together[item.kind, item.unit, key].append(item)
    lines = [_line(found) for found in together.values()]
    return sorted(lines, key=lambda line: (line.since, line.kind, line.subject))


def _line(found: list[Item]) -> Waiting:
    first = min(found, key=lambda item: (item.since, item.subject))
    task = TASKS[first.kind]
    clocks = [item.clock_on for item in found if item.clock_on is not None]
    return Waiting(
        first.kind,
        first.subject,
        first.unit,
        first.since,
        min(clocks, default=None),
        len(found),
        first.agenda,
        first.member,
        task.what_id,
        task.what_en,
        task.clock_id,
        task.clock_en,
        task.command.format(subject=first.subject),
        task.page.format(subject=first.subject),
        dict(first.told),
    )
