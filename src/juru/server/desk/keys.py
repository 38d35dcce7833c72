"""The encryption keys: which there are, what each still opens, a new one, and sealing everything anew with it.

Records and papers are written once, so an old version keeps the seal it was written with. A key that is taken away
therefore takes with it the secrets of old versions and of backups older than the resealing, and nothing else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

import aiohttp
import msgspec

from juru.server.desk.admin import KEYS_PATH
from juru.server.desk.link import Desk, ServerError, running_server
from juru.server.domain.commands import Reseal
from juru.server.domain.refusals import Refusal
from juru.server.domain.reseal import MEANWHILE, MOVED_MONEY
from juru.server.domain.results import Done
from juru.server.errors import DataDirError
from juru.server.settings import DataDir
from juru.server.store.keyring import Key, Keyring, drop_key, put_back, read_keys
from juru.server.store.reads.reads import Reads
from juru.server.store.reads.sealed import bodies_ever, bodies_now, tables_naming

Progress = Callable[[int, int], None]
_SEALED = re.compile(r'"(([0-9a-f]{8}):[A-Za-z0-9+/]{38,}={0,2})"', re.ASCII)
"""A sealed secret as it stands in a document: the key's id, then nonce and ciphertext."""

_AT_ONCE = 200
_ANSWER_WITHIN_S = 10.0


class KeyUse(msgspec.Struct, frozen=True):
    """One key and how many secrets it seals: in what is valid now, and in old versions only."""

    id: str
    made: str
    seals: bool
    now: int
    old: int


class SealedDocument(msgspec.Struct, frozen=True):
    """A record or paper that holds secrets: each sealed value with the id of its key."""

    kind: str
    key: str
    seals: dict[str, str]


class Resealed(msgspec.Struct, frozen=True):
    """How many documents were sealed anew, changed meanwhile, and keep their seal because they moved money."""

    done: int
    changed: int
    kept: int


def uses(data: DataDir, reads: Reads) -> list[KeyUse]:
    """Every key of the file with what it seals; those that something is sealed with and the file lacks come last."""
    now = Counter(key_id for found in sealed_now(reads) for key_id in found.seals.values())
    ever = Counter(key_id for body in bodies_ever(reads.engine) for _, key_id in _SEALED.findall(body))
    keys = read_keys(data.keys)
    held = {key.id for key in keys}
    found = [KeyUse(k.id, k.made, k is keys[0], now[k.id], ever[k.id] - now[k.id]) for k in keys]
    missing = sorted(key_id for key_id in ever if key_id not in held)
    return found + [KeyUse(i, "not in the file", seals=False, now=now[i], old=ever[i] - now[i]) for i in missing]


def needed(reads: Reads) -> list[str]:
    """The ids of the keys that open what is valid now."""
    return sorted({key_id for found in sealed_now(reads) for key_id in found.seals.values()})


def unopened(reads: Reads, keys: Keyring) -> list[str]:
    """What holds a secret that these keys do not open, as ``kind KEY``."""
    shut: list[str] = []
    for found in sealed_now(reads):
        try:
            for sealed in found.seals:
                keys.open(sealed)
        except DataDirError:
            shut.append(f"{found.kind} {found.key}")
    return shut


def sealed_now(reads: Reads) -> Iterator[SealedDocument]:
    """Present records and papers that hold secrets."""
    for kind, key, body in bodies_now(reads.engine):
        seals = dict(_SEALED.findall(body))
        if seals:
            yield SealedDocument(kind, key, seals)


async def reseal(desk: Desk, keys: Keyring, *, by: str, reason: str, progress: Progress) -> Resealed:
    """Seal everything that is valid now with the first key.

    Raises ``DataDirError`` while the running server does not have that key, and for a secret that no key opens.
    """
    first = keys.ids[0]
    await _known_to_server(desk.data, first)
    wanted = [found for found in sealed_now(desk.reads) if set(found.seals.values()) != {first}]
    notes: Counter[str | None] = Counter()
    for start in range(0, len(wanted), _AT_ONCE):
        commands = [_anew(found, keys, by, reason) for found in wanted[start : start + _AT_ONCE]]
        for command, result in zip(commands, await desk.submit_all(commands), strict=True):
            if not isinstance(result, Done):
                detail = result.facts.get("detail") if isinstance(result, Refusal) else result
                raise DataDirError(f"{command.kind} {command.key} cannot be sealed anew: {detail}")
            notes[result.note] += 1
        progress(start + len(commands), len(wanted))
    return Resealed(notes[None], notes[MEANWHILE], notes[MOVED_MONEY])


def _anew(found: SealedDocument, keys: Keyring, by: str, reason: str) -> Reseal:
    seals = {old: keys.seal(keys.open(old)) for old in found.seals}
    return Reseal(found.kind, found.key, seals, by, reason)


async def _known_to_server(data: DataDir, key_id: str) -> None:
    running = running_server(data)
    if running is None:
        return
    headers = {"Authorization": f"Bearer {running.token}"}
    timeout = aiohttp.ClientTimeout(total=_ANSWER_WITHIN_S)
    try:
        async with (
            aiohttp.ClientSession(headers=headers, timeout=timeout, trust_env=False) as session,
            session.get(running.url + KEYS_PATH, allow_redirects=False) as reply,
        ):
            ids = msgspec.json.decode(await reply.read(), type=list[str]) if reply.status == 200 else []
    except (TimeoutError, aiohttp.ClientError, msgspec.DecodeError) as error:
        raise ServerError("the running server did not say which keys it has: is it stopping? repeat it") from error
    if key_id not in ids:
        why = f"the running server does not have the key {key_id} yet: it reads another file than {data.keys}"
        raise DataDirError(f"{why}; restart it with the new file, then 'juru keys reseal'")


def retire(data: DataDir, reads: Reads, key_id: str) -> Key:
    """Take a key out of the file, once nothing that is valid is sealed with it. Raises ``DataDirError`` otherwise."""
    _unused(reads, key_id)
    key = drop_key(data.keys, key_id)
    try:
        _unused(reads, key_id)
    except DataDirError:
        # Something was sealed with it between the look and the change.
        put_back(data.keys, key)
        raise
    return key


def _unused(reads: Reads, key_id: str) -> None:
    found = tables_naming(reads.engine, key_id)
    if found:
        where = ", ".join(f"{count} in {table}" for table, count in found.items())
        raise DataDirError(f"key {key_id} still opens what is valid ({where}): 'juru keys reseal' first")
