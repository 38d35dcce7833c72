"""A supplier's own patterns: what they override, what is refused, and the cost of hostile text."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juru.server.dialects.profiles import ProfileError, load_profile
from juru.server.dialects.safe_pattern import PatternError, SafePattern
from juru.server.dialects.texts import MAX_TEXT, read_reply_text
from juru.server.domain.outcome import Outcome

FULL_TEXT = (
    r"trx (?<clientid>\w+): (?<kode>[A-Z0-9]+)-(?<tujuan>\d+), serial <(?<sn>[^>]+)>, cost (?<hargabeli>[\d.]+), "
    r"left (?<saldo>[\d.]+)$"
)
LAZY = (
    r"trx (?<clientid>\w+): (?<kode>[A-Z0-9]+)-(?<tujuan>\d+) ok, serial <(?<sn>.+?)>, "
    r"cost (?<hargabeli>[\d.]+), left (?<saldo>[\d.]+)$"
)
NAMES = frozenset({"sn", "kode", "tujuan", "saldo", "hargabeli", "clientid"})
FULL = load_profile(
    {
        "name": "supplier",
        "patterns": [
            LAZY,
            {"pattern": r"^antre (?P<clientid>\w+)", "outcome": "pending"},
        ],
    }
)


def test_groups_override_the_common_reading() -> None:
    read = read_reply_text("trx R77: S10-081234567890 ok, serial <AA 11/22>, cost 10.500, left 1.000.000", profile=FULL)
    assert (read.ref, read.product, read.dest, read.price_idr, read.balance_idr) == (
        "R77",
        "S10",
        "081234567890",
        10_500,
        1_000_000,
    )
    assert read.outcome is Outcome.UNKNOWN


def test_pattern_may_state_the_outcome() -> None:
    read = read_reply_text("Antre AB12 di loket", profile=FULL)
    assert (read.outcome, read.ref) == (Outcome.PENDING, "AB12")


def test_text_that_no_pattern_fits_is_read_by_the_common_rules() -> None:
    assert read_reply_text("S10.081234567890 SUKSES. SN: 99887766. Saldo 5.000", profile=FULL).sn == "99887766"


@pytest.mark.parametrize("serial", ["081234567890", "6281234567890", "10.500", "1000000", "R77", "-", "0"])
def test_group_sn_is_never_phone_price_balance_or_reference(serial: str) -> None:
    own = load_profile({"patterns": [FULL_TEXT]})
    read = read_reply_text(
        f"SUKSES trx R77: S10-081234567890, serial <{serial}>, cost 10.500, left 1.000.000",
        dest="081234567890",
        profile=own,
    )
    assert (read.outcome, read.sn) == (Outcome.SUCCESS, None)


@pytest.mark.parametrize(
    ("pattern", "text", "groups"),
    [
        (r"SN: (?P<sn>.+?)\. Saldo", "x SN: A.B C. Saldo 5", {"sn": "A.B C"}),
        (r"Saldo:?\s*(?P<saldo>[\d.,]+)", "saldo 1.000", {"saldo": "1.000"}),
        (r"(?P<sn>\d{4}-\d{4})/.*? @", "no 1234-5678/BUDI @10", {"sn": "1234-5678"}),
        (r"(?:sukses|berhasil),? ref (?P<clientid>\w+)", "BERHASIL ref q1", {"clientid": "q1"}),
        (r"^(?P<kode>\w+) (?P<tujuan>\d+)", "S10 0812", {"kode": "S10", "tujuan": "0812"}),
        (r"a(?P<sn>.*?)b(?P<clientid>.*?)$", "xa1b2", {"sn": "1", "clientid": "2"}),
        (r"Rp\.?\s?(?P<hargabeli>\d+)\+?", "rp. 500", {"hargabeli": "500"}),
    ],
)
def test_safe_patterns(pattern: str, text: str, groups: dict[str, str]) -> None:
    assert SafePattern(pattern, NAMES).find(text) == groups


@pytest.mark.parametrize(
    ("pattern", "text"), [(r"^S10", "x S10"), (r"a.{1,3}?b", "a12345b"), (r"x$", "xy"), (r"q\d+", "q")]
)
def test_what_does_not_fit_is_none(pattern: str, text: str) -> None:
    assert SafePattern(pattern, NAMES).find(text) is None


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?P<sn>(a+)+)b",
        r"(a+)+b",
        r"(?:a+)+b",
        r"(?:a|aa)+b",
        r"(?P<sn>\w+)+",
        r"(?P<sn>\w+) \1",
        r"(?P<sn>\w+) (?P=sn)",
        r"(?=a)b",
        r"(?<!a)b",
        r"(?i)abc",
        r"a**",
        r"a++",
        r".*x",
        r"\w+1",
        r"[\d.]+\.",
        r"(?P<sn>.+?)",
        r".*?.*?x",
        r"(?P<other>\d+)",
        r"(?P<sn>\d)(?P<sn>\d)",
        r"(?P<sn>\d",
        r"\d)",
        r"[abc",
        r"[z-a]",
        r"\bx",
        r"a|b",
        r"a{9999}",
        r"a{5,2}",
        r"",
        r"x$y",
        "\\",
        "x" * 501,
        ".*?x" * 13,
    ],
)
def test_pattern_outside_the_safe_subset_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        SafePattern(pattern, NAMES)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"patterns": []},
        {"patterns": ["x"] * 21},
        {"patterns": [r"(a+)+"]},
        {"patterns": [{"pattern": "x", "outcome": "lucky"}]},
        {"patterns": ["x"], "colour": 1},
        {"patterns": [5]},
        b"not json",
    ],
)
def test_profile_that_cannot_work_is_refused(data: dict[str, Any] | bytes) -> None:
    with pytest.raises(ProfileError):
        load_profile(data)


HOSTILE = [
    "SN: " * 1000,
    "a" * 5000,
    "1" * 5000,
    "1." * 2500,
    "Saldo 1 - " * 500,
    "x " * 2500,
    "S1.0812345678 " * 400,
    "R#" * 2500,
    ". saldo" * 700,
    "sdh pernah jam status " * 200,
    "<" * 5000,
    "trx a: " * 700,
    "a0" * 2500,
    "Trx ke-1/hr:" * 400,
    "- = " * 1200,
]
SLOW_SUSPECTS = load_profile(
    {
        "patterns": [
            r"a.*?a.*?a.*?a.*?a.*?a.*?a.*?zz",
            r"\d+x\d+y\d+z",
            r"(?P<sn>[a-z]+)\d(?P<kode>[a-z]+)\d.*?!",
            r"s\w*: q",
            FULL_TEXT,
        ]
    }
)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_hostile_text_is_bounded(text: str) -> None:
    began = time.process_time()
    answer = read_reply_text(text, dest="081234567890", ref="r", profile=SLOW_SUSPECTS)
    assert time.process_time() - began < 0.5
    assert len(answer.message) <= MAX_TEXT


@given(st.text(alphabet="aAxX0159 .:<>-=#RSNsndoal/@*Rp,", max_size=400))
def test_any_text_is_read(text: str) -> None:
    read_reply_text(text, profile=SLOW_SUSPECTS)
