"""A message to a customer as one request to the owner's SMS or WhatsApp gateway. Pure.

The places ``{to}``, ``{text}`` and ``{key}`` are filled in as the place wants it: percent-encoded in an address or a
form, escaped in JSON, as they are in a header.
"""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from juru.server.dialects.contract import wire_dest
from juru.server.domain.gateway import Gateway
from juru.values.wire import WireRequest

TEXT_CHARS_MAX = 320
"""Two text messages: a gateway would send the rest as a third one, or cut it."""


def gateway_request(gateway: Gateway, *, key: str, to: str, text: str) -> WireRequest:
    """The request; ``to`` is a number in stored form, ``key`` is in clear."""
    values = {"to": wire_dest(to, gateway.to), "text": text[:TEXT_CHARS_MAX], "key": key}
    encoded = {name: quote(value, safe="") for name, value in values.items()}
    headers = tuple((name, value.replace("{key}", key)) for name, value in gateway.headers.items())
    url = _filled(gateway.url, encoded)
    if not gateway.body:
        return WireRequest("GET", url, (), headers)
    inside = encoded
    if "json" in gateway.content_type:
        inside = {name: msgspec.json.encode(value).decode()[1:-1] for name, value in values.items()}
    body = _filled(gateway.body, inside).encode()
    return WireRequest("POST", url, (), (("Content-Type", gateway.content_type), *headers), body)


def _filled(text: str, values: dict[str, str]) -> str:
    """Every place once: what was filled in is not looked at again."""
    parts = text.split("{")
    filled = [parts[0]]
    for part in parts[1:]:
        name, closed, rest = part.partition("}")
        filled.append(values[name] + rest if closed and name in values else "{" + part)
    return "".join(filled)
