"""Keeping a document from a file of this machine."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from juru.cli.association.at import Asking, At, refusal_text
from juru.server.errors import CommandError, SettingsError

if TYPE_CHECKING:
    from juru.association.domain.commands import Done


def kept(at: At, asking: Asking, file: Path) -> Done:
    """Keep the file's bytes. Raises ``CommandError`` when they are of a wrong kind."""
    from juru.association.desk.desk import Desk
    from juru.association.domain.commands import Done
    from juru.association.store.book import Book

    try:
        content = file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from error
    book = Book(at.dir())
    try:
        request = asking.request or str(uuid.uuid4())
        now = datetime.now(UTC)
        result = Desk(book).keep(content, name=file.name, now=now, by=asking.name(), request=request)
    finally:
        book.close()
    if not isinstance(result, Done):
        raise CommandError(refusal_text(result, at.language))
    return result
