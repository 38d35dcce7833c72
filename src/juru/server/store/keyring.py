"""Secrets at rest: sealed by AES-256-GCM with keys that live in a file outside the database.

The first key seals; older ones still open, so that a key can be rotated. Chat-only PINs are argon2id hashes instead.
"""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from juru.server.errors import DataDirError

_NONCE = 12
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class _Key(msgspec.Struct, frozen=True):
    id: str
    key: str


class Keyring:
    """The keys of one data directory."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            message = f"the keys {path} are missing: put back the file that was kept apart from the database"
            raise DataDirError(message)
        self._keys = {
            k.id: AESGCM(bytes.fromhex(k.key)) for k in msgspec.json.decode(path.read_bytes(), type=list[_Key])
        }
        self._first = next(iter(self._keys))

    @classmethod
    def create(cls, path: Path) -> Keyring:
        """A new key file, readable by its owner only."""
        body = msgspec.json.encode([_Key(secrets.token_hex(4), secrets.token_hex(32))])
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        return cls(path)

    def seal(self, clear: str) -> str:
        """A secret as it may stand in a record."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = self._keys[self._first].encrypt(nonce, clear.encode(), None)
        return f"{self._first}:{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str) -> str:
        """The secret in clear. Raises ``DataDirError`` when no key of the file opens it."""
        key_id, _, body = sealed.partition(":")
        try:
            raw = base64.b64decode(body)
            return self._keys[key_id].decrypt(raw[:_NONCE], raw[_NONCE:], None).decode()
        except (KeyError, InvalidTag, ValueError) as error:
            message = "a secret cannot be opened: keys.json does not belong to this database"
            raise DataDirError(message) from error


def hash_pin(pin: str) -> str:
    """A chat-only PIN as it is stored; slow on purpose, so never called on the event loop."""
    return _hasher.hash(pin)


def pin_matches(hashed: str, pin: str) -> bool:
    """Whether a PIN is the one hashed; slow on purpose."""
    try:
        return _hasher.verify(hashed, pin)
    except (VerificationError, InvalidHashError):
        return False


class FreshSecrets:
    """New secrets from the system's own randomness."""

    def pin(self) -> str:
        """Six digits, not all alike."""
        while True:
            pin = f"{secrets.randbelow(1_000_000):06d}"
            if len(set(pin)) > 2:
                return pin

    def token(self) -> str:
        """A key of 160 bits."""
        return secrets.token_hex(20)

    def password(self) -> str:
        """Four groups of five letters and digits that cannot be taken for each other: 99 bits that can be read out."""
        return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))
