"""The private link by which an applicant follows his application before anybody has a login.

Its key follows from a secret in a file of its own beside the book and from the member's number, so nothing is kept for
each. Whoever has the link sees this one application and may add documents or withdraw, nothing else. Without the file
(lost, or a new one) the links that were given are void; the branch then looks for the applicant by telephone.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable
from pathlib import Path

FILE = "links.key"
_KEY_DIGITS = 32


class Links:
    """The links of one association."""

    def __init__(self, directory: Path, token: Callable[[], str]) -> None:
        """``token`` makes up a secret, should there be none yet."""
        self._path = directory / FILE
        self._token = token

    def key(self, number: str) -> str:
        """The key of a member's link."""
        return hmac.new(self._secret(), f"application {number}".encode(), "sha256").hexdigest()[:_KEY_DIGITS]

    def opens(self, number: str, key: str) -> bool:
        """Whether a key is that of the member, in a time that says nothing."""
        return hmac.compare_digest(self.key(number).encode(), key.encode())

    def _secret(self) -> bytes:
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            self._make()
            return self._path.read_bytes()

    def _make(self) -> None:
        """A new secret, whole or not at all, readable by its owner; whoever comes second keeps the first's."""
        fresh = self._path.with_name(f".{FILE}.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(self._token().encode())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, self._path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
