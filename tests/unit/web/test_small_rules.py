"""Tokens of forms, passwords, places, what is shown once, the words of pages."""

from __future__ import annotations

import asyncio
import re
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juru.web import csrf
from juru.web.devices import device_name
from juru.web.once import KEPT_MS, Once
from juru.web.passwords import BusyError, Passwords, hash_password, is_outdated, matches, problem
from juru.web.places import LOCAL, Place, Places, is_same_origin, local_target
from juru.web.words import KIT, lang_of, speak, wait_in_words

# ---------------------------------------------------------------- tokens


@given(st.text(min_size=1), st.text(min_size=1, max_size=64, alphabet="abcdef0123456789"))
def test_a_token_is_good_for_its_own_browser_only(secret: str, nonce: str) -> None:
    token = csrf.issue(secret, nonce)
    assert csrf.is_valid(secret, token)
    assert not csrf.is_valid(f"{secret}x", token)
    assert not csrf.is_valid(secret, token[:-1])
    assert not csrf.is_valid(secret, f"x{token}")


@pytest.mark.parametrize("token", ["", ".", "n.", ".mac", "x" * 100 + ".mac", "n.é"])
def test_a_broken_token_is_no_token(token: str) -> None:
    assert not csrf.is_valid("secret", token)
    assert not csrf.is_valid("", csrf.issue("", "n"))


def test_two_pages_never_carry_the_same_token() -> None:
    assert csrf.issue("secret", "one") != csrf.issue("secret", "two")


# ---------------------------------------------------------------- passwords


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("pendek", "password_short"),
        ("x" * 201, "password_long"),
        ("1234567890", "password_common"),
        ("Indonesia123", "password_common"),
        ("ababababababab", "password_common"),
        ("rina kartika", "password_about"),
        ("RinaKartikaRinaKartika", "password_about"),
        ("kucing lompat pagar", None),
        ("ɴᴏɴ ascii sandi", None),
    ],
)
def test_a_password_that_will_not_do_says_why(password: str, why: str | None) -> None:
    assert problem(password, ("RINA", "Rina Kartika", "RinaKartika")) == why


def test_a_hash_is_argon2id_and_knows_its_password_in_any_spelling() -> None:
    hashed = hash_password("café kopi susu")
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,")
    assert matches(hashed, "cafe\u0301 kopi susu")
    assert not matches(hashed, "cafe kopi susu")
    assert not matches(hashed, "x" * 100_000)
    assert not matches("no hash", "café kopi susu")
    assert not is_outdated(hashed)
    assert is_outdated("$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$c29tZWhhc2g")


def test_hashing_never_holds_up_the_loop_and_a_crowd_is_sent_away() -> None:
    gate, running, most = threading.Event(), [], [0]

    def slow(_hashed: str, _password: str) -> bool:
        running.append(threading.get_ident())
        most[0] = max(most[0], len(running))
        gate.wait(10)
        running.pop()
        return True

    async def play() -> tuple[int, int]:
        passwords = Passwords(matches_one=slow)
        asked = [asyncio.create_task(passwords.matches("hash", str(n))) for n in range(40)]
        while len(running) < 2:  # noqa: ASYNC110 - threads have no event of this loop
            await asyncio.sleep(0)
        gate.set()
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert threading.get_ident() not in running
        return sum(a is True for a in answers), sum(isinstance(a, BusyError) for a in answers)

    assert asyncio.run(play()) == (16, 24)
    assert most[0] == 2


def test_a_login_that_is_not_there_costs_a_hash_too() -> None:
    checked: list[str] = []

    def look(hashed: str, _password: str) -> bool:
        checked.append(hashed)
        return True

    passwords = Passwords(hash_one=lambda _: "nobody's", matches_one=look)
    assert asyncio.run(passwords.matches(None, "x")) is False
    assert checked == ["nobody's"]


# ---------------------------------------------------------------- places

PUBLIC = Places("https://pulsa.example.id", port=8000)


