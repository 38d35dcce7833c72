"""One server on one data directory: an advisory lock that ends with the process that holds it."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator

from juru.server.errors import InUseError
from juru.server.settings import DataDir


@contextlib.contextmanager
def hold(data: DataDir) -> Iterator[None]:
    """Hold the data directory. Raises ``InUseError`` naming the process that has it."""
    descriptor = os.open(data.lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(descriptor, 20).decode() or "unknown"
            message = f"{data.path} is in use by process {holder}: stop that server first, or use another --data"
            raise InUseError(message) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        yield
    finally:
        os.close(descriptor)
