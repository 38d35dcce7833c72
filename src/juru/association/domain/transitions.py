"""Which facts a state takes, and whose decision each is (reference/association.md 2.2, 2.4).

What stands in no row is refused: a state is reached by facts, so a fact that the state does not take would be one
that nobody may record.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from juru.association.domain import facts as f
from juru.association.domain.boards import Scope
from juru.association.domain.facts import Fact
from juru.association.domain.membership import Standing, State

_OUTSIDE = frozenset({State.NONE, State.LAPSED, State.RESIGNED, State.CLOSED})
_APPLYING = frozenset({State.APPLICANT})
_PAYING = frozenset({State.ACTIVE, State.GRACE, State.LAPSED})
_INSIDE = _PAYING | {State.VERIFIED, State.SUSPENDED}
_ANY = frozenset(State)


class Rule(msgspec.Struct, frozen=True):
    """``scope`` None: the business itself acts, or an officer on its behalf. ``national``: no branch officer may."""

    states: frozenset[State]
    scope: Scope | None = None
    national: bool = False
    reasons: frozenset[str] = frozenset()
    """Where given, the state must have one of these reasons."""
    unless: frozenset[str] = frozenset()
    """With one of these reasons the state takes it not."""


RULES: Mapping[type[Fact], Rule] = {
    f.Registered: Rule(_ANY, Scope.MEMBERS_DECIDE),
    f.Renamed: Rule(_ANY - {State.NONE}, Scope.MEMBERS_DECIDE),
    f.RepresentativeNamed: Rule(_INSIDE | _APPLYING),
    f.OwnerChanged: Rule(_INSIDE),
    f.OwnerConfirmed: Rule(_INSIDE),
    f.ServerAdded: Rule(_INSIDE | _APPLYING),
    f.ServerNamed: Rule(_INSIDE | _APPLYING),
    f.ServerRemoved: Rule(_INSIDE | _APPLYING),
    f.ContactSet: Rule(_INSIDE | _APPLYING),
    f.ContactRemoved: Rule(_ANY - {State.NONE}),
    f.DocumentGiven: Rule(_ANY - {State.NONE}),
    f.Applied: Rule(_OUTSIDE, unless=frozenset({"merged"})),
    f.Complete: Rule(_APPLYING, Scope.MEMBERS_DECIDE, reasons=frozenset({"awaiting_documents"})),
    f.Recommended: Rule(_APPLYING, Scope.MEMBERS_DECIDE),
    f.Verified: Rule(_APPLYING, Scope.MEMBERS_DECIDE, national=True, reasons=frozenset({"awaiting_decision"})),
    f.Rejected: Rule(_APPLYING, Scope.MEMBERS_DECIDE, national=True),
    f.Withdrawn: Rule(_APPLYING),
    f.Charged: Rule(_INSIDE, Scope.DISCIPLINE_CHARGE),
    f.Heard: Rule(_INSIDE, Scope.DISCIPLINE_CHARGE),
    f.Warned: Rule(_INSIDE, Scope.DISCIPLINE_CHARGE),
    f.Suspended: Rule(_PAYING, Scope.DISCIPLINE_DECIDE, national=True),
    f.Lifted: Rule(
        frozenset({State.SUSPENDED}), Scope.DISCIPLINE_DECIDE, national=True, reasons=frozenset({"decision"})
    ),
    f.Expelled: Rule(
        _INSIDE,
        Scope.DISCIPLINE_DECIDE,
        national=True,
        reasons=frozenset({"paid", "unpaid", "decision", "owner_unconfirmed", "software"}),
    ),
    f.Appealed: Rule(frozenset({State.SUSPENDED}), reasons=frozenset({"expulsion_appealable"})),
    f.AppealDecided: Rule(
        frozenset({State.SUSPENDED}),
        Scope.APPEAL_DECIDE,
        national=True,
        reasons=frozenset({"expulsion_under_appeal"}),
    ),
    f.Readmitted: Rule(frozenset({State.EXPELLED}), Scope.SK_ISSUE, national=True),
    f.Resigned: Rule(_INSIDE),
    f.ResignationWithdrawn: Rule(_INSIDE),
    f.Merged: Rule(_PAYING | {State.VERIFIED}, Scope.MEMBERS_DECIDE, national=True),
    f.SoftwareLost: Rule(_INSIDE, Scope.SOFTWARE_INSPECT),
    f.SoftwareOk: Rule(_INSIDE | _APPLYING, Scope.SOFTWARE_INSPECT),
    f.MoveAsked: Rule(_INSIDE),
    f.JobsDeclared: Rule(frozenset({State.ACTIVE, State.GRACE})),
    f.Moved: Rule(_INSIDE, Scope.MEMBERS_DECIDE),
    f.Override: Rule(_ANY - {State.NONE}, Scope.SK_ISSUE, national=True),
}
"""Not here: ``paid``, which only a settled invoice makes."""


def takes(fact: Fact, standing: Standing) -> bool:
    """Whether a state takes a fact."""
    return accepts(type(fact), standing)


def accepts(kind: type[Fact], standing: Standing) -> bool:
    """Whether a state takes facts of a kind."""
    rule = RULES.get(kind)
    if rule is None or standing.state not in rule.states:
        return False
    return (not rule.reasons or standing.reason in rule.reasons) and standing.reason not in rule.unless
