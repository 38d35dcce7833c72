"""Facts about a member: what happened, on which day it took effect, when and by whom it was recorded, from where.

Facts are never overwritten. Several of one day have one precedence, the order of the classes below, so that nothing
depends on the order in which they were entered (``docs/reference/facts.md``).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

import msgspec


class Precision(StrEnum):
    """How exactly a day is known; a fact of the past may be known by its month or year only."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    RANGE = "range"


class Fact(msgspec.Struct, frozen=True, tag_field="kind", omit_defaults=True, kw_only=True):
    """``on``: the day from which it counts. ``known_at``: when it was recorded (UTC); None = always known.

    A day known by its month, its year or a range only is the first it may have been; ``through`` is a range's last.
    """

    on: date
    known_at: datetime | None = None
    by: str = ""
    source: str = ""
    precision: Precision = Precision.DAY
    through: date | None = None


class Role(StrEnum):
    """What a person represents a member in; one person may do both."""

    DUES = "dues"
    VOTING = "voting"


class Registered(Fact, frozen=True, tag="registered"):
    """Who the business is: its name, its licence (NIB), the province it works in."""

    name: str
    licence: str = ""
    province: str = ""
    address: str = ""


class Renamed(Fact, frozen=True, tag="renamed"):
    """The same business under another name."""

    name: str


class Passing(StrEnum):
    """How a business came to another owner."""

    HEIR = "heir"
    SALE = "sale"


class OwnerChanged(Fact, frozen=True, tag="owner_changed"):
    """Another owner, the same business and number. Whoever represented the old one does so no more.

    ``owed_idr`` and ``invoices`` are the open debts as they were shown to him that day.
    """

    owner: str
    how: Passing
    owed_idr: int = 0
    invoices: tuple[str, ...] = ()


class OwnerConfirmed(Fact, frozen=True, tag="owner_confirmed"):
    """The new owner goes on with the membership and takes over its open debts, as shown; until then time runs."""

    owed_idr: int = 0
    invoices: tuple[str, ...] = ()


class RepresentativeNamed(Fact, frozen=True, tag="representative_named"):
    """From this day on this person represents the member; ``confirmed_by`` is who vouched for the change."""

    role: Role
    person: str
    phone: str = ""
    email: str = ""
    confirmed_by: tuple[str, ...] = ()


class ServerAdded(Fact, frozen=True, tag="server_added"):
    """A server that the member runs; ``server`` is the member's own short code for it."""

    server: str
    name: str
    place: str = ""


class ServerNamed(Fact, frozen=True, tag="server_named"):
    """The same server under another name."""

    server: str
    name: str


class ServerRemoved(Fact, frozen=True, tag="server_removed"):
    """The member runs it no more."""

    server: str


class Channel(StrEnum):
    """By what a business can be reached; one of each."""

    PHONE = "phone"
    WHATSAPP = "whatsapp"
    EMAIL = "email"
    WEBSITE = "website"
    ADDRESS = "address"


class Audience(StrEnum):
    """To whom the directory shows a contact; officers with the right see it anyway."""

    NOBODY = "nobody"
    MEMBERS = "members"


class ContactSet(Fact, frozen=True, tag="contact_set"):
    """The business's contact of a channel, and its consent to show it; consent is withdrawn by ``nobody``."""

    channel: Channel
    value: str
    audience: Audience = Audience.NOBODY


class ContactRemoved(Fact, frozen=True, tag="contact_removed"):
    """No longer to be reached by this channel."""

    channel: Channel


class Applied(Fact, frozen=True, tag="applied"):
    """A business asks to join, through a branch."""

    branch: str = ""
    member_class: str = "server"


class Evidence(StrEnum):
    """What a document proves; an application needs one of the first two, and the last."""

    LICENCE = "licence"
    IDENTITY = "identity"
    TAX = "tax"
    OTHER = "other"
    SOFTWARE = "software"


class DocumentGiven(Fact, frozen=True, tag="document_given"):
    """A document of the member, by the hash under which its bytes are kept."""

    document: str
    evidence: Evidence
    name: str = ""


class Complete(Fact, frozen=True, tag="complete"):
    """Every required document is there."""


class Recommended(Fact, frozen=True, tag="recommended"):
    """The branch board's word; national is not bound by it."""

    in_favour: bool = True
    reason: str = ""


class Verified(Fact, frozen=True, tag="verified"):
    """Accepted by decision; the first dues are now due."""

    decision: str = ""


class Rejected(Fact, frozen=True, tag="rejected"):
    """Not accepted; may be reviewed once within 30 days."""

    reason_code: str = ""
    reason: str = ""
    decision: str = ""


class Withdrawn(Fact, frozen=True, tag="withdrawn"):
    """The applicant takes his application back."""


class Paid(Fact, frozen=True, tag="paid", rename={"since": "from", "until": "to"}):
    """Dues of the period [from, to) reached zero outstanding; ``on`` is the value date of the last rupiah."""

    since: date
    until: date
    invoice: str = ""


class PaidBefore(Paid, frozen=True, kw_only=True, tag="paid_before"):
    """A list of members said that these dues were paid before this book was kept: no money of it stands behind them.

    ``row`` is the fingerprint of the list's row, which the source of the member's ``registered`` ends with.
    """

    row: str


