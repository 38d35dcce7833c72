"""Renewals of many members in one commit: a part of the yearly run."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from juru.association.desk.acting import Act, member_facts
from juru.association.desk.invoices import class_of, post, same_period, table_of
from juru.association.domain import affairs as a
from juru.association.domain.boards import NATIONAL, Scope
from juru.association.domain.commands import Done, IssueRenewals
from juru.association.domain.dues import Line, LineKind, Renewal
from juru.association.domain.renewals import LeftOut, to_renew


class Part(msgspec.Struct):
    """What came of a part; ``left_out`` counts those who needed no invoice any more."""

    issued: int = 0
    total_idr: int = 0
    left_out: int = 0


def issue_renewals(act: Act, command: IssueRenewals) -> Done:
    """Issue the renewals of these members, each judged anew inside this commit; credit pays the same day."""
    on = act.day(command.on)
    act.require(Scope.DUES_MATCH, NATIONAL)
    tables: dict[str, a.DuesSet | None] = {}
    part, latest = Part(), ""
    for member in dict.fromkeys(command.members):
        found = act.member(member)
        facts = member_facts(found)
        member_class = class_of(facts)
        if member_class not in tables:
            tables[member_class] = table_of(act.reads, member_class, on)
        table = tables[member_class]
        due = to_renew(act.policies, None if table is None else table.policy, facts, on=on, year=command.year)
        lines = None if isinstance(due, LeftOut) else lines_of(due)
        if table is None or lines is None or same_period(act, member, lines) is not None:
            part.left_out += 1
            continue
        latest, _ = post(act, member, lines, due_on=due_on(lines), branch=act.branch_of(found, on), table=table, on=on)
        part.issued += 1
        part.total_idr += sum(line.amount_idr for line in lines)
    return Done(latest, msgspec.json.encode(part).decode())


def lines_of(due: Renewal) -> tuple[Line, ...]:
    """What a renewal's invoice says."""
    assert due.amount_idr is not None, due
    return (Line(LineKind.DUES, due.amount_idr, due.period),)


def due_on(lines: tuple[Line, ...]) -> date:
    """The last day that is paid already."""
    period = lines[0].period
    assert period is not None, lines
    return period.since - timedelta(days=1)