@pytest.mark.parametrize(
    ("host", "address", "forwarded", "place"),
    [
        ("127.0.0.1:8000", "127.0.0.1", False, LOCAL),
        ("localhost", "::1", False, LOCAL),
        ("[::1]:8000", "::1", False, LOCAL),
        ("localhost", "127.0.0.1", True, None),
        ("127.0.0.1:8000", "203.0.113.9", False, None),
        ("pulsa.example.id", "203.0.113.9", True, Place(local=False, secure=True)),
        ("PULSA.example.id:443", "203.0.113.9", False, Place(local=False, secure=True)),
        ("rebound.example", "127.0.0.1", False, None),
        ("pulsa.example.id.evil.example", "203.0.113.9", False, None),
        ("", "127.0.0.1", False, None),
        ("[", "127.0.0.1", False, None),
    ],
)
def test_pages_are_answered_at_their_own_places_only(
    host: str, address: str, place: Place | None, *, forwarded: bool
) -> None:
    assert PUBLIC.of(host, address, forwarded=forwarded) == place


def test_cookies_are_for_this_host_alone() -> None:
    assert PUBLIC.cookie("juru", Place(local=False, secure=True)) == "__Host-juru"
    assert PUBLIC.cookie("juru", LOCAL) == "juru_8000", "another server on another port has cookies of its own"


@pytest.mark.parametrize("url", ["pulsa.example.id", "ftp://x.example", "https://", "https://x.example/below"])
def test_a_public_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="write https://"):
        Places(url)


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("https://a.example", "a.example", True),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", True),
        ("https://a.example", "b.example", False),
        ("https://a.example:444", "a.example", False),
        ("null", "a.example", False),
        (None, "a.example", False),
        ("http://[", "a.example", False),
    ],
)
def test_a_form_comes_from_this_very_host(origin: str | None, host: str, *, same: bool) -> None:
    assert is_same_origin(origin, host) is same


@pytest.mark.parametrize(
    ("wanted", "target"),
    [
        ("/orders/3?x=1", "/orders/3?x=1"),
        ("/", "/"),
        (None, "/"),
        ("", "/"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\tevil", "/"),
        ("/\r\nset-cookie: x", "/"),
        ("javascript:alert(1)", "/"),
        ("/" + "x" * 600, "/"),
    ],
)
def test_logging_in_leads_nowhere_else(wanted: str | None, target: str) -> None:
    assert local_target(wanted) == target


# ---------------------------------------------------------------- once


def test_what_is_shown_once_is_shown_to_its_owner_and_never_again() -> None:
    now = [0]
    once: Once[str] = Once(lambda: now[0])
    once.keep("form-1", "rina", "secret")
    assert once.take("form-1", "agus") is None
    assert once.take("form-2", "rina") is None
    assert once.take("form-1", "rina") == "secret"
    assert once.take("form-1", "rina") is None
    assert once.knows("form-1"), "a form sent again makes nothing anew"
    now[0] = KEPT_MS + 1
    assert not once.knows("form-1")


def test_what_nobody_looked_at_is_forgotten() -> None:
    now = [0]
    once: Once[str] = Once(lambda: now[0])
    once.keep("form-1", "rina", "secret")
    now[0] = KEPT_MS + 1
    assert once.take("form-1", "rina") is None


# ---------------------------------------------------------------- words


def test_every_text_of_the_kit_is_there_in_both_languages_with_the_same_facts() -> None:
    for key, (indonesian, english) in KIT.items():
        assert indonesian, key
        assert english, key
        assert set(re.findall(r"\{\w+\}", indonesian)) == set(re.findall(r"\{\w+\}", english)), key


def test_the_language_is_asked_for_kept_ones_own_or_indonesian() -> None:
    assert lang_of("en", "id", "id") == "en"
    assert lang_of("xx", "en", "id") == "en"
    assert lang_of(None, None, "en") == "en"
    assert lang_of(None, "../..", None) == "id"


@pytest.mark.parametrize(
    ("ms", "words"), [(1, "1 detik"), (29_001, "30 detik"), (90_000, "2 menit"), (900_000, "15 menit")]
)
def test_a_wait_is_told_no_shorter_than_it_is(ms: int, words: str) -> None:
    assert wait_in_words(ms, speak(KIT, "id")) == words


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML) Chrome/120.0 Safari/537.36 Edg/120",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 13; SM-A155F) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", "Firefox, Linux"),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)
def test_a_browser_is_called_what_people_call_it(agent: str, name: str) -> None:
    assert device_name(agent) == name
