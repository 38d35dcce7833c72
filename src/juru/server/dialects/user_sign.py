"""The proof that Digiflazz and IAK share: ``sign`` is md5 hex of user name + key + a suffix that the verb chooses."""

from __future__ import annotations

import hashlib
import hmac

import msgspec

from juru.server.dialects.contract import Account, FindAgent, Inbound
from juru.server.dialects.json_fields import Json, text
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.requests import AgentRequest


def sign(username: str, api_key: str, suffix: str) -> str:
    """md5 hex of user name + key + suffix (a reference, a number, or a word of the verb)."""
    return hashlib.md5(f"{username}{api_key}{suffix}".encode()).hexdigest()


def signed(account: Account, suffix: str) -> dict[str, str]:
    """Our name and proof at a supplier."""
    return {"username": account["username"], "sign": sign(account["username"], account["api_key"], suffix)}


def json_object(body: bytes) -> Json | Refusal:
    """The object of a body, or why there is none."""
    try:
        body.decode("utf-8")
        found: object = msgspec.json.decode(body)
    except UnicodeDecodeError:
        return Refusal(Code.BAD_ENCODING)
    except (msgspec.MsgspecError, RecursionError):
        return Refusal(Code.MALFORMED)
    return found if isinstance(found, dict) else Refusal(Code.MALFORMED)


def proved(body: Json, asked: AgentRequest | None, suffix: str | None, find_agent: FindAgent) -> Inbound:
    """What was asked, by an agent who has proved himself; or why not. ``suffix`` None: the verb's own is missing."""
    username = text(body, "username")
    if asked is None or username is None:
        return Inbound(auth="unknown", refusal=Refusal(Code.MALFORMED), asked=asked)
    known = find_agent(username)
    if known is None:
        return Inbound(auth="unknown", refusal=Refusal(Code.UNKNOWN_SENDER), asked=asked)
    asked = msgspec.structs.replace(asked, agent=known.agent)
    given = text(body, "sign") or ""
    right = sign(username, known.api_key or "", suffix or "")
    if not known.api_key or not hmac.compare_digest(given.encode(), right.encode()):
        return Inbound(auth="bad", refusal=Refusal(Code.BAD_SIGNATURE), asked=asked, agent=known.agent)
    return Inbound(auth="ok", request=asked, asked=asked, agent=known.agent)


def unready(read: Inbound, refusal: Refusal | None) -> Inbound:
    """The same, refused for its content where there is a reason."""
    if refusal is None or read.auth != "ok":
        return read
    return msgspec.structs.replace(read, request=None, refusal=refusal)
