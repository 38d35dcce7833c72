"""Who is in office on a day, and why a term that has begun is not."""

from __future__ import annotations

from datetime import date

import msgspec

from juru.association.desk.acting import POLICY, member_facts
from juru.association.domain.affairs import Subject, decrees_of, terms_of
from juru.association.domain.boards import FirmState, in_office
from juru.association.domain.membership import standing as standing_of
from juru.association.store.reads import Reads, standing


class Officer(msgspec.Struct):
    """A term; ``standing`` is "in office", "paused", "ended" or "to come"."""

    body: str
    unit: str
    title: str
    person: str
    firm: str
    since: date
    until: date
    decree: str
    acting: bool
    standing: str


def officers(reads: Reads, as_of: date) -> list[Officer]:
    """Every term by body and unit; a revoked decree ends what it gave, a firm out of good standing pauses it."""
    terms = terms_of(standing(reads.facts_of_kind(Subject.PERSON)))
    decrees = decrees_of(standing(reads.facts_of_kind(Subject.DECREE)))
    revoked = {decree.revokes for decree in decrees if decree.revokes is not None and decree.on <= as_of}
    firms = {}
    for number in {term.firm for term in terms}:
        state = standing_of(POLICY, member_facts(reads.facts(Subject.MEMBER, number)), as_of).state
        firms[number] = FirmState(state, as_of)
    live = set(in_office(terms, decrees, firms, as_of))
    rows = []
    for term in sorted(terms, key=lambda t: (t.body.value, t.unit, t.title.value, t.since)):
        if term in live:
            now = "in office"
        elif as_of < term.since:
            now = "to come"
        else:
            now = "ended" if as_of >= term.end or term.decree in revoked else "paused"
        where = (term.body.value, term.unit, term.title.value, term.person, term.firm)
        rows.append(Officer(*where, term.since, term.end, term.decree, term.acting, now))
    return rows
