"""The body's own history: dated facts with their sources, of which several may tell the same event differently."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from juru.association.domain.affairs import Founded
from juru.association.domain.facts import Fact, Precision
from juru.association.domain.registers import Milestone

ARTICLE = "id.wikipedia.org/wiki/Asosiasi_Server_Pulsa_Indonesia"
_OKEZONE = "techno.okezone.com/read/2010/07/16/324/353484"
_FOUNDER = "Didirikan oleh Dwi Lesmana, pendiri dan ketua pertamanya"
_CONGRESS = "Munas dan deklarasi, hari yang ditetapkan sebagai hari jadi; gagasannya lahir tiga bulan sebelumnya"


class Event(msgspec.Struct, frozen=True):
    """A line of the timeline."""

    on: date
    precision: Precision
    through: date | None
    text: str
    place: str
    source: str
    founding: bool


def seed(name: str, *, sample: bool = False) -> tuple[Founded | Milestone, ...]:
    """What the article and the pages it cites tell of the beginning; they disagree on the day, and all three stand."""
    return (
        Founded(on=date(2010, 4, 20), name=name, text=_FOUNDER, sample=sample, source=ARTICLE),
        Milestone(on=date(2010, 4, 26), text="Deklarasi Jawa Timur", source="infobisnispulsa.blogspot.com/2010/04"),
        Founded(on=date(2010, 7, 15), name=name, text=_CONGRESS, source=_OKEZONE),
    )


def timeline(facts: Iterable[Fact], as_of: date) -> list[Event]:
    """The history up to a day, oldest first."""
    found = []
    for fact in facts:
        if fact.on > as_of:
            continue
        when = (fact.on, fact.precision, fact.through)
        match fact:
            case Founded(name=name, text=text, source=source):
                found.append(Event(*when, text or name, "", source, founding=True))
            case Milestone(text=text, place=place, source=source):
                found.append(Event(*when, text, place, source, founding=False))
            case _:
                pass
    return sorted(found, key=lambda event: (event.on, event.precision.value, event.text))
