"""Codes of an authenticator app (RFC 6238: SHA-1, six digits, half a minute), each good for one use.

Phones' clocks are seconds off, so the step before and the one after count as well. A step that was used, and any before
it, is over: whoever reads a code over a shoulder comes too late.
"""

from __future__ import annotations

import base64
import io
from hmac import compare_digest

import pyotp
import segno
from markupsafe import Markup

STEP_S = 30
DIGITS = 6
SKEW_STEPS = 1
SECRET_BYTES = 20


def step_of(now_ms: int) -> int:
    """The step that a moment falls in."""
    return now_ms // (STEP_S * 1_000)


def code_at(secret: bytes, step: int) -> str:
    """The code of one step."""
    return pyotp.HOTP(typed(secret), digits=DIGITS).at(step)


def matching_step(secret: bytes, code: str, now_ms: int, *, after: int) -> int | None:
    """The step whose code this is, near now and later than ``after``, the last one used; None for a wrong code."""
    now = step_of(now_ms)
    found = None
    for step in range(now - SKEW_STEPS, now + SKEW_STEPS + 1):
        if compare_digest(code_at(secret, step).encode(), code.encode()) and step > after and found is None:
            found = step
    return found


def typed(secret: bytes) -> str:
    """A secret as apps take it."""
    return base64.b32encode(secret).decode().rstrip("=")


def address(secret: bytes, *, login: str, site: str) -> str:
    """The ``otpauth://`` address that an app reads from the picture."""
    return pyotp.TOTP(typed(secret), digits=DIGITS, interval=STEP_S).provisioning_uri(name=login, issuer_name=site)


def picture(text: str) -> Markup:
    """A QR code as SVG, black on white whatever the page's colours are, with no style of its own."""
    body = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        body, kind="svg", xmldecl=False, svgns=True, omitsize=True, svgclass="qr", lineclass=None, light="#fff"
    )
    return Markup(body.getvalue().decode())  # noqa: S704 - drawn by the library from squares alone
