"""Backups as they are made: of a serving cell, proved, whole or not at all, and no more of them than asked for."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import json
import resource
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from juru.server.settings import DataDir
from tests.crash.market import Market
from tests.support.kept import alter, eventful, rows, seen, selling, under_load
from tests.support.serving import PROGRAM, Said, juru, serving, start_juru, typed, until

LOCK = ".juru-backup.lock"
SLOW = f"import time, juru.books.sqlite as s, juru.cli.backup as b; s._PAGES_AT_ONCE = 2; \
b.Rests.__call__ = lambda _: time.sleep(0.2); {PROGRAM}"
"""A backup that takes long enough to be disturbed: two pages every fifth of a second."""

WITHOUT_LOOK = f"import juru.server.desk.backup as b; b._enough_room = lambda *_: None; {PROGRAM}"
"""A backup that finds the disk full only when it is."""


@pytest.fixture
def cell(tmp_path: Path) -> DataDir:
    return eventful(tmp_path / "cell")


def backup(data: DataDir, *words: str, code: int = 0, program: str = PROGRAM, before: tuple[str, ...] = ()) -> Said:
    whole = ("backup", *words, "--data", str(data.path))
    if program is PROGRAM and not before:
        return typed(*whole, code=code)
    return asyncio.run(juru(*whole, code=code, program=program, before=before))


def manifest(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.with_name(path.name + ".json").read_text())
    return found


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {LOCK}


def test_a_serving_cell_is_backed_up_at_one_moment_while_it_goes_on_selling(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Market() as market:
            data = await selling(tmp_path / "cell", market)
            async with serving(data) as served, under_load(served.port) as load:
                await load.reaches(20)
                made = (await juru("backup", str(tmp_path / "a.db"), "--json", "--data", str(data.path))).json[
                    "manifest"
                ]
                during = len(load.acknowledged)
                assert during > 20, "selling stood still"
                await load.reaches(during + 20)
                # The copy is a prefix of the living book: its head stands in it, and its own audit ends there.
                said = await juru("audit", "--head", str(tmp_path / "a.db.json"), "--data", str(data.path))
                assert "clean" in said.out
            assert rows(tmp_path / "a.db", "SELECT max(no) FROM commits") == [(made["commit_no"],)]
            orders = rows(tmp_path / "a.db", "SELECT count(*), count(DISTINCT ref) FROM orders")[0]
            assert orders == (made["orders"], made["orders"])
            assert 20 <= made["orders"] <= during
            assert made["sha256"] == hashlib.sha256((tmp_path / "a.db").read_bytes()).hexdigest()

    asyncio.run(scene())


def test_it_lies_whole_in_its_place_with_its_manifest_for_its_owner_only(cell: DataDir, tmp_path: Path) -> None:
    said = backup(cell)
    assert "another machine" in said.out
    made = sorted(names(cell.backups))
    assert len(made) == 2
    assert made[1] == made[0] + ".json"
    path = cell.backups / made[0]
    told = manifest(path)
    assert told["file"] == path.name
    assert (told["commit_no"],) == rows(cell.database, "SELECT max(no) FROM commits")[0]
    assert path.name.endswith(f"-c{told['commit_no']}.db")
    assert told["bytes"] == path.stat().st_size
    assert all(entry.stat().st_mode & 0o077 == 0 for entry in cell.backups.iterdir())
    assert json.loads(cell.last_backup.read_text())["path"] == str(path)


def test_no_key_goes_with_it_unless_it_is_asked_for_loudly(cell: DataDir, tmp_path: Path) -> None:
    key = json.loads(cell.keys.read_text())[0]["key"]
    plain, keyed = tmp_path / "plain", tmp_path / "keyed"
    plain.mkdir()
    keyed.mkdir()
    backup(cell, str(plain))
    assert not [name for name, body in seen(plain).items() if key.encode() in body]
    said = backup(cell, str(keyed / "b.db"), "--with-keys")
    assert "ENCRYPTION KEYS" in said.err
    assert json.loads((keyed / "b.db.keys.json").read_text())[0]["key"] == key
    assert (keyed / "b.db.keys.json").stat().st_mode & 0o777 == 0o600


def test_a_place_that_cannot_be_used_is_refused_before_anything_is_written(cell: DataDir, tmp_path: Path) -> None:
    (tmp_path / "there.db").write_bytes(b"mine")
    assert "is there already" in backup(cell, str(tmp_path / "there.db"), code=2).err
    assert (tmp_path / "there.db").read_bytes() == b"mine"
    assert "no directory" in backup(cell, str(tmp_path / "no" / "a.db"), code=2).err
    assert "--keep" in backup(cell, str(tmp_path / "a.db"), "--keep", "2", code=2).err
    assert "make it first" in backup(cell, str(tmp_path / "later"), "--keep", "2", code=2).err
    assert "--keep" in backup(cell, "--keep", "0", code=2).err
    assert names(tmp_path) == {"cell", "there.db"}


def test_a_book_that_contradicts_itself_gives_no_backup(cell: DataDir, tmp_path: Path) -> None:
    alter(cell.database, "UPDATE balances SET net_idr = net_idr + 1 WHERE account > 1000")
    said = backup(cell, str(tmp_path / "a.db"), code=2)
    assert "does not prove itself" in said.err
    assert "juru audit" in said.err
    assert names(tmp_path) == {"cell"}


def test_only_the_newest_backups_of_this_very_cell_are_kept(cell: DataDir, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    typed("init", str(tmp_path / "other"))
    backup(DataDir(tmp_path / "other"), str(folder / "other.db"))
    (folder / "notes.json").write_text('{"mine": true}')
    made = [Path(backup(cell, str(folder), "--with-keys", "--json").json["path"]).name]
    for number in range(2):
        typed("pause", "--data", str(cell.path), "--reason", f"{number}")
        made.append(Path(backup(cell, str(folder), "--keep", "2", "--json").json["path"]).name)
    assert names(folder) == {"other.db", "other.db.json", "notes.json"} | {
        name + ending for name in made[1:] for ending in ("", ".json")
    }


# ---------------------------------------------------------------------- disturbed


@functools.cache
def tmpfs_works() -> bool:
    """Whether a small file system of one's own can be had here."""
    if shutil.which("unshare") is None:
        return False
    command = ["unshare", "-rm", "mount", "-t", "tmpfs", "-o", "size=100k", "none", "/mnt"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def in_full_disk(folder: Path) -> tuple[str, ...]:
    """Run what follows with a disk of 100 KB at ``folder``, and list what is left there."""
    script = 'mount -t tmpfs -o size=100k none "$0" && { "$@"; code=$?; ls -A "$0"; exit $code; }'
    return ("unshare", "-rm", "sh", "-c", script, str(folder))


@pytest.mark.skipif(not tmpfs_works(), reason="no file system of one's own can be mounted here")
@pytest.mark.parametrize("program", [PROGRAM, WITHOUT_LOOK], ids=["seen before", "found while writing"])
def test_a_full_disk_leaves_no_half_backup_and_says_what_to_do(cell: DataDir, tmp_path: Path, program: str) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    said = backup(cell, str(folder), code=2, program=program, before=in_full_disk(folder))
    assert f"the disk of {folder} is full" in said.err
    assert "nothing was kept" in said.err
    assert "another place" in said.err
    assert said.out.split() == [LOCK]
    assert "clean" in typed("audit", "--data", str(cell.path)).out


def test_a_write_that_the_system_refuses_midway_leaves_nothing(cell: DataDir, tmp_path: Path) -> None:
    size = cell.database.stat().st_size
    limit = f"import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); \
resource.setrlimit(resource.RLIMIT_FSIZE, ({size // 2}, {resource.RLIM_INFINITY}))"
    said = backup(cell, str(tmp_path / "a.db"), code=2, program=f"{limit}; {PROGRAM}")
    assert "could not be written" in said.err
    assert "nothing was kept" in said.err
    assert names(tmp_path) == {"cell"}


def test_a_kill_in_the_middle_leaves_only_what_the_next_backup_clears_away(cell: DataDir, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()

    async def scene() -> None:
        process = await start_juru("backup", str(folder), "--data", str(cell.path), program=SLOW)
        await until(lambda: any(path.stat().st_size > 8_192 for path in folder.glob("*.partial")))
        refused = await juru("backup", str(folder), "--data", str(cell.path), code=2)
        assert "another backup is being written" in refused.err
        process.kill()
        await process.communicate()

    asyncio.run(scene())
    (left,) = names(folder)
    assert left.endswith(".db.partial"), "nothing that could be taken for a backup"
    key = str(cell.keys)
    assert "juru restore" not in typed("restore", str(folder / left), "--check", "--keys", key, code=2).out
    backup(cell, str(folder))
    assert sorted(name.partition(".db")[2] for name in names(folder)) == ["", ".json"]
    assert "clean" in typed("audit", "--data", str(cell.path)).out


def test_an_interrupt_in_the_middle_leaves_nothing(cell: DataDir, tmp_path: Path) -> None:
    async def scene() -> None:
        process = await start_juru("backup", str(tmp_path / "a.db"), "--data", str(cell.path), program=SLOW)
        await until((tmp_path / "a.db.partial").exists)
        process.send_signal(2)
        await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode == 130

    asyncio.run(scene())
    assert names(tmp_path) == {"cell"}