class Charged(Fact, frozen=True, tag="charged"):
    """A written charge was served."""

    charges: str = ""
    hearing_on: date | None = None


class Warned(Fact, frozen=True, tag="warned"):
    """A letter of level 1 to 3; it ends after 365 days and changes no state."""

    level: int = 1
    reason: str = ""


class Heard(Fact, frozen=True, tag="heard"):
    """The hearing on a charge was held; of one who did not come, the days of two summonses without an answer."""

    minutes: str
    appeared: bool = True
    summonses: tuple[date, ...] = ()


class Suspended(Fact, frozen=True, tag="suspended"):
    """Suspended by decision until a day or until lifted; an emergency one ends by itself unless a charge follows."""

    until: date | None = None
    emergency: bool = False
    reason: str = ""
    decision: str = ""
    deciders: tuple[str, ...] = ()


class Lifted(Fact, frozen=True, tag="lifted"):
    """Suspensions by decision end."""

    decision: str = ""


class Expelled(Fact, frozen=True, tag="expelled"):
    """Pronounced by ``deciders``; it does not bite before the appeal is exhausted."""

    reason: str = ""
    decision: str = ""
    deciders: tuple[str, ...] = ()


class Appealed(Fact, frozen=True, tag="appealed"):
    """The member appeals against the expulsion before it."""


class AppealOutcome(StrEnum):
    """What the appeal board decided."""

    UPHELD = "upheld"
    OVERTURNED = "overturned"


class AppealDecided(Fact, frozen=True, tag="appeal_decided"):
    """The appeal board's decision, by nobody who took part in the first."""

    outcome: AppealOutcome
    decision: str = ""
    deciders: tuple[str, ...] = ()


class Readmitted(Fact, frozen=True, tag="readmitted"):
    """The congress opens the door again: only facts from this day on count."""

    minutes: str = ""


class Resigned(Fact, frozen=True, tag="resigned"):
    """The member leaves from the effective day on."""

    effective: date


class ResignationWithdrawn(Fact, frozen=True, tag="resignation_withdrawn"):
    """Taken back before it took effect."""


class Merged(Fact, frozen=True, tag="merged"):
    """Two member businesses became one: this number points to the other, its rights end, its money stays its own."""

    into: str
    decision: str = ""


class SoftwareLost(Fact, frozen=True, tag="software_lost"):
    """The duty of original software is no longer met; ``cure_until`` is the last day to mend it."""

    cure_until: date
    cause: str = ""


class SoftwareOk(Fact, frozen=True, tag="software_ok"):
    """The duty of original software is met again."""


class MoveAsked(Fact, frozen=True, tag="move_asked"):
    """The member asks to belong to another branch; that branch accepts by ``moved``."""

    to: str


class JobsDeclared(Fact, frozen=True, tag="jobs_declared"):
    """The member says how many jobs it has created since it last said so, about a notice of its own or in general."""

    jobs: int
    opportunity: str = ""


class Moved(Fact, frozen=True, tag="moved"):
    """From this day on a member of another branch."""

    to: str


class Override(Fact, frozen=True, tag="override"):
    """The national board sets a state until a day, with a reason; it always has an end."""

    state: str
    until: date
    reason: str
    decree: str = ""


MemberFact = (
    Registered
    | Renamed
    | OwnerChanged
    | OwnerConfirmed
    | RepresentativeNamed
    | ServerAdded
    | ServerNamed
    | ServerRemoved
    | ContactSet
    | ContactRemoved
    | Applied
    | DocumentGiven
    | Complete
    | Recommended
    | Verified
    | Rejected
    | Withdrawn
    | Paid
    | PaidBefore
    | Charged
    | Warned
    | Heard
    | Suspended
    | Lifted
    | Expelled
    | Appealed
    | AppealDecided
    | Readmitted
    | Resigned
    | ResignationWithdrawn
    | Merged
    | SoftwareLost
    | SoftwareOk
    | MoveAsked
    | JobsDeclared
    | Moved
    | Override
)
_PLACE: dict[type[Fact], int] = {kind: place for place, kind in enumerate(MemberFact.__args__)}
_bytes = msgspec.json.Encoder(order="deterministic").encode

F = TypeVar("F", bound=Fact)


def place(fact: Fact) -> tuple[date, int, bytes]:
    """Where a fact stands among others: by its day, then by the precedence of its kind, then by what it says."""
    return fact.on, _PLACE[type(fact)], _bytes(fact)


def known(facts: Iterable[F], as_of: date, known_at: datetime | None = None) -> list[F]:
    """The facts that exist on a day, as known at an instant, in their order; the same fact twice counts once."""
    found = {
        fact
        for fact in facts
        if fact.on <= as_of and (known_at is None or fact.known_at is None or fact.known_at <= known_at)
    }
    return sorted(found, key=place)


def of_kind(facts: Iterable[Fact], kind: type[F]) -> list[F]:
    """The facts of one kind, in the order given."""
    return [fact for fact in facts if isinstance(fact, kind)]
