"""Messages that are due, with what became of each; a person's yes, no, and word that he passed one on himself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import msgspec

from juru.association.desk.acting import Act, refuse
from juru.association.desk.due_world import MEMBER_RULES, businesses, due_about, world_of
from juru.association.domain import affairs as a
from juru.association.domain.affairs import NOTICE_KINDS, Subject
from juru.association.domain.boards import Scope
from juru.association.domain.commands import ApproveNotices, Done, DropNotices, TellNotices
from juru.association.domain.due import Due, Notice, World, derive_member, in_due_order, is_late
from juru.association.domain.notices import SETTLED, Log, Stage, fold, needs_person
from juru.association.domain.refusals import Code
from juru.association.store.reads import Reads
from juru.association.store.rows import Recorded, milliseconds

_OF_MONEY = ("dues_", "first_dues_", "cash_", "collector_")


class Listed(msgspec.Struct, frozen=True):
    """A message that is due, and how it stands."""

    notice: Notice
    log: Log
    late: bool

    @property
    def held(self) -> bool:
        """Whether a person has to say yes or no."""
        return needs_person(self.log, late=self.late) or self.by_hand

    @property
    def by_hand(self) -> bool:
        """Whether it waits to be passed on, for want of a mail address."""
        return self.notice.by_hand and self.log.stage in {Stage.WAITING, Stage.APPROVED}


def listed(reads: Reads, found: Iterable[Due], today: date) -> list[Listed]:
    """The messages among what is due, the oldest first, each with its log."""
    notices = in_due_order(found)
    if not notices:
        return []
    logs = fold(reads.notices(notices[0].due_on))
    return [Listed(one, logs.get(one.key, Log()), is_late(one, today)) for one in notices]


def scope_of(notice: Notice) -> Scope:
    """Whose matter it is: money is for who may see it, anything else for who decides on members."""
    return Scope.DUES_READ if notice.kind.startswith(_OF_MONEY) else Scope.MEMBERS_DECIDE


def log_of(reads: Reads, notice: Notice) -> Log:
    """What became of one message so far."""
    recorded = reads.facts(Subject.NOTICE, notice.key)
    return fold(_entries(recorded)).get(notice.key, Log())


def _entries(recorded: Iterable[Recorded]) -> Iterable[tuple[str, str, int]]:
    for one in recorded:
        assert one.fact.known_at is not None
        yield one.subject_id, str(type(one.fact).__struct_config__.tag), milliseconds(one.fact.known_at)


def told_to(reads: Reads, member: str) -> list[tuple[str, Log]]:
    """What was recorded of every message to a member or about it, by key."""
    keys = {key for kind in NOTICE_KINDS for key in reads.concerning(member, str(kind.__struct_config__.tag))}
    recorded = [one for key in sorted(keys) for one in reads.facts(Subject.NOTICE, key)]
    return sorted(fold(_entries(recorded)).items())


def still_due(reads: Reads, world: World, notice: Notice) -> bool:
    """Whether a message about a member is due as its facts stand this moment: not once it is paid."""
    if notice.subject.partition("/")[0] != notice.member:
        return True
    members = businesses(reads, world, only=notice.member)
    found = [one for member in members for one in derive_member(world, member, MEMBER_RULES)]
    return any(isinstance(one, Notice) and one.key == notice.key for one in found)


def approve(act: Act, command: ApproveNotices) -> Done:
    """Messages are to be sent although they are late, were refused, or may have been sent before."""
    return _decide(act, command.keys, command.reason, a.NoticeApproved, SETTLED | {Stage.APPROVED})


def drop(act: Act, command: DropNotices) -> Done:
    """Messages are not to be sent any more."""
    return _decide(act, command.keys, command.reason, a.NoticeDropped, SETTLED)


def tell(act: Act, command: TellNotices) -> Done:
    """Messages that a person passed on in another way."""
    return _decide(act, command.keys, command.reason, a.NoticeTold, SETTLED)


def _decide(
    act: Act,
    keys: Sequence[str],
    reason: str,
    kind: Callable[..., a.NoticeApproved | a.NoticeDropped | a.NoticeTold],
    refused: frozenset[Stage],
) -> Done:
    if not reason.strip():
        refuse(Code.REASON_NEEDED, fact="notice")
    world = world_of(act.reads, act.today)
    for key in dict.fromkeys(keys):
        notice = _due(act, world, key)
        act.require(scope_of(notice), notice.unit)
        log = log_of(act.reads, notice)
        if log.stage in refused:
            refuse(Code.NOTICE_SETTLED, id=key, stage=log.stage.value)
        if kind is a.NoticeApproved and notice.by_hand:
            refuse(Code.NO_ADDRESS, member=notice.member)
        fact = kind(on=notice.due_on, reason=" ".join(reason.split()), member=notice.member)
        act.add(Subject.NOTICE, key, fact)
    return Done(keys[0] if len(keys) == 1 else "", str(len(keys)))


def _due(act: Act, world: World, key: str) -> Notice:
    """The message of a key, if it is due. Refuses what is not."""
    subject = key.partition(":")[2].rpartition(":")[0]
    found = [x for x in due_about(act.reads, world, subject) if isinstance(x, Notice) and x.key == key]
    if not found:
        refuse(Code.NOT_FOUND, what="message", id=key)
    return found[0]
