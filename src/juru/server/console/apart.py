"""Making a file of a table in a process of its own: paper and spreadsheets cost seconds, orders cannot wait.

``python -m juru.server.console.apart`` reads one ``Job`` as JSON and writes the file; what cannot be made is said on
standard error with exit code 3.
"""

from __future__ import annotations

import asyncio
import os
import sys

import msgspec

from juru.server.console.printing import print_sheet
from juru.server.console.sheet_words import label_of
from juru.server.console.words import Lang, words
from juru.server.errors import SettingsError
from juru.web.sheets import Sheet, as_csv, as_json, as_xlsx

SECONDS_MAX = 120.0
_UNUSABLE = 3
_NICENESS = 10


class Job(msgspec.Struct, frozen=True):
    """A table, and which file is wanted of it."""

    sheet: Sheet
    ending: str
    lang: Lang
    cell_name: str
    printed: str


def make(job: Job) -> bytes:
    """The file. Raises ``SettingsError`` with the remedy where it cannot be made."""
    t = words(job.lang)
    match job.ending:
        case "csv":
            return as_csv(job.sheet, lambda name: label_of(name, t))
        case "xlsx":
            return as_xlsx(job.sheet, lambda name: label_of(name, t))
        case "pdf":
            return print_sheet(job.sheet, job.lang, job.cell_name, printed=job.printed)
        case _:
            return msgspec.json.format(msgspec.json.encode(as_json(job.sheet)), indent=2)


async def make_apart(job: Job) -> bytes:
    """The file, made in another process. Raises ``SettingsError`` as ``make`` does, and when it takes too long."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        __name__,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        made, said = await asyncio.wait_for(process.communicate(msgspec.json.encode(job)), SECONDS_MAX)
    except TimeoutError:
        message = f"the file was not made within {SECONDS_MAX:.0f} seconds: take CSV, or fewer days"
        raise SettingsError(message) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == _UNUSABLE:
        raise SettingsError(said.decode("utf-8", "replace").strip())
    if process.returncode != 0:
        message = f"making the file failed: {said[-500:].decode('utf-8', 'replace')}"
        raise RuntimeError(message)
    return made


def main() -> int:
    """One job, from standard input to standard output, behind everything else that this machine does."""
    os.nice(_NICENESS)
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    try:
        sys.stdout.buffer.write(make(job))
    except SettingsError as error:
        sys.stderr.write(str(error))
        return _UNUSABLE
    return 0


if __name__ == "__main__":
    sys.exit(main())
