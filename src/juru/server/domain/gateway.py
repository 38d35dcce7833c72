"""How a customer is told: the owner's own SMS or WhatsApp gateway, as an address with places for number and text."""

from __future__ import annotations

from typing import Literal

import msgspec

CUSTOMER = "customer"
"""The channel of what is told to an agent's customer."""


class Gateway(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message is one request. ``{to}``, ``{text}`` and ``{key}`` stand in ``url``, ``body`` and ``headers``.

    With a ``body`` it is a POST, else a GET. ``key`` is sealed outside the domain; ``to`` is the form of the number:
    ``local`` 08..., ``intl`` 628..., ``e164`` +628....
    """

    url: str
    body: str = ""
    content_type: str = "application/x-www-form-urlencoded"
    headers: dict[str, str] = {}
    to: Literal["local", "intl", "e164"] = "local"
    key: str = ""

    def __post_init__(self) -> None:
        """Refuse what could never reach anybody."""
        if not self.url.startswith(("http://", "https://")):
            raise ValueError("the address of a gateway begins with http:// or https://")
        whole = self.url + self.body
        if "{to}" not in whole or "{text}" not in whole:
            raise ValueError("the address or body of a gateway needs {to} and {text}")
