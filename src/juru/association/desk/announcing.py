"""Announcements: written by an office, shown in their time, corrected by the next version with the old one readable."""

from __future__ import annotations

from juru.association.desk.acting import Act, refuse
from juru.association.domain import registers as g
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import NATIONAL, Scope
from juru.association.domain.commands import Done
from juru.association.domain.commands_registers import Announce
from juru.association.domain.facts import of_kind
from juru.association.domain.refusals import Code
from juru.association.domain.registers import Audience

_TITLE_MAX, _TEXT_MAX = 160, 10_000


def announce(act: Act, command: Announce) -> Done:
    """An announcement, or a correction of one; what is shown is the latest version that has begun."""
    body = act.unit(command.body)
    act.require(Scope.OFFICE_KEEP, body)
    act.written("title", command.title, _TITLE_MAX)
    act.written("text", command.text, _TEXT_MAX)
    branch = _branch(act, command, body)
    act.documents(*command.attachments)
    on = act.day(command.since, ahead=True)
    if on < act.today:
        refuse(Code.WRONG_PERIOD, since=act.today.isoformat(), until=on.isoformat())
    if command.until is not None and command.until <= on:
        refuse(Code.WRONG_PERIOD, since=on.isoformat(), until=command.until.isoformat())
    number, versions = command.announcement, list[g.Announced]()
    if number:
        versions = of_kind((one.fact for one in act.reads.facts(Subject.ANNOUNCEMENT, number)), g.Announced)
        if not versions or versions[0].body != body:
            refuse(Code.NOT_FOUND, what=f"announcement of {body}", id=number)
    number = number or act.next_number(Subject.ANNOUNCEMENT)
    fact = g.Announced(
        on=on,
        version=1 + len(versions),
        body=body,
        title=command.title.strip(),
        text=command.text.strip(),
        audience=command.audience,
        branch=branch,
        until=command.until,
        attachments=command.attachments,
    )
    act.add(Subject.ANNOUNCEMENT, number, fact)
    return Done(number, str(fact.version))


def _branch(act: Act, command: Announce, body: str) -> str:
    """The branch addressed: a branch speaks to its own, national names one."""
    if command.audience is not Audience.BRANCH:
        return ""
    branch = act.unit(command.branch or body)
    if body not in {branch, NATIONAL}:
        refuse(Code.WRONG_BRANCH, branch=branch, choices=body)
    return branch
