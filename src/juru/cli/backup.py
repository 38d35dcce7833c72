"""``juru backup``, ``juru restore``, ``juru upgrade``: keeping a cell safe, putting it back, bringing it up to date."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
import time
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from juru.cli.given import HERE, SOMEONE, Json, Where, Who
from juru.cli.output import OK, progress, say, say_error, say_json
from juru.server.errors import SettingsError
from juru.server.settings import data_at
from juru.values.days import Zone, iso_local

_NICE, _NICE_MAX = 10, 19
_REST_PART = 2
_REST_S_MAX = 0.25
"""Between two steps of the copy it rests twice as long as a step took: the disk is the server's most of the time."""


def backup(
    dest: Path | None = None,
    /,
    *,
    keep: Annotated[int | None, Parameter(help="keep so many backups of this cell in the directory")] = None,
    with_keys: Annotated[bool, Parameter(negative="", help="also copy the encryption keys beside it")] = False,
    where: Where = HERE,
    json: Json = False,
) -> int:
    """Back up the book to DEST, a new file or a directory, while the server serves; read it back and prove it.

    Without DEST it goes to 'backups' in the data directory, which helps against mistakes and not against a lost disk.
    It gets its name only when SQLite's check and the whole audit found nothing. Encryption keys are left out.
    """
    from juru.server.desk.backup import back_up

    data = where.dir()
    # Beside a server on the same machine: its orders go first.
    os.nice(_NICE)
    begun_s = time.monotonic()
    made = back_up(
        data, dest, now_ms=_now_ms(), phase=progress, rest=Rests(), copied=_give_way, with_keys=with_keys, keep=keep
    )
    if made.keys is not None:
        say_error(
            f"{made.keys} holds the ENCRYPTION KEYS: whoever has it and the backup has every PIN, password and API key."
            " Keep it elsewhere than the backup."
        )
    if json:
        say_json({"path": str(made.path), "manifest": made.manifest, "removed": [str(path) for path in made.removed]})
        return OK
    said = made.manifest
    size = f"{said.bytes / 1_000_000:.1f} MB, {said.orders} orders, {said.open_orders} open"
    say(f"{made.path}: {size}; commit {said.commit_no}, seal {said.seal[:16]}...")
    say(f"read back and proved in {time.monotonic() - begun_s:.1f} s" + _removed(made.removed))
    if made.path.parent == data.backups:
        say("It is on the disk of the cell itself: copy it to another machine, with its .json.")
    return OK


def restore(
    backup: Path,
    directory: Path | None = None,
    /,
    *,
    keys: Annotated[Path | None, Parameter(help="the encryption keys that were kept apart")] = None,
    lost_keys: Annotated[
        bool, Parameter(negative="", help="the keys are lost: make new ones, and leave every sealed secret behind")
    ] = False,
    stopped_at: Annotated[
        str | None, Parameter(help="when the lost server stopped, such as 2026-11-24T15:30+07:00; else now")
    ] = None,
    incarnation: Annotated[
        int | None, Parameter(help="of our references from now on; above every one that suppliers have seen")
    ] = None,
    check: Annotated[bool, Parameter(negative="", help="only prove the backup; nothing is put back")] = False,
    who: Who = SOMEONE,
    json: Json = False,
) -> int:
    """Put BACKUP back into DIRECTORY, which must be empty; selling stays paused until 'juru resume'.

    What was open at the backup is held for a person, and nothing is sent by itself. The report says which span of time
    is missing and what to reconcile; 'juru lost show' says it again.
    """
    from juru.server.desk import restore as restoring
    from juru.server.desk.link import open_reads
    from juru.server.desk.lost import missing

    stopped_ms = _now_ms() if stopped_at is None else _instant_ms(stopped_at)
    why = who.why(f"restore {backup.name}")
    wanted = restoring.Wanted(backup, stopped_ms, who.name(), why, keys, lost_keys, incarnation)
    if check:
        with tempfile.TemporaryDirectory(
            prefix="juru-check-", dir=backup.parent if directory is None else None
        ) as scratch:
            end = restoring.check(wanted, data_at(Path(scratch)), Path(scratch), progress)
        say(f"{backup} is whole: commit {end.head.commit_no} of {_shown(end.at_ms)}, and the keys open its secrets")
        return OK
    if directory is None:
        raise SettingsError("name the directory to restore into: a new or an empty one")
    data = data_at(directory)
    done = restoring.restore(wanted, data, progress)
    with open_reads(data) as reads:
        report = missing(reads)
    assert report is not None, done
    if json:
        say_json({"data": str(done.data), "incarnation": done.incarnation, "missing": report})
        return OK
    from juru.cli.lost import say_missing

    say(f"{backup} is back in {directory}, proved, as incarnation {done.incarnation}. Selling is paused.")
    if not done.manifest:
        say_error(f"There was no manifest beside it: that {backup.name} is the file that was made is not proved.")
    if not done.noted:
        beside = f"{backup.parent} could not be written"
        say_error(f"{beside}: note the incarnation. Another restore must be given a higher one with --incarnation.")
    if lost_keys:
        say_error(f"{len(done.secrets_gone)} need new secrets, suppliers among them are closed till then:")
        say_error(", ".join(done.secrets_gone))
        say_error("juru agent set CODE --h2h --renew; juru supplier set CODE --pin ... --availability open")
        say_error("setting CELL is the secret of the owner's webhook: juru alert webhook")
    say_missing(report)
    return OK


def upgrade(dest: Path | None = None, /, *, where: Where = HERE, json: Json = False) -> int:
    """Bring a data directory to this version: back it up (to DEST), rehearse on a copy, migrate. The server is stopped.

    Does nothing, and says so, when the data directory is up to date already.
    """
    from juru.server.desk.upgrade import upgrade as bring_up

    done = bring_up(where.dir(), dest, now_ms=_now_ms(), phase=progress, rest=lambda: None)
    if json:
        say_json(
            {
                "before": done.before,
                "after": done.after,
                "backup": None if done.backup is None else str(done.backup.path),
            }
        )
    elif done.backup is None:
        say(f"schema {done.before} is this program's: nothing to do")
    else:
        say(f"schema {done.before} became {done.after}; as it was before: {done.backup.path}")
    return OK


def _removed(paths: tuple[Path, ...]) -> str:
    return f"; {len(paths)} older removed" if paths else ""


def _instant_ms(typed: str) -> int:
    try:
        found = dt.datetime.fromisoformat(typed)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise SettingsError(f"{typed!r} is no instant: write 2026-11-24T15:30+07:00, with its zone")
    return int(found.timestamp() * 1000)


def _shown(at_ms: int) -> str:
    return iso_local(at_ms, Zone.WIB)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _give_way() -> None:
    """Run where nobody else wants to; while the copy was made, the log of the living book could not be cut."""
    os.nice(_NICE_MAX)


class Rests:
    """Waits after each step in proportion to how long it took."""

    def __init__(self) -> None:
        self._since_s = time.monotonic()

    def __call__(self) -> None:
        """Rest."""
        took_s = time.monotonic() - self._since_s
        time.sleep(min(took_s * _REST_PART, _REST_S_MAX))
        self._since_s = time.monotonic()
