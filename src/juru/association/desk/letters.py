"""Letters in and out: drafts without numbers, numbers without gaps, nothing of a sent letter ever changed."""

from __future__ import annotations

from juru.association.desk.acting import Act, refuse
from juru.association.domain import registers as g
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import Scope
from juru.association.domain.commands import Done
from juru.association.domain.commands_registers import DraftLetter, EndLetter, ReceiveLetter, SendLetter
from juru.association.domain.facts import of_kind
from juru.association.domain.letters import Direction, Letter, LetterState, letter, letter_number
from juru.association.domain.refusals import Code

_LINE_MAX, _TEXT_MAX = 200, 20_000


def draft(act: Act, command: DraftLetter) -> Done:
    """A draft, or its next version."""
    act.require(Scope.OFFICE_KEEP, act.unit(command.body))
    act.written("to", command.to, _LINE_MAX)
    act.written("regarding", command.regarding, _LINE_MAX)
    act.written("text", command.text, _TEXT_MAX)
    act.documents(*command.attachments)
    _answered(act, command.reply_to)
    before = 0
    if command.letter:
        _open(act, command.letter, body=command.body)
        facts = [one.fact for one in act.reads.facts(Subject.LETTER, command.letter)]
        before = len(of_kind(facts, g.LetterDrafted))
    number = command.letter or act.next_number(Subject.LETTER)
    fact = g.LetterDrafted(
        on=act.today,
        version=before + 1,
        body=command.body,
        to=command.to.strip(),
        regarding=command.regarding.strip(),
        text=command.text.strip(),
        attachments=command.attachments,
        reply_to=command.reply_to,
    )
    act.add(Subject.LETTER, number, fact)
    return Done(number, "draft")


def send(act: Act, command: SendLetter) -> Done:
    """The draft goes out: numbered, and kept as it was sent."""
    one = _open(act, command.letter)
    act.require(Scope.OFFICE_KEEP, one.body)
    if not command.signers:
        refuse(Code.REASON_NEEDED, fact="signers")
    on = act.day(command.on)
    given = (fact.number for fact in act.reads.ever(g.LetterSent, on.year))
    number = letter_number(one.body, Direction.OUT, on, given)
    fact = g.LetterSent(
        on=on,
        number=number,
        body=one.body,
        to=one.other,
        regarding=one.regarding,
        text=one.text,
        signers=command.signers,
        attachments=one.attachments,
        reply_to=one.reply_to,
    )
    act.add(Subject.LETTER, one.id, fact)
    return Done(one.id, number)


def receive(act: Act, command: ReceiveLetter) -> Done:
    """A letter came in: numbered on its day, the scan attached."""
    act.require(Scope.OFFICE_KEEP, act.unit(command.body))
    act.written("from", command.sender, _LINE_MAX)
    act.written("regarding", command.regarding, _LINE_MAX)
    act.documents(*command.attachments)
    _answered(act, command.reply_to)
    on = act.day(command.on)
    if command.dated is not None and command.dated > on:
        refuse(Code.FUTURE_DAY, on=command.dated.isoformat(), today=on.isoformat())
    given = (fact.number for fact in act.reads.ever(g.LetterReceived, on.year))
    number = letter_number(command.body, Direction.IN, on, given)
    fact = g.LetterReceived(
        on=on,
        number=number,
        body=command.body,
        sender=command.sender.strip(),
        regarding=command.regarding.strip(),
        dated=command.dated,
        reference=command.reference,
        attachments=command.attachments,
        reply_to=command.reply_to,
    )
    letter_id = act.next_number(Subject.LETTER)
    act.add(Subject.LETTER, letter_id, fact)
    return Done(letter_id, number)


def end(act: Act, command: EndLetter) -> Done:
    """Drop a draft, or declare a numbered letter void; its number is not given again."""
    one = _there(act, command.letter)
    act.require(Scope.OFFICE_KEEP, one.body)
    act.written("reason", command.reason, _LINE_MAX)
    if one.state in {LetterState.DROPPED, LetterState.VOID}:
        refuse(Code.NOT_OPEN, what="letter", id=one.id, state=one.state.value)
    act.add(Subject.LETTER, one.id, g.LetterEnded(on=act.today, reason=command.reason))
    return Done(one.id, one.number or "dropped")


def _there(act: Act, letter_id: str) -> Letter:
    one = letter(letter_id, [found.fact for found in act.reads.facts(Subject.LETTER, letter_id)], act.today)
    if one is None:
        refuse(Code.NOT_FOUND, what="letter", id=letter_id or "-")
    return one


def _open(act: Act, letter_id: str, *, body: str = "") -> Letter:
    """A draft that stands; told anew it stays with its body."""
    one = _there(act, letter_id)
    if one.state is not LetterState.DRAFT:
        refuse(Code.NOT_OPEN, what="letter", id=letter_id, state=one.state.value)
    if body and body != one.body:
        refuse(Code.NOT_FOUND, what=f"letter of {body}", id=letter_id)
    return one


def _answered(act: Act, reply_to: str) -> None:
    """What a letter answers has its number: a draft answers nothing and is answered by nothing."""
    if reply_to and not _there(act, reply_to).number:
        refuse(Code.NOT_FOUND, what="letter", id=reply_to)
