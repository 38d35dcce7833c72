"""What the association decided, for everybody: decrees, public minutes, overrides, moderation.

No member is named by it beyond what the public register of the day shows. The text of a decree that a fact about a
member cites (an admission, a sanction, an override, a waiver) is withheld: its number, day, kind and signers are told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from juru.association.desk.registers import decided
from juru.association.domain import facts as f
from juru.association.domain import registers as g
from juru.association.domain.affairs import Subject, decrees_of, terms_of
from juru.association.domain.boards import Body, Term
from juru.association.store.reads import Reads, standing
from juru.web.sheets import Cell, Column, Kind, Line, Sheet

_ABOUT_MEMBERS = """
SELECT DISTINCT coalesce(json_extract(body, '$.decision'), json_extract(body, '$.decree')) FROM facts
WHERE kind IN ('verified', 'rejected', 'suspended', 'lifted', 'expelled', 'appeal_decided', 'override', 'merged',
               'written_off')
"""

Listed = Callable[[str], bool]
"""Whether the public register of the day shows a member."""


def decrees(reads: Reads, as_of: date, known_ms: int | None, _listed: Listed) -> Sheet:
    """Every SK up to a day, the latest first."""
    found = decrees_of(standing(reads.facts_of_kind(Subject.DECREE, as_of, known_ms)))
    terms = terms_of(standing(reads.facts_of_kind(Subject.PERSON, as_of, known_ms)))
    withheld = {row[0] for row in reads.engine.rows(_ABOUT_MEMBERS)}
    revoked = {decree.revokes: decree.number for decree in found if decree.revokes is not None}
    lines = [
        Line(
            one.number,
            (
                *(one.number, one.on.isoformat(), one.body, one.kind),
                "" if one.number in withheld else one.text,
                ", ".join(dict.fromkeys(office_of(terms, signer, one.on) for signer in one.signers)),
                *(one.revokes or "", revoked.get(one.number, "")),
                "member" if one.number in withheld else "",
            ),
        )
        for one in sorted(found, key=lambda one: (one.on, one.number), reverse=True)
    ]
    names = ("on", "body", "decree_kind", "text", "signed_by", "revokes", "revoked_by", "withheld")
    return Sheet("decrees", {}, (Column("number", Kind.ID), *(Column(name) for name in names)), tuple(lines))


def office_of(terms: list[Term], person: str, on: date) -> str:
    """An office as ``national/chair`` or ``JTM/secretary``; ``congress`` for who held none: he acted for it."""
    for term in terms:
        if term.person == person and term.since <= on < term.until:
            return f"{term.unit if term.body is Body.BRANCH else term.body.value}/{term.title.value}"
    return "congress"


def overrides(reads: Reads, as_of: date, known_ms: int | None, listed: Listed) -> Sheet:
    """States that the national board set by decree until a day; the reason stays in the member's file."""
    lines = []
    for one in reads.tagged(Subject.MEMBER, (f.Override,), as_of, known_ms):
        if isinstance(fact := one.fact, f.Override):
            number = one.subject_id if listed(one.subject_id) else ""
            cells: tuple[Cell, ...] = (fact.on.isoformat(), fact.until.isoformat(), number, fact.state, fact.decree)
            lines.append(Line(str(one.id), cells))
    lines.sort(key=lambda line: (line.cells[0], int(line.key)), reverse=True)
    return Sheet("overrides", {}, tuple(Column(n) for n in ("on", "until", "member", "state", "decree")), tuple(lines))


def moderation(reads: Reads, as_of: date, known_ms: int | None, _listed: Listed) -> Sheet:
    """What officers made of notices, with the reason that everybody may read; not who offered what."""
    lines = [
        Line(str(one.id), (one.fact.on.isoformat(), one.subject_id, one.fact.verdict.value, one.fact.reason))
        for one in reads.tagged(Subject.OPPORTUNITY, (g.Moderated,), as_of, known_ms)
        if isinstance(one.fact, g.Moderated)
    ]
    lines.sort(key=lambda line: (line.cells[0], int(line.key)), reverse=True)
    return Sheet("moderation", {}, tuple(Column(name) for name in ("on", "notice", "verdict", "reason")), tuple(lines))


def minutes(reads: Reads, as_of: date, known_ms: int | None, _listed: Listed) -> Sheet:
    """The decisions of meetings whose minutes are public."""
    lines = [
        Line(f"{one.id}-{place}", (one.on.isoformat(), one.body, one.id, one.text, one.decree))
        for place, one in enumerate(decided(reads, as_of, known_ms))
        if one.kind == "minutes"
    ]
    names = ("on", "body", "meeting", "text", "decree")
    return Sheet("minutes", {}, tuple(Column(name) for name in names), tuple(lines))


KINDS: Mapping[str, Callable[[Reads, date, int | None, Listed], Sheet]] = {
    "decrees": decrees,
    "minutes": minutes,
    "overrides": overrides,
    "moderation": moderation,
}
"""A function for each kind of decision: a new kind is one more line here and its words."""
