"""What can be done about a member on its page: one small form for each kind of fact, while the state takes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum

import msgspec

from juru.association.desk.dossier import Dossier
from juru.association.domain import facts as f
from juru.association.domain.boards import NATIONAL, Scope
from juru.association.domain.facts import Fact, MemberFact
from juru.association.domain.membership import Standing, State
from juru.association.domain.transitions import RULES, accepts
from juru.association.portal.entry import Visitor

_TEXT_MAX = 4_000


class Kind(StrEnum):
    """How a field is filled in."""

    TEXT = "text"
    LONG = "long"
    DAY = "day"
    DAYS = "days"
    NAMES = "names"
    CHOICE = "choice"
    FLAG = "flag"


class Field(msgspec.Struct, frozen=True):
    """A field of a fact."""

    name: str
    kind: Kind = Kind.TEXT
    required: bool = True
    choices: tuple[str, ...] = ()


class Form(msgspec.Struct, frozen=True):
    """A kind of fact that can be recorded; ``grave`` ones cannot simply be undone."""

    fact: type[Fact]
    fields: tuple[Field, ...] = ()
    grave: bool = False

    @property
    def kind(self) -> str:
        """Its kind, as facts say it."""
        return str(self.fact.__struct_config__.tag)

    @property
    def own(self) -> bool:
        """Whether it is the business's own."""
        return RULES[self.fact].scope is None


class Group(msgspec.Struct, frozen=True):
    """Forms that belong together; ``name`` is the key of their heading."""

    name: str
    forms: tuple[Form, ...]


class Offered(msgspec.Struct, frozen=True):
    """What a visitor may do about a member now, and as whom: of a firm of his, or as an officer."""

    groups: tuple[Group, ...]
    member: str = ""


_DECISION, _REASON = Field("decision"), Field("reason", Kind.LONG)
_DECIDERS = Field("deciders", Kind.NAMES)
_STATES = tuple(state.value for state in State if state is not State.NONE)


def _choice(name: str, kinds: type[StrEnum], *, required: bool = True) -> Field:
    return Field(name, Kind.CHOICE, required, tuple(one.value for one in kinds))


GROUPS = (
    Group(
        "acts_application",
        (
            Form(f.Complete),
            Form(f.Recommended, (Field("in_favour", Kind.FLAG, required=False), Field("reason", Kind.LONG, False))),
            Form(f.Verified, (_DECISION,)),
            Form(f.Rejected, (Field("reason_code", required=False), _REASON, _DECISION), grave=True),
            Form(f.Withdrawn, grave=True),
        ),
    ),
    Group(
        "acts_people",
        (
            Form(
                f.RepresentativeNamed,
                (
                    _choice("role", f.Role),
                    Field("person"),
                    Field("phone", required=False),
                    Field("email", required=False),
                    Field("confirmed_by", Kind.NAMES, required=False),
                ),
            ),
            Form(f.ContactSet, (_choice("channel", f.Channel), Field("value"), _choice("audience", f.Audience))),
            Form(f.ContactRemoved, (_choice("channel", f.Channel),)),
            Form(f.ServerAdded, (Field("server"), Field("name"), Field("place", required=False))),
            Form(f.ServerNamed, (Field("server"), Field("name"))),
            Form(f.ServerRemoved, (Field("server"),)),
            Form(f.Renamed, (Field("name"),)),
        ),
    ),
    Group(
        "acts_owner",
        (
            Form(f.OwnerChanged, (Field("owner"), _choice("how", f.Passing)), grave=True),
            Form(f.OwnerConfirmed),
            Form(f.Merged, (Field("into"), _DECISION), grave=True),
        ),
    ),
    Group("acts_branch", (Form(f.MoveAsked, (Field("to"),)), Form(f.Moved, (Field("to"),)))),
    Group(
        "acts_discipline",
        (
            Form(f.Warned, (Field("level", Kind.CHOICE, choices=("1", "2", "3")), _REASON)),
            Form(f.Charged, (Field("charges", Kind.LONG), Field("hearing_on", Kind.DAY))),
            Form(
                f.Heard,
                (
                    Field("minutes"),
                    Field("appeared", Kind.FLAG, required=False),
                    Field("summonses", Kind.DAYS, required=False),
                ),
            ),
            Form(
                f.Suspended,
                (
                    _REASON,
                    Field("until", Kind.DAY, required=False),
                    Field("emergency", Kind.FLAG, required=False),
                    Field("decision", required=False),
                    Field("deciders", Kind.NAMES, required=False),
                ),
                grave=True,
            ),
            Form(f.Lifted, (_DECISION,)),
            Form(f.Expelled, (_REASON, _DECISION, _DECIDERS), grave=True),
            Form(f.Appealed),
            Form(f.AppealDecided, (_choice("outcome", f.AppealOutcome), _DECISION, _DECIDERS), grave=True),
            Form(f.Readmitted, (Field("minutes"),)),
        ),
    ),
    Group(
        "acts_leaving",
        (
            Form(f.Applied, (Field("branch"), Field("member_class", Kind.CHOICE, choices=("server", "developer")))),
            Form(f.Resigned, (Field("effective", Kind.DAY),), grave=True),
            Form(f.ResignationWithdrawn),
        ),
    ),
    Group(
        "acts_override",
        (
            Form(
                f.Override,
                (
                    Field("state", Kind.CHOICE, choices=_STATES),
                    Field("until", Kind.DAY),
                    _REASON,
                    Field("decree"),
                ),
                grave=True,
            ),
        ),
    ),
)
FORMS: Mapping[str, Form] = {form.kind: form for group in GROUPS for form in group.forms}


