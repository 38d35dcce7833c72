"""What is the business's own to do: its representative does it, or an officer on its behalf who names the letter."""

from __future__ import annotations

from juru.association.desk.acting import Act, member_facts, refuse
from juru.association.domain import facts as f
from juru.association.domain.boards import Scope
from juru.association.domain.people import representatives
from juru.association.domain.refusals import Code
from juru.association.store.rows import Recorded

_VOTING = (f.Resigned, f.ResignationWithdrawn, f.OwnerChanged, f.OwnerConfirmed, f.Appealed)
"""What only the voting representative does, where one is named."""


def authorise(act: Act, number: str, fact: f.MemberFact, found: list[Recorded]) -> None:
    """Refuse unless it is the member who asks, or an officer with the scope who names the letter he has it from."""
    if not act.member_asking:
        act.require(Scope.MEMBERS_DECIDE, act.branch_of(found, fact.on), subject_firm=number)
        if not fact.source.strip() and not isinstance(fact, f.DocumentGiven):
            refuse(Code.LETTER_NEEDED, fact=str(type(fact).__struct_config__.tag), member=number)
        return
    speaking = representatives(f.known(member_facts(found), act.today))
    wanted = [f.Role.VOTING] if isinstance(fact, _VOTING) and f.Role.VOTING in speaking else list(speaking)
    named = {speaking[role].person for role in wanted}
    if act.member_asking != number or (named and act.by not in named):
        refuse(Code.NOT_REPRESENTATIVE, by=act.signature, member=number, who=", ".join(sorted(named)) or "-")


def outgoing(found: list[Recorded], fact: f.RepresentativeNamed) -> str | None:
    """Who represents the member in this role until the fact counts; None where nobody does."""
    before = representatives(f.known(member_facts(found), fact.on)).get(fact.role)
    return None if before is None else before.person
