"""``juru association check-cases``: cases of the association's rules, through the code that serves members."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from juru.cli.given import Json
from juru.cli.output import OK, REFUSED, say, say_json
from juru.server.errors import SettingsError


class _Cases(msgspec.Struct):
    """A file of cases: its own policy, which a case may override by key."""

    cases: list[dict[str, Any]]
    policy: dict[str, Any] = {}


def check_cases(file: Path, /, *, json: Json = False) -> int:
    """Run the cases of a file ``{"policy": {...}, "cases": [...]}``; print each failure with what was got.

    An op that nobody knows is a failure. Exits with 1 when a case fails, with 2 when the file cannot be read.
    """
    from juru.association.domain.cases import run_case

    try:
        document = msgspec.json.decode(file.read_bytes(), type=_Cases)
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise SettingsError(f'{file} is no file of cases {{"policy": ..., "cases": [...]}}: {error}') from error
    failed: dict[str, list[str]] = {}
    for number, case in enumerate(document.cases, 1):
        if failures := run_case(case, document.policy):
            failed[f"{number} {case.get('id', '')} {case.get('title', '')}".rstrip()] = failures
    passed = len(document.cases) - len(failed)
    if json:
        say_json({"passed": passed, "failed": len(failed), "failures": failed})
    else:
        for name, failures in failed.items():
            say(f"FAILED {name}")
            for failure in failures:
                say(f"    {failure}")
        say(f"{passed} passed, {len(failed)} failed")
    return REFUSED if failed else OK
