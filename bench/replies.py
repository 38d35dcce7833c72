"""Reading supplier replies: 500 suppliers with patterns of their own, and what the most hostile text costs."""

from __future__ import annotations

import random
import statistics
import time

from juru.server.dialects.profiles import ReplyProfile, load_profile
from juru.server.dialects.texts import MAX_TEXT, read_reply_text
from juru.server.domain.outcome import Outcome

PROFILES = 500
REPLIES = 20_000
RUNS = 3
_WORDS = ("LUNAS", "OKE", "TERKIRIM", "MASUK", "BERES")
_HOSTILE = ("TRX " * MAX_TEXT, "9" * MAX_TEXT, "SN:" * MAX_TEXT, "a.b " * MAX_TEXT, "TRX S1 KE 0" + "8" * MAX_TEXT)


def profiles() -> list[tuple[ReplyProfile, str]]:
    """One profile a supplier, four patterns each; with the word its successes use."""
    made = []
    for number in range(PROFILES):
        word = f"{_WORDS[number % len(_WORDS)]}{number}"
        patterns: list[str | dict[str, str]] = [
            r"^antri (?P<clientid>\w+) no (?P<tujuan>\d+)",
            {"pattern": rf"TOLAK{number} (?P<kode>\w+) (?P<tujuan>\d+)", "outcome": "failed"},
            rf"INFO{number} .+? saldo (?P<saldo>[\d.]+)",
            {
                "pattern": (
                    rf"TRX (?P<kode>\w+) KE (?P<tujuan>\d+) {word} REF (?P<sn>.+?), potong (?P<hargabeli>[\d.]+), "
                    r"sisa (?P<saldo>[\d.]+)"
                ),
                "outcome": "success",
            },
        ]
        made.append((load_profile({"name": f"S{number}", "patterns": patterns}), word))
    return made


def measure() -> dict[str, float]:
    """Replies read a second (median of three), and the slowest hostile text in milliseconds."""
    known = profiles()
    dice = random.Random(1)
    texts = []
    for number in range(REPLIES):
        profile, word = known[dice.randrange(PROFILES)]
        dest = f"0812{dice.randrange(10**8):08d}"
        text = f"TRX S10 KE {dest} {word} REF A{number}/77 X, potong 10.{dice.randrange(1000):03d}, sisa 1.234.567"
        texts.append((text, dest, profile))
    speeds = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        read = sum(read_reply_text(text, dest=dest, profile=p).outcome is Outcome.SUCCESS for text, dest, p in texts)
        speeds.append(REPLIES / (time.perf_counter() - begun))
        assert read == REPLIES, read
    slowest = 0.0
    for text in _HOSTILE:
        for profile, _ in known[:50]:
            begun = time.perf_counter()
            read_reply_text(text, profile=profile)
            slowest = max(slowest, time.perf_counter() - begun)
    return {"per_s": statistics.median(speeds), "hostile_ms": slowest * 1_000}
