"""Secrets at rest: sealed by AES-256-GCM with keys that live in a file outside the database.

The first key seals; older ones still open, so that a key can be rotated. Chat-only PINs are argon2id hashes instead.
A ring that is in use reads its file again when that has changed: a server learns of a new key without a restart.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from juru.server.errors import DataDirError

_NONCE = 12
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_CREDENTIALS = "CREDENTIALS_DIRECTORY"
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class Key(msgspec.Struct, frozen=True, omit_defaults=True):
    """One key of the file: its id stands before what it sealed. ``made`` is the time it was made, for people."""

    id: str
    key: str
    made: str = ""


class Keyring:
    """The keys of one data directory."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = _stamp(path)
        self._keys = {k.id: AESGCM(bytes.fromhex(k.key)) for k in read_keys(path)}

    @classmethod
    def create(cls, path: Path, made: str = "") -> Keyring:
        """A new key file, readable by its owner only."""
        write_keys(path, [_fresh(made)])
        return cls(path)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the keys in the file now; the first one seals."""
        self._read_again()
        return tuple(self._keys)

    def seal(self, clear: str) -> str:
        """A secret as it may stand in a record."""
        first = self.ids[0]
        nonce = secrets.token_bytes(_NONCE)
        sealed = self._keys[first].encrypt(nonce, clear.encode(), None)
        return f"{first}:{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str) -> str:
        """The secret in clear. Raises ``DataDirError`` when no key of the file opens it."""
        key_id, _, body = sealed.partition(":")
        if key_id not in self._keys:
            self._read_again()
        try:
            raw = base64.b64decode(body)
            return self._keys[key_id].decrypt(raw[:_NONCE], raw[_NONCE:], None).decode()
        except (KeyError, InvalidTag, ValueError) as error:
            message = f"a secret sealed with the key {key_id[:8]} cannot be opened: {self._path} lacks that key"
            raise DataDirError(message) from error

    def _read_again(self) -> None:
        """Take up a file that has changed; one that cannot be read now leaves the keys as they are."""
        with contextlib.suppress(DataDirError):
            stamp = _stamp(self._path)
            if stamp != self._stamp:
                self._keys = {k.id: AESGCM(bytes.fromhex(k.key)) for k in read_keys(self._path)}
                self._stamp = stamp


def read_keys(path: Path) -> list[Key]:
    """The keys of a file that nobody else may read. Raises ``DataDirError`` with the remedy."""
    _stamp(path)
    try:
        keys = msgspec.json.decode(path.read_bytes(), type=list[Key])
        for key in keys:
            AESGCM(bytes.fromhex(key.key))
    except OSError as error:
        raise DataDirError(f"the keys {path} cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, ValueError) as error:
        raise DataDirError(f"{path} is no file of keys: put back the one that was kept apart") from error
    if not keys:
        raise DataDirError(f"{path} holds no key: put back the file that was kept apart")
    return keys


def add_key(path: Path, made: str) -> Key:
    """Put a new key in front: it seals from now on. The file is replaced as a whole, and synced."""
    key = _fresh(made)
    _change(path, lambda keys: [key, *keys])
    return key


def drop_key(path: Path, key_id: str) -> Key:
    """Take a key out of the file. Raises ``DataDirError`` for the one that seals, and for one that is not there."""
    dropped = [key for key in read_keys(path) if key.id == key_id]

    def without(keys: list[Key]) -> list[Key]:
        if keys[0].id == key_id:
            raise DataDirError(f"key {key_id} seals what is new: make another one first with 'juru keys rotate'")
        if not dropped:
            raise DataDirError(f"{path} holds no key {key_id}: 'juru keys list' shows those it holds")
        return [key for key in keys if key.id != key_id]

    _change(path, without)
    return dropped[0]


def put_back(path: Path, key: Key) -> None:
    """Take up a key again, as the last one: it only opens."""
    _change(path, lambda keys: [*keys, key])


def write_keys(path: Path, keys: list[Key]) -> None:
    """Write a new file of keys for its owner only, synced. Raises ``FileExistsError``."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(keys))
        file.flush()
        os.fsync(file.fileno())


def _fresh(made: str) -> Key:
    return Key(secrets.token_hex(4), secrets.token_hex(32), made)


def _change(path: Path, change: Callable[[list[Key]], list[Key]]) -> None:
    """Replace the file as a whole, one change at a time: a key that is lost takes every secret with it."""
    try:
        with _alone(path.parent) as folder:
            keys = change(read_keys(path))
            beside = path.with_name(f".{path.name}.new")
            beside.unlink(missing_ok=True)
            write_keys(beside, keys)
            beside.replace(path)
            os.fsync(folder)
    except OSError as error:
        where = f"{path} cannot be changed ({error.strerror})"
        raise DataDirError(f"{where}: run this where the keys are kept and may be written") from error


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _stamp(path: Path) -> tuple[int, int, int]:
    """What tells one state of the file from another. Raises ``DataDirError`` when it is missing or open to others."""
    try:
        found = path.stat()
    except FileNotFoundError as error:
        message = f"the keys {path} are missing: put back the file that was kept apart from the database"
        raise DataDirError(message) from error
    except OSError as error:
        raise DataDirError(f"the keys {path} cannot be read: {error.strerror}") from error
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o077 and not _is_credential(path):
        message = (
            f"{path} may be read by others (mode {mode:04o}): chmod 600 {path}, and rotate the key if they may have"
        )
        raise DataDirError(message)
    return found.st_ino, found.st_mtime_ns, found.st_size


def _is_credential(path: Path) -> bool:
    """True for a file that systemd laid out for this unit alone; its mode shows the mask of an access list."""
    folder = os.environ.get(_CREDENTIALS)
    return bool(folder) and path.parent == Path(folder or "")


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
