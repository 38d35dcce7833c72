"""``juru association do``: any command of the desk as JSON, for scripts and for what has no command of its own yet."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from juru.cli.association.at import HERE, SOMEONE, Asking, At, ask, done
from juru.cli.given import Json
from juru.server.errors import SettingsError


def do(
    file: Annotated[Path, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Carry out the command in a JSON file, ``-`` for standard input; ``type`` says which one it is.

    Every command and fact is in docs/reference/facts.md. It is judged as any other: powers, states, decrees, reasons.
    """
    from juru.association.domain.commands import AnyCommand

    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        command = msgspec.json.decode(content, type=AnyCommand)
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise SettingsError(f"{file} is no command: {error}") from error
    result = ask(at, asking, command)
    return done(result, " ".join(part for part in ("done", result.id, result.note) if part), json=json)
