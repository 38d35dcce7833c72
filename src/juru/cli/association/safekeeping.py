"""``juru association backup``, ``restore``, ``upgrade``: an association kept safe, put back, brought up to date."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from juru.cli.association.at import HERE, At
from juru.cli.backup import Rests
from juru.cli.given import Json
from juru.cli.output import OK, progress, say, say_json
from juru.server.errors import SettingsError
from juru.values.days import Zone, iso_local


def backup(
    dest: Path | None = None,
    /,
    *,
    keep: Annotated[int | None, Parameter(help="keep so many backups of this association in the directory")] = None,
    at: At = HERE,
    json: Json = False,
) -> int:
    """Back up book, documents, logins and papers to DEST, a new directory or one to make it in; read back and proved.

    The portal may go on serving. Without DEST it goes to 'backups' in the association's directory, which helps against
    mistakes and not against a lost disk. It gets its name only when the whole audit found nothing.
    """
    from juru.association.desk.backup import BACKUPS, back_up

    data = at.dir()
    made = back_up(data, dest, now=datetime.now(UTC), phase=progress, rest=Rests(), keep=keep)
    if json:
        say_json({"path": str(made.path), "manifest": made.manifest, "removed": [str(path) for path in made.removed]})
        return OK
    said = made.manifest
    removed = f"; {len(made.removed)} older removed" if made.removed else ""
    size = f"{said.bytes / 1_000_000:.1f} MB, {said.facts} facts, {said.documents} documents"
    say(f"{made.path}: {size}; commit {said.commit_no}, seal {said.seal[:16]}...; proved{removed}")
    if made.path.parent == data / BACKUPS:
        say("It is on the disk of the association itself: copy the directory to another machine.")
    return OK


def restore(
    backup: Path,
    directory: Path | None = None,
    /,
    *,
    check: Annotated[bool, Parameter(negative="", help="only prove the backup; nothing is put back")] = False,
    json: Json = False,
) -> int:
    """Put BACKUP back into DIRECTORY, which must be new or empty; each file and the whole book are proved first.

    What was recorded after the backup is not there: it says up to which moment the book goes. Everybody logs in anew.
    """
    from juru.association.desk import restore as restoring

    if check:
        manifest = restoring.check(backup, progress)
        say(f"{backup} is whole: commit {manifest.commit_no} of {_shown(manifest.commit_ms)}")
        return OK
    if directory is None:
        raise SettingsError("name the directory to restore into: a new or an empty one")
    done = restoring.restore(backup, directory, progress)
    said = done.manifest
    if json:
        say_json({"data": str(done.data), "migrated": done.migrated, "manifest": said})
        return OK
    what = f"{said.facts} facts, {said.documents} documents, {said.commits} commits"
    say(f"{backup} is back in {directory}, proved: {what}.")
    say(f"The book ends with commit {said.commit_no} of {_shown(said.commit_ms)}: enter again what was recorded later.")
    others = sorted(name for name in said.files if "/" not in name and name != "association.db")
    say(f"Beside it: {', '.join(others) or 'nothing'}. Sessions are not restored: everybody logs in anew.")
    if done.migrated:
        say("It was of an older schema and is brought to this program's.")
    return OK


def upgrade(dest: Path | None = None, /, *, at: At = HERE, json: Json = False) -> int:
    """Bring an association to this version: back it up (to DEST), rehearse on a copy, migrate. The portal is stopped.

    Does nothing, and says so, when it is up to date already.
    """
    from juru.association.desk.upgrade import upgrade as bring_up

    done = bring_up(at.dir(), dest, now=datetime.now(UTC), phase=progress)
    path = None if done.backup is None else str(done.backup.path)
    if json:
        say_json({"before": done.before, "after": done.after, "backup": path})
    elif path is None:
        say(f"schema {done.before} is this program's: nothing to do")
    else:
        say(f"schema {done.before} became {done.after}; as it was before: {path}")
    return OK


def _shown(at_ms: int) -> str:
    return iso_local(at_ms, Zone.WIB)
