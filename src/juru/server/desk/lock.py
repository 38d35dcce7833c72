"""One writer on one data directory: an advisory lock that ends with the process that holds it."""

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
            pid = holder(data)
            who = "another process" if pid is None else f"process {pid}"
            message = f"{data.path} is in use by {who}: stop that server first, or use another --data"
            raise InUseError(message) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        yield
    finally:
        os.close(descriptor)


def holder(data: DataDir) -> int | None:
    """The process that last took the lock, None while that is not known. Whether it still lives is not asked."""
    try:
        written = data.lock.read_text()
    except FileNotFoundError:
        return None
    return int(written) if written.isdigit() else None
