"""Upgrading as an owner does it: refused until told to, a proved backup first, a rehearsal, and a way back."""

from __future__ import annotations

import asyncio
import shutil
import signal
from pathlib import Path

import pytest

from juru.server.settings import DataDir
from juru.server.store import migrate
from juru.server.store.migrate import wanted_revision
from juru.simulation.run import MARKET_PORT_OFFSET
from tests.support.kept import eventful, rows, seen
from tests.support.raw_peer import free_port
from tests.support.serving import PROGRAM, Said, juru, serving, start_juru, until

NEXT = "9000"
GOOD = 'op.execute("CREATE TABLE newer (id INTEGER PRIMARY KEY)")'
BAD = f'{GOOD}; op.execute("CREATE UNIQUE INDEX once ON orders (product)")'
"""A step that these very data do not allow: several orders are of one product."""


def program(folder: Path, statement: str = GOOD) -> str:
    """The program of a later version, whose schema is one step further."""
    scripts = folder / "migrations"
    shutil.copytree(migrate._HERE, scripts)
    (scripts / "versions" / "9000_next.py").write_text(
        f'from alembic import op\nrevision = "{NEXT}"\ndown_revision = "{wanted_revision()}"\n\n'
        f"def upgrade():\n    {statement}\n"
    )
    patched = f"import pathlib, juru.server.store.migrate as m; m._HERE = pathlib.Path({str(scripts)!r})"
    return f"{patched}; {PROGRAM}"


def run(data: DataDir, *words: str, program: str = PROGRAM, code: int = 0) -> Said:
    return asyncio.run(juru(*words, "--data", str(data.path), program=program, code=code))


@pytest.fixture
def cell(tmp_path: Path) -> DataDir:
    return eventful(tmp_path / "cell")


def free_demo_port() -> int:
    """A port whose market, so much above it, is free too."""
    while True:
        port = free_port()
        if port + MARKET_PORT_OFFSET < 65_536:
            return port


def revision(data: DataDir) -> str:
    return str(rows(data.database, "SELECT version_num FROM alembic_version")[0][0])


def test_a_newer_program_does_nothing_to_an_older_directory_until_it_is_told_to(cell: DataDir, tmp_path: Path) -> None:
    newer = program(tmp_path)
    before = seen(cell.path)
    for words in (
        ("serve", "--port", "0"),
        ("deposit", "add", "LOW", "1000", "--reason", "x"),
        ("order", "list"),
        ("audit",),
    ):
        said = run(cell, *words, program=newer, code=2)
        assert f"has schema {wanted_revision()}, this program needs {NEXT}" in said.err
        assert "juru upgrade" in said.err
    assert {name: body for name, body in seen(cell.path).items() if name in before and name != "juru.lock"} == {
        name: body for name, body in before.items() if name != "juru.lock"
    }


def test_an_upgrade_backs_up_migrates_and_serves_and_the_older_program_then_refuses(
    cell: DataDir, tmp_path: Path
) -> None:
    newer = program(tmp_path)
    said = run(cell, "upgrade", "--json", program=newer).json
    assert (said["before"], said["after"]) == (wanted_revision(), NEXT)
    assert revision(cell) == NEXT
    assert rows(Path(said["backup"]), "SELECT version_num FROM alembic_version") == [(wanted_revision(),)]
    assert rows(cell.database, "SELECT count(*) FROM newer") == [(0,)]
    assert "nothing to do" in run(cell, "upgrade", program=newer).out

    async def served() -> None:
        async with serving(cell, program=newer) as server:
            assert (await server.get("/healthz")).status == 200

    asyncio.run(served())
    assert "clean" in run(cell, "audit", program=newer).out
    for words in (("serve", "--port", "0"), ("upgrade",), ("audit",), ("resume",)):
        assert "start it with the Juru that wrote it" in run(cell, *words, code=2).err
    # The way back: the backup of before, with the program of before; the newer one migrates it as it restores it.
    for name, by in (("back", PROGRAM), ("forth", newer)):
        way = ("restore", said["backup"], str(tmp_path / name), "--keys", str(cell.keys))
        asyncio.run(juru(*way, program=by))
        assert "clean" in run(DataDir(tmp_path / name), "audit", program=by).out
    assert revision(DataDir(tmp_path / "back")) == wanted_revision()
    assert revision(DataDir(tmp_path / "forth")) == NEXT


def test_a_backup_of_a_newer_program_is_not_restored_by_an_older_one(cell: DataDir, tmp_path: Path) -> None:
    newer = program(tmp_path)
    run(cell, "upgrade", program=newer)
    run(cell, "backup", str(tmp_path / "n.db"), program=newer)
    words = ("restore", str(tmp_path / "n.db"), str(tmp_path / "new"), "--keys", str(cell.keys))
    assert "start it with the Juru that wrote it" in asyncio.run(juru(*words, code=2)).err
    assert not (tmp_path / "new").exists()


def test_a_step_that_fails_is_found_on_the_copy_and_the_book_stays_as_it_was(cell: DataDir, tmp_path: Path) -> None:
    said = run(cell, "upgrade", str(tmp_path / "kept.db"), program=program(tmp_path, BAD), code=2)
    assert "the migration failed on a copy" in said.err
    assert "nothing was changed" in said.err
    assert revision(cell) == wanted_revision()
    assert not rows(cell.database, "SELECT name FROM sqlite_master WHERE name = 'newer'")
    assert not (tmp_path / "kept.db").exists()

    async def served() -> None:
        async with serving(cell) as server:
            assert (await server.get("/healthz")).status == 200

    asyncio.run(served())


def test_an_upgrade_waits_for_the_server_to_be_stopped(cell: DataDir, tmp_path: Path) -> None:
    async def scene() -> None:
        async with serving(cell):
            said = await juru("upgrade", "--data", str(cell.path), program=program(tmp_path), code=2)
            assert "stop that server first" in said.err

    asyncio.run(scene())
    assert revision(cell) == wanted_revision()


def test_without_a_backup_nothing_is_migrated(cell: DataDir, tmp_path: Path) -> None:
    said = run(cell, "upgrade", str(tmp_path / "nowhere" / "a.db"), program=program(tmp_path), code=2)
    assert "no directory" in said.err
    assert revision(cell) == wanted_revision()


def test_a_demo_of_an_older_version_is_backed_up_and_brought_up_to_date_unasked(tmp_path: Path) -> None:
    newer, data = program(tmp_path), DataDir(tmp_path / "demo")

    async def lives(by: str, port: int) -> None:
        words = ("demo", "--data", str(data.path), "--port", str(port), "--members", "0")
        process = await start_juru(*words, program=by)
        try:
            await until(lambda: data.running.exists() or process.returncode is not None)
            assert process.returncode is None
        finally:
            process.send_signal(signal.SIGINT)
            await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 0

    for by in (PROGRAM, newer):
        asyncio.run(lives(by, free_demo_port()))
    assert revision(data) == NEXT
    assert len(list(data.backups.glob("*.db"))) == 1