def offered(visitor: Visitor, found: Dossier, *, left_to_branch: bool = False) -> Offered:
    """What a visitor may do about a member now: for his own firm what is its own, else what his offices give him.

    ``left_to_branch``: national has delegated the decision on applications to the branch's board.
    """
    number, branch = found.shown.number, found.shown.branch
    standing = Standing(State(found.shown.state), found.shown.reason)
    member = number if number in visitor.firms else ""
    groups = []
    for group in GROUPS:
        forms = tuple(
            form
            for form in group.forms
            if _sensible(form, found)
            and _may(visitor, form, branch, standing, own=bool(member), left_to_branch=left_to_branch)
        )
        if forms:
            groups.append(Group(group.name, forms))
    return Offered(tuple(groups), member)


def _sensible(form: Form, found: Dossier) -> bool:
    """Whether there is anything to do it to: a server to remove, a resignation to take back, a move to accept."""
    given = {line.kind for line in found.story if line.gone is None}
    match form.kind:
        case "contact_removed":
            return bool(found.contacts)
        case "server_named" | "server_removed":
            return bool(found.servers)
        case "owner_confirmed":
            return found.owner is not None and not found.owner_confirmed
        case "resignation_withdrawn":
            return "resigned" in given
        case "heard":
            return "charged" in given
        case _:
            return True


def _may(visitor: Visitor, form: Form, branch: str, standing: Standing, *, own: bool, left_to_branch: bool) -> bool:
    reviewed = form.fact in {f.Verified, f.Rejected} and standing.reason == "rejected"
    if not reviewed and not accepts(form.fact, standing):
        return False
    rule = RULES[form.fact]
    if own:
        return rule.scope is None
    if rule.scope is None:
        return visitor.may(Scope.MEMBERS_DECIDE, branch)
    # A move is accepted by the branch to which it goes, a suspension lifted by the appeal board too.
    if form.fact is f.Moved:
        return visitor.may(rule.scope)
    if form.fact is f.Lifted and visitor.may(Scope.APPEAL_DECIDE):
        return True
    deciding = form.fact in {f.Verified, f.Rejected} and left_to_branch
    return visitor.may(rule.scope, NATIONAL if rule.national and not deciding else branch)


def fact_of(form: Form, given: Mapping[str, str], today: date) -> MemberFact:
    """The fact that a form says. Raises ``ValueError`` with the name of the field that cannot be read."""
    told: dict[str, object] = {"kind": form.kind, "on": given.get("on") or today.isoformat()}
    told["source"] = given.get("source", "").strip()[:_TEXT_MAX]
    for field in form.fields:
        value = given.get(field.name, "").strip()[:_TEXT_MAX]
        match field.kind:
            case Kind.FLAG:
                told[field.name] = bool(value)
            case Kind.NAMES | Kind.DAYS:
                told[field.name] = [part.strip() for part in value.split(",") if part.strip()]
            case _ if value:
                told[field.name] = value
            case _ if field.required:
                raise ValueError(field.name)
            case _:
                pass
    try:
        fact: MemberFact = msgspec.convert(told, MemberFact, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(_field_of(str(error), [*(one.name for one in form.fields), "on"])) from error
    return fact


def _field_of(error: str, names: Sequence[str]) -> str:
    """The field that an error is about: it names the place as ``$.until``."""
    return next((name for name in names if f"$.{name}" in error), names[0])


def typed(form: Form, given: Mapping[str, str]) -> dict[str, str]:
    """What was typed, to be shown again beside what was wrong."""
    names: Iterable[str] = (*(field.name for field in form.fields), "on", "source")
    return {name: given.get(name, "")[:_TEXT_MAX] for name in names}
