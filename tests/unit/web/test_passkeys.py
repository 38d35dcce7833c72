"""Answers that no browser gives: whatever stands in them, they are refused and break nothing."""

from __future__ import annotations

import base64
import hashlib
import json

import cbor2
from hypothesis import given, settings
from hypothesis import strategies as st

from juru.web.factors import Passkey
from juru.web.passkeys import Site, made, named_in, used

SITE = Site("localhost", "http://localhost:8000")
CHALLENGE = b"c" * 32
KEY = {1: 2, 3: -7, -1: 1, -2: b"x" * 32, -3: b"y" * 32}
PASSKEY = Passkey("localhost", b"id", cbor2.dumps(KEY), 0)

values = st.none() | st.integers(-300, 300) | st.binary(max_size=40) | st.text(max_size=5)
keys = st.one_of(st.just(KEY), st.dictionaries(st.integers(-4, 4), values, max_size=5), st.lists(values), values)
statements = st.fixed_dictionaries(
    {},
    optional={
        "alg": values,
        "sig": values,
        "ver": st.just("2.0") | values,
        "x5c": st.lists(values, max_size=2) | values,
        "certInfo": values,
        "pubArea": values,
        "response": values,
    },
)
formats = st.sampled_from(["none", "packed", "tpm", "fido-u2f", "apple", "android-key", "android-safetynet"]) | values


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def client(kind: str) -> bytes:
    told = {"type": f"webauthn.{kind}", "challenge": text(CHALLENGE), "origin": SITE.origin}
    return json.dumps(told).encode()


def answer(**response: str | None) -> bytes:
    body = {"id": text(b"id"), "rawId": text(b"id"), "type": "public-key", "response": response}
    return json.dumps(body).encode()


@st.composite
def authenticator_data(draw: st.DrawFn) -> bytes:
    """The shape of the real thing, with anything in its places, perhaps cut short."""
    flags = draw(st.sampled_from([0x01, 0x05, 0x40, 0x41, 0x45, 0xC5, 0xFF]))
    whole = (
        hashlib.sha256(b"localhost").digest()
        + bytes([flags])
        + b"\0\0\0\1"
        + b"a" * 16
        + draw(st.sampled_from([b"\0\2id", b"\xff\xff", b"\0\0", b""]))
        + cbor2.dumps(draw(keys))
    )
    return whole[: draw(st.sampled_from([len(whole), 36, 37, 54, 60]))]


@settings(max_examples=300)
@given(authenticator_data(), formats, statements | values)
def test_a_made_up_passkey_breaks_nothing(data: bytes, kind: object, statement: object) -> None:
    attestation = cbor2.dumps({"fmt": kind, "attStmt": statement, "authData": data})
    found = made(SITE, CHALLENGE, answer(clientDataJSON=text(client("create")), attestationObject=text(attestation)))
    assert found is None or found.site == "localhost"


@settings(max_examples=200)
@given(authenticator_data(), st.binary(max_size=80))
def test_a_made_up_signature_opens_nothing(data: bytes, signature: bytes) -> None:
    said = answer(
        clientDataJSON=text(client("get")), authenticatorData=text(data), signature=text(signature), userHandle=None
    )
    assert used(SITE, CHALLENGE, said, PASSKEY, alone=False) is None


def test_a_passkey_of_another_address_is_not_even_looked_at() -> None:
    other = Passkey("evil.example", b"id", PASSKEY.public_key, 0)
    assert used(SITE, CHALLENGE, b"{}", other, alone=False) is None


def test_deep_nesting_is_refused() -> None:
    assert named_in(b"[" * 60_000) is None
    assert named_in(b'{"a":' * 12_000) is None
