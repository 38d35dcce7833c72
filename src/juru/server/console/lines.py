"""The three lines a newcomer copies: an order by OtomaX, by Digiflazz, and a chat, with the demo's own credentials."""

from __future__ import annotations

import json
import shlex
from typing import Any
from urllib.parse import urlencode

import msgspec

from juru.server.console.words import Words
from juru.server.dialects import otomax
from juru.server.dialects.user_sign import sign


class Line(msgspec.Struct, frozen=True):
    """One line to copy."""

    key: str
    label: str
    text: str


def copy_lines(demo: dict[str, Any], url: str, number: int, t: Words) -> list[Line]:
    """Lines that place new orders: ``number`` (the time) makes their references."""
    agent, product = demo["agents"][0], demo["products"][0]
    texts = {
        "otomax": _otomax(url, agent, product, f"oto-{number}"),
        "digiflazz": _digiflazz(url, agent, product, f"digi-{number}"),
        "chat": _chat(agent, product),
    }
    return [Line(key, t(f"line_{key}"), text) for key, text in texts.items()]


def _chat(agent: dict[str, Any], product: dict[str, Any]) -> str:
    order = f"{product['code']}.{product['sample_destination']}"
    who = f"--agent {shlex.quote(str(agent['member_id']))} --pin {shlex.quote(str(agent['pin']))}"
    return f".venv/bin/juru chat {who} {shlex.quote(order)}"


def chat_examples(demo: dict[str, Any], agent: dict[str, Any]) -> list[str]:
    """Messages this agent could type."""
    pin, product = agent.get("pin", ""), demo["products"][0]
    code = product["code"]
    return [f"{code}.{product['sample_destination']}.{pin}", f"SAL.{pin}", f"H.{code}.{pin}", f"CTRX.{pin}", "HELP"]


def _otomax(url: str, agent: dict[str, Any], product: dict[str, Any], ref: str) -> str:
    code, dest = str(product["code"]), str(product["sample_destination"])
    member_id, pin, password = (str(agent[key]) for key in ("member_id", "pin", "password"))
    sign = otomax.sign_trx(member_id=member_id, product=code, dest=dest, ref=ref, pin=pin, password=password)
    query = urlencode({"product": code, "qty": 1, "dest": dest, "refID": ref, "memberID": member_id, "sign": sign})
    return f"curl {shlex.quote(f'{url}/h2h/otomax/trx?{query}')}"


def _digiflazz(url: str, agent: dict[str, Any], product: dict[str, Any], ref: str) -> str:
    member_id = str(agent["member_id"])
    body = {
        "username": member_id,
        "buyer_sku_code": str(product["code"]),
        "customer_no": str(product["sample_destination"]),
        "ref_id": ref,
        "sign": sign(member_id, str(agent["api_key"]), ref),
    }
    address = shlex.quote(f"{url}/h2h/digiflazz/v1/transaction")
    return f"curl {address} -H 'Content-Type: application/json' -d {shlex.quote(json.dumps(body))}"
