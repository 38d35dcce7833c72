"""Who is in office on a day, and why a term that has begun is not."""

from __future__ import annotations

from datetime import date

import msgspec

from juru.association.desk.acting import seats
from juru.association.domain.affairs import Subject, decrees_of, terms_of
from juru.association.store.reads import Reads, standing


class Officer(msgspec.Struct):
    """A term; ``standing`` is "in office", "paused", "ended" or "to come".

    ``until`` is the day on which it is over, ``ending`` why on that day; of a paused one, if its firm does not recover.
    """

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
    ending: str = "term"


def officers(reads: Reads, as_of: date, known_ms: int | None = None) -> list[Officer]:
    """Every term by body and unit, as known at an instant."""
    terms = terms_of(standing(reads.facts_of_kind(Subject.PERSON, known_ms=known_ms)))
    decrees = decrees_of(standing(reads.facts_of_kind(Subject.DECREE, known_ms=known_ms)))
    worth = seats(reads, as_of, reads.policies(known_ms), decrees, reads.branches(known_ms), known_ms)
    rows = []
    for term in sorted(terms, key=lambda t: (t.body.value, t.unit, t.title.value, t.since)):
        over, why = worth.ending(term)
        if as_of < term.since:
            now = "to come"
        elif as_of >= over:
            now = "ended"
        else:
            now = "paused" if worth.paused(term, as_of) else "in office"
        where = (term.body.value, term.unit, term.title.value, term.person, term.firm)
        rows.append(Officer(*where, term.since, over, term.decree, term.acting, now, why.value))
    return rows
