"""Recognition of the association, and its history: dated, sourced, the document kept."""

from __future__ import annotations

from datetime import date

import msgspec

from juru.association.desk.acting import Act, refuse
from juru.association.domain import registers as g
from juru.association.domain.affairs import Founded, Subject
from juru.association.domain.boards import NATIONAL, Scope
from juru.association.domain.commands import Done
from juru.association.domain.commands_registers import Recognise, TellHistory, WithdrawRecognition
from juru.association.domain.facts import of_kind
from juru.association.domain.recognition import RecognitionState, recognition
from juru.association.domain.refusals import Code

_NAME_MAX, _TEXT_MAX = 200, 2_000


def tell_history(act: Act, command: TellHistory) -> Done:
    """Something that happened to the association; without a source nobody could check it."""
    act.require(Scope.OFFICE_KEEP, NATIONAL)
    fact = command.fact
    act.day(fact.on)
    if not fact.source.strip():
        refuse(Code.REASON_NEEDED, fact="source")
    act.written("text", fact.text, _TEXT_MAX)
    name = act.reads.facts_of_kind(Subject.ASSOCIATION)[0].subject_id
    if isinstance(fact, Founded):
        # Another date of the founding gives the association no other name.
        fact = msgspec.structs.replace(fact, name=name, sample=False)
    number = act.add(Subject.ASSOCIATION, name, fact)
    return Done(str(number))


def recognise(act: Act, command: Recognise) -> Done:
    """A recognition with its document; told again under its number it is prolonged or corrected."""
    act.require(Scope.OFFICE_KEEP, NATIONAL)
    when = act.dated(command)
    act.written("name", command.name, _NAME_MAX)
    act.written("grants", command.grants, _TEXT_MAX)
    _later(when["on"], command.until)
    act.documents(command.document)
    number, before = command.recognition, 0
    if number:
        facts = [one.fact for one in act.reads.facts(Subject.RECOGNITION, number)]
        before = len(of_kind(facts, g.Recognised))
        if not before:
            refuse(Code.NOT_FOUND, what="recognition", id=number)
    number = number or act.next_number(Subject.RECOGNITION)
    fact = g.Recognised(
        **when,
        source=command.source,
        version=before + 1,
        authority=command.authority,
        name=command.name.strip(),
        grants=command.grants.strip(),
        document=command.document,
        reference=command.reference,
        until=command.until,
    )
    act.add(Subject.RECOGNITION, number, fact)
    return Done(number, command.name)


def withdraw(act: Act, command: WithdrawRecognition) -> Done:
    """Whoever recognised the association took it back; it stays in the register."""
    act.require(Scope.OFFICE_KEEP, NATIONAL)
    when = act.dated(command)
    number = command.recognition
    act.written("reason", command.reason, _TEXT_MAX)
    now = recognition(number, [one.fact for one in act.reads.facts(Subject.RECOGNITION, number)], when["on"])
    if now is None:
        refuse(Code.NOT_FOUND, what="recognition", id=number)
    if now.state is RecognitionState.WITHDRAWN:
        refuse(Code.NOT_OPEN, what="recognition", id=number, state=now.state.value)
    act.add(Subject.RECOGNITION, number, g.RecognitionWithdrawn(**when, reason=command.reason))
    return Done(number, now.name)


def _later(since: date, until: date | None) -> None:
    if until is not None and until <= since:
        refuse(Code.WRONG_PERIOD, since=since.isoformat(), until=until.isoformat())
