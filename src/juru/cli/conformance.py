"""``juru conformance``: run cases of wire formats through the very code that serves orders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from juru.cli.given import Json
from juru.cli.output import OK, REFUSED, progress, say, say_json
from juru.server.errors import SettingsError


class _Cases(msgspec.Struct):
    cases: list[dict[str, Any]]


def conformance(file: Path, /, *, json: Json = False) -> int:
    """Run the cases of a file ``{"cases": [...]}``, of any mix of dialects; print each failure with what was got.

    Exits with 1 when a case fails, with 2 when the file cannot be read.
    """
    from juru.server.dialects.conformance import run_case

    try:
        cases = msgspec.json.decode(file.read_bytes(), type=_Cases).cases
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise SettingsError(f'{file} is no file of cases {{"cases": [...]}}: {error}') from error
    failed: dict[str, list[str]] = {}
    with progress("cases") as told:
        for number, case in enumerate(cases, 1):
            if failures := run_case(case):
                failed[f"{number} {case.get('id', '')} {case.get('name', '')}".rstrip()] = failures
            told(number, len(cases))
    passed = len(cases) - len(failed)
    if json:
        say_json({"passed": passed, "failed": len(failed), "failures": failed})
    else:
        for name, failures in failed.items():
            say(f"FAILED {name}")
            for failure in failures:
                say(f"    {failure}")
        say(f"{passed} passed, {len(failed)} failed")
    return REFUSED if failed else OK
