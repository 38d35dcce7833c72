"""What stands in a register does not depend on the order in which its facts were entered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juru.association.domain import registers as g
from juru.association.domain.announcements import announcement
from juru.association.domain.facts import Fact
from juru.association.domain.letters import letter
from juru.association.domain.meetings import meeting
from juru.association.domain.opportunities import opportunity
from juru.association.domain.recognition import recognition

DAY = date(2026, 1, 5)
Fold = Callable[[str, Sequence[Fact], date], Any]


def on(days: int) -> date:
    return DAY + timedelta(days=days)


STORIES: dict[str, tuple[Fold, list[Fact]]] = {
    "recognition": (
        recognition,
        [
            g.Recognised(on=on(0), version=1, authority=g.Authority.KADIN, name="K", grants="a", document="d"),
            g.Recognised(on=on(0), version=2, authority=g.Authority.KADIN, name="K", grants="b", document="e"),
            g.RecognitionWithdrawn(on=on(3), reason="x"),
            g.RecognitionWithdrawn(on=on(3), reason="y"),
        ],
    ),
    "opportunity": (
        opportunity,
        [
            g.Offered(on=on(0), body="JTM", offer_kind=g.OfferKind.JOB, title="t", text="x", until=on(60), member="1"),
            g.Moderated(on=on(1), verdict=g.Verdict.PUBLISHED, reason="a"),
            g.Moderated(on=on(1), verdict=g.Verdict.REMOVED, reason="b"),
            g.OfferRenewed(on=on(2), until=on(90)),
            g.OfferClosed(on=on(4)),
            g.OfferClosed(on=on(4), filled=True),
        ],
    ),
    "letter": (
        letter,
        [
            g.LetterDrafted(on=on(0), version=1, body="NAS", to="a", regarding="r", text="x"),
            g.LetterDrafted(on=on(0), version=2, body="NAS", to="b", regarding="r", text="y"),
            g.LetterSent(on=on(2), number="n", body="NAS", to="b", regarding="r", text="y", signers=("k",)),
            g.LetterEnded(on=on(3), reason="x"),
            g.LetterEnded(on=on(3), reason="y"),
        ],
    ),
    "announcement": (
        announcement,
        [
            g.Announced(on=on(0), version=1, body="NAS", title="t", text="x", audience=g.Audience.PUBLIC),
            g.Announced(on=on(3), version=2, body="NAS", title="t", text="y", audience=g.Audience.PUBLIC),
            g.Announced(on=on(1), version=3, body="NAS", title="t", text="z", audience=g.Audience.PUBLIC, until=on(4)),
        ],
    ),
    "meeting": (
        meeting,
        [
            g.MeetingCalled(
                on=on(0),
                version=version,
                body="NAS",
                meeting_kind=g.MeetingKind.MUNAS,
                title="t",
                held_on=on(2),
                held_at=f"1{version}:00",
                place="p",
                invited=g.Invited.ALL,
            )
            for version in (1, 2)
        ]
        + [
            g.AgendaAdded(on=on(0), item=1, text="a"),
            g.AgendaAdded(on=on(0), item=2, text="b"),
            g.AgendaDropped(on=on(1), item=1, reason="x"),
            g.InvitationAnswered(on=on(1), version=1, member="1", coming=g.Coming.YES),
            g.InvitationAnswered(on=on(1), version=2, member="1", coming=g.Coming.NO),
            g.Attended(on=on(2), version=1, guests=1),
            g.Attended(on=on(2), version=2, guests=2),
            g.Minuted(on=on(3), version=1, text="a"),
            g.Minuted(on=on(3), version=2, text="b"),
        ],
    ),
}


@pytest.mark.parametrize("name", STORIES)
@given(data=st.data())
def test_a_register_stands_the_same_whatever_the_order_of_entry(name: str, data: st.DataObject) -> None:
    fold, facts = STORIES[name]
    shuffled, as_of = data.draw(st.permutations(facts)), on(data.draw(st.integers(-1, 100)))
    assert fold("1", shuffled, as_of) == fold("1", facts, as_of)


@pytest.mark.parametrize("name", STORIES)
@given(data=st.data())
def test_nothing_is_there_before_its_first_day_but_what_is_to_come(name: str, data: st.DataObject) -> None:
    fold, facts = STORIES[name]
    before = fold("1", facts, on(-data.draw(st.integers(1, 1_000))))
    assert before is None or before.state.value == "to_come"
