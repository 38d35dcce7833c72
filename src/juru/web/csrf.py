"""Tokens that prove that a form came from our own page: a keyed hash over the secret cookie of the browser.

The cookie is random and unreadable to scripts and other sites, so nobody else can make its token. Each page gets
another nonce: the same secret never stands twice in a page, so that compression by a proxy gives nothing away.
"""

from __future__ import annotations

import hashlib
import hmac

FIELD = "csrf"
HEADER = "x-juru-csrf"
_NONCE_MAX = 64


def issue(secret: str, nonce: str) -> str:
    """A token for a page that goes to the browser with this cookie."""
    return f"{nonce}.{_mac(secret, nonce)}"


def is_valid(secret: str, token: str) -> bool:
    """Whether a token was issued to the browser with this cookie."""
    nonce, _, mac = token.partition(".")
    if not secret or not nonce or len(nonce) > _NONCE_MAX:
        return False
    return hmac.compare_digest(_mac(secret, nonce).encode(), mac.encode())


def _mac(secret: str, nonce: str) -> str:
    return hmac.digest(secret.encode(), f"csrf:{nonce}".encode(), hashlib.sha256).hex()
