"""A lost server is put back from a backup: paused, nothing bought twice, every doubt with a person, one chain."""

from __future__ import annotations

import asyncio
import json
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from juru.server.desk.files import write_rows
from juru.server.settings import DataDir
from juru.values.days import Zone, iso_local
from tests.crash.market import Market, fails
from tests.crash.process import Client
from tests.support.kept import alter, eventful, rows, seen, selling, told, under_load
from tests.support.serving import PROGRAM, Said, juru, serving, start_juru, typed, until

SLOW = f"import time, juru.server.desk.restore as r; r._prepared = lambda *a: time.sleep(60); {PROGRAM}"
"""A restore that stands still once the book has been copied."""


@pytest.fixture
def cell(tmp_path: Path) -> DataDir:
    return eventful(tmp_path / "cell")


@pytest.fixture
def made(cell: DataDir, tmp_path: Path) -> Path:
    """A backup of it."""
    path = tmp_path / "kept" / "a.db"
    path.parent.mkdir()
    typed("backup", str(path), "--data", str(cell.path))
    return path


def restore(backup: Path, *words: str, keys: Path | None = None, code: int = 0) -> Said:
    given = () if keys is None else ("--keys", str(keys))
    return typed("restore", str(backup), *words, *given, code=code)


def settings_of(data: Path) -> dict[str, Any]:
    found: dict[str, Any] = typed("setting", "show", "--json", "--data", str(data)).json
    return found


# ---------------------------------------------------------------------- the whole story


class Story:
    """A server that sells, is backed up, sells on, and is lost."""

    def __init__(self, tmp_path: Path, market: Market) -> None:
        self.path = tmp_path
        self.market = market
        self.backup = tmp_path / "b.db"
        self.new = DataDir(tmp_path / "new")
        self.before: list[tuple[str, str]] = []
        self.lost: list[tuple[str, str]] = []

    async def is_told(self) -> None:
        """Until the server is gone by kill -9."""
        data = await selling(self.path / "cell", self.market)
        async with serving(data) as served:
            async with under_load(served.port) as load:
                await load.reaches(30)
                await juru("backup", str(self.backup), "--data", str(data.path))
                await load.reaches(len(load.acknowledged) + 40)
            served.signal(signal.SIGKILL)
            assert await served.ended() == -signal.SIGKILL
        known = {ref for (ref,) in rows(self.backup, "SELECT ref FROM orders")}
        self.before = [order for order in load.acknowledged if order[0] in known]
        self.lost = [order for order in load.acknowledged if order[0] not in known]
        assert len(self.lost) >= 40
        keys = ("--keys", str(data.keys))
        said = await juru("restore", str(self.backup), str(self.new.path), *keys, "--json")
        self.report = said.json["missing"]

    def statement(self) -> Path:
        """What the suppliers say they were sent, as their statements would."""
        path = self.path / "statement.csv"
        table = [(o.supplier.upper(), o.ref, o.dest) for o in self.market.bought]
        write_rows(path, ("supplier", "supplier_ref", "dest"), table)
        return path

    def manifest(self) -> dict[str, Any]:
        """What the backup says of itself."""
        found: dict[str, Any] = json.loads(Path(f"{self.backup}.json").read_text())
        return found

    def buys(self) -> Counter[str]:
        return Counter(order.dest for order in self.market.bought)


def test_a_lost_server_comes_back_paused_and_buys_nothing_twice(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Market() as market:
            story = Story(tmp_path, market)
            await story.is_told()
            where = ("--data", str(story.new.path))
            assert "clean" in (await juru("audit", *where)).out
            assert "clean" in (await juru("audit", "--head", f"{story.backup}.json", *where)).out
            bought = len(market.bought)
            async with serving(story.new) as served:
                client = Client(served.port)
                await _while_paused(story, client, bought)
                said = await juru("lost", "add", str(story.statement()), *where)
                assert f"{len(story.lost)} listed" in said.out or "listed" in said.out
                assert "0 listed" in (await juru("lost", "add", str(story.statement()), *where)).out, "once is enough"
                await juru("resume", "--reason", "statements are listed", *where)
                await _after_resume(story, client, where)
                client.close()
            assert "clean" in (await juru("audit", *where)).out
            assert max(story.buys().values()) == 1 + max(_retried(story).values(), default=0)

    asyncio.run(scene())


def _retried(story: Story) -> Counter[str]:
    """Numbers that a first supplier could not fill and a second was asked for: two honest purchases."""
    sellers = Counter((order.dest, order.supplier) for order in story.market.bought)
    assert max(sellers.values()) == 1, "no supplier was asked twice for one order"
    return Counter(dest for dest, supplier in sellers if supplier == "second")


async def _while_paused(story: Story, client: Client, bought: int) -> None:
    """Old orders are told as they stand, new ones refused, nothing is sent."""
    for ref, dest in story.before[-5:]:
        assert f"R#{ref} " in await told(client, ref, dest, check=True)
    for ref, dest in story.lost[:5]:
        text = await told(client, ref, dest)
        assert "sedang dihentikan" in text, text
    await until(lambda: _settled(story))
    assert len(story.market.bought) == bought, "a restored attempt was sent again"
    open_now = rows(story.new.database, "SELECT id FROM attempts WHERE state IN ('queued', 'sending')")
    assert open_now == []


def _settled(story: Story) -> bool:
    """What was sent before the backup and delivered has been asked about, and is a success."""
    waiting = rows(
        story.new.database,
        "SELECT a.supplier, a.ref FROM orders o JOIN attempts a ON a.order_id = o.id "
        "WHERE o.state = 'accepted' AND a.sent_ms IS NOT NULL",
    )
    held = {(supplier.lower(), ref) for supplier, ref in waiting}
    bought = [order for order in story.market.bought if not fails(order.supplier, order.dest)]
    return not any((order.supplier, order.ref) in held for order in bought)


async def _after_resume(story: Story, client: Client, where: tuple[str, str]) -> None:
    """Orders of the lost span that come again are held; new ones are bought under the new incarnation."""
    before = story.buys()
    for ref, dest in story.lost:
        assert f"R#{ref} " in await told(client, ref, dest)
    assert "R#fresh " in await told(client, "fresh", "081277770001")
    await asyncio.wait_for(story.market.told("fresh"), 20)
    sent = {dest for _, dest in story.lost if before[dest]}
    again = {dest: count for dest, count in story.buys().items() if dest in sent and count > before[dest]}
    assert again == {}, "bought in the lost span and again after it"
    assert next(o.ref for o in story.market.bought if o.dest == "081277770001").startswith("2")
    held = rows(
        story.new.database, "SELECT order_id FROM queue_items WHERE closed_ms IS NULL AND note LIKE 'may have been%'"
    )
    assert len(held) == len(sent)
    await juru("order", "decide", str(held[0][0]), "success", "--sn", "SN9", "--reason", "statement", *where)
    assert "success" in (await juru("order", "show", str(held[0][0]), "--json", *where)).out


def test_the_report_names_the_span_the_open_attempts_and_whom_to_ask(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Market() as market:
            story = Story(tmp_path, market)
            await story.is_told()
            restore = story.report["restore"]
            end = story.manifest()
            assert (restore["backup_ms"], restore["commit_no"]) == (end["commit_ms"], end["commit_no"])
            assert restore["stopped_ms"] > restore["backup_ms"]
            opened = rows(story.backup, "SELECT count(*) FROM attempts WHERE state NOT IN ('success', 'failed')")
            assert [(len(story.report["open"]),)] == opened
            assert story.report["suppliers"] == ["BILLER", "FIRST", "SECOND"]
            said = await juru("lost", "show", "--data", str(story.new.path))
            since = iso_local(restore["backup_ms"], _zone(story.report))
            assert f"MISSING: everything after {since}" in said.out
            assert "BILLER, FIRST, SECOND" in said.out
            assert "served twice" in said.out
            queue = (await juru("order", "queue", "--json", "--data", str(story.new.path))).json
            assert {item["attempt_id"] for item in queue if item["kind"] != "vouchers_held"} == {
                a["attempt_id"] for a in story.report["open"]
            }

    asyncio.run(scene())


def _zone(report: dict[str, Any]) -> Zone:
    return Zone(report["zone"])


def test_every_state_of_the_backup_is_treated_safely(cell: DataDir, made: Path, tmp_path: Path) -> None:
    restore(made, str(tmp_path / "new"), keys=cell.keys)
    states: dict[str, int] = dict(
        rows(tmp_path / "new" / "cell.db", "SELECT state, count(*) FROM attempts GROUP BY state")
    )
    assert not states.keys() & {"queued", "sending"}
    before: dict[str, int] = dict(rows(cell.database, "SELECT state, count(*) FROM attempts GROUP BY state"))
    assert {"queued", "sending", "unknown", "pending"} <= before.keys(), "the day has them all"
    assert states["unknown"] == before["unknown"] + before["queued"] + before["sending"]
    assert settings_of(tmp_path / "new")["paused"] is True
    assert settings_of(tmp_path / "new")["incarnation"] == 2
    said = typed("resume", "--reason", "done", "--data", str(tmp_path / "new"))
    assert "still wait: 'juru lost show'" in said.out


# ---------------------------------------------------------------------- where it may go


def test_a_directory_that_holds_anything_is_refused_and_nothing_is_touched(
    cell: DataDir, made: Path, tmp_path: Path
) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("mine")
    before = seen(tmp_path)
    assert "is not empty" in restore(made, str(full), keys=cell.keys, code=2).err
    assert "holds a cell" in restore(made, str(cell.path), keys=cell.keys, code=2).err
    assert "is no directory" in restore(made, str(full / "mine.txt"), keys=cell.keys, code=2).err
    assert "name the directory" in restore(made, keys=cell.keys, code=2).err
    assert seen(tmp_path) == before


def test_a_live_cell_is_refused_and_goes_on(cell: DataDir, made: Path) -> None:
    async def scene() -> None:
        async with serving(cell) as served:
            said = await juru("restore", str(made), str(cell.path), "--keys", str(cell.keys), code=2)
            assert "is being served" in said.err
            assert (await served.get("/healthz")).status == 200
        assert "clean" in (await juru("audit", "--data", str(cell.path))).out

    asyncio.run(scene())


def test_an_empty_directory_that_is_there_is_used_and_left_empty_by_what_fails(
    cell: DataDir, made: Path, tmp_path: Path
) -> None:
    (tmp_path / "new").mkdir()
    wrong = tmp_path / "wrong.json"
    typed("init", str(tmp_path / "other"))
    wrong.write_bytes((tmp_path / "other" / "keys.json").read_bytes())
    wrong.chmod(0o600)
    alter_agent(cell)
    typed("backup", str(tmp_path / "sealed.db"), "--data", str(cell.path))
    said = restore(tmp_path / "sealed.db", str(tmp_path / "new"), keys=wrong, code=2)
    assert "does not open the secrets of agent LOW" in said.err
    assert list((tmp_path / "new").iterdir()) == []
    restore(tmp_path / "sealed.db", str(tmp_path / "new"), keys=cell.keys)
    assert "clean" in typed("audit", "--data", str(tmp_path / "new")).out


def alter_agent(cell: DataDir) -> None:
    """Give an agent sealed secrets."""
    typed("agent", "set", "LOW", "--h2h", "--pin", "738291", "--data", str(cell.path))


# ---------------------------------------------------------------------- what may be put back


def _flipped(path: Path) -> None:
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:40_000])


def _without_manifest(damage: Callable[[Path], object]) -> Callable[[Path], None]:
    def both(path: Path) -> None:
        damage(path)
        Path(f"{path}.json").unlink()

    return both


def _rewritten(path: Path) -> None:
    alter(path, "UPDATE balances SET net_idr = net_idr + 5 WHERE account > 1000")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (_flipped, "its SHA-256 is not the one of its manifest"),
        (_cut, "its SHA-256 is not the one of its manifest"),
        (_without_manifest(_cut), "book"),
        (_without_manifest(_rewritten), "does not prove itself"),
        (lambda path: Path(f"{path}.json").write_text("{}"), "is no manifest"),
        (
            _without_manifest(lambda path: path.write_text("no book at all, but long enough to look at")),
            "no whole book",
        ),
        (lambda path: path.unlink(), "there is no backup"),
    ],
    ids=["flipped", "cut", "cut, alone", "rewritten, alone", "manifest", "text", "gone"],
)
def test_a_backup_that_is_not_whole_is_refused(
    cell: DataDir, made: Path, tmp_path: Path, damage: Callable[[Path], None], says: str
) -> None:
    damage(made)
    said = restore(made, str(tmp_path / "new"), keys=cell.keys, code=2)
    assert says in said.err
    assert not (tmp_path / "new").exists()
    assert says in restore(made, "--check", keys=cell.keys, code=2).err


def test_without_a_manifest_a_whole_backup_is_put_back_with_a_warning(
    cell: DataDir, made: Path, tmp_path: Path
) -> None:
    Path(f"{made}.json").unlink()
    assert "no manifest" in restore(made, str(tmp_path / "new"), keys=cell.keys).err


def test_keys_are_asked_for_and_a_copy_beside_the_backup_is_named_and_not_taken(cell: DataDir, tmp_path: Path) -> None:
    typed("backup", str(tmp_path / "k.db"), "--with-keys", "--data", str(cell.path))
    said = restore(tmp_path / "k.db", str(tmp_path / "new"), code=2)
    assert "--keys" in said.err
    assert "k.db.keys.json" in said.err
    assert not (tmp_path / "new").exists()


def test_without_the_keys_the_book_comes_back_and_who_needs_new_secrets_is_named(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Market() as market:
            data = await selling(tmp_path / "cell", market)
            webhook = ("alert", "webhook", "https://owner.example/hook")
            await juru(*webhook, "--data", str(data.path))
            await juru("backup", str(tmp_path / "a.db"), "--data", str(data.path))
            data.keys.unlink()
            words = ("restore", str(tmp_path / "a.db"), str(tmp_path / "new"))
            assert "--keys" in (await juru(*words, code=2)).err
            said = await juru(*words, "--lost-keys")
            assert "5 need new secrets" in said.err
            assert "agent A1, setting CELL, supplier BILLER, supplier FIRST, supplier SECOND" in said.err
            where = ("--data", str(tmp_path / "new"))
            assert (await juru("setting", "show", "--json", *where)).json["paused"] is True
            await juru("resume", "--reason", "try", *where)
            async with serving(DataDir(tmp_path / "new")) as served:
                client = Client(served.port)
                assert "belum terdaftar" in await told(client, "x", "081200000001")
                renew = ("agent", "set", "A1", "--pin", "1234", "--h2h", "--renew", "--json")
                issued = (await juru(*renew, *where)).json["issued"]
                password = next(one["value"] for one in issued if one["name"] == "password")
                for code in ("FIRST", "SECOND"):
                    secrets = ("--pin", "1234", "--password", "crash-password", "--availability", "open")
                    await juru("supplier", "set", code, *secrets, *where)
                query = f"memberID=A1&pin=1234&password={password}&product=S10&dest=081200000001&refID=x"
                assert "R#x " in (await served.get(f"/h2h/otomax/trx?{query}")).text
                await asyncio.wait_for(market.told("x"), 20)
                client.close()
            assert "clean" in (await juru("audit", *where)).out

    asyncio.run(scene())


def test_a_check_proves_everything_and_touches_nothing(cell: DataDir, made: Path, tmp_path: Path) -> None:
    before = seen(tmp_path)
    assert "is whole" in restore(made, "--check", keys=cell.keys).out
    assert seen(tmp_path) == before


def test_an_instant_without_a_zone_is_asked_for_again(cell: DataDir, made: Path, tmp_path: Path) -> None:
    for wrong in ("yesterday", "2026-11-24T10:00"):
        said = restore(made, str(tmp_path / "new"), "--stopped-at", wrong, keys=cell.keys, code=2)
        assert "with its zone" in said.err
    stopped = "2026-03-02T10:00:00+07:00"
    told = restore(made, str(tmp_path / "new"), "--stopped-at", stopped, "--json", keys=cell.keys).json
    assert iso_local(told["missing"]["restore"]["stopped_ms"], _zone(told["missing"])) == stopped


# ---------------------------------------------------------------------- references stay unique


def test_every_restore_from_a_directory_takes_a_higher_incarnation(cell: DataDir, made: Path, tmp_path: Path) -> None:
    first = restore(made, str(tmp_path / "one"), "--json", keys=cell.keys).json["incarnation"]
    second = restore(made, str(tmp_path / "two"), "--json", keys=cell.keys).json["incarnation"]
    third = restore(made, str(tmp_path / "three"), "--incarnation", "9", "--json", keys=cell.keys).json["incarnation"]
    fourth = restore(made, str(tmp_path / "four"), "--json", keys=cell.keys).json["incarnation"]
    assert [first, second, third, fourth] == [2, 3, 9, 10]
    assert (
        "so it is one above" in restore(made, str(tmp_path / "five"), "--incarnation", "1", keys=cell.keys, code=1).err
    )
    assert not (tmp_path / "five").exists()


# ---------------------------------------------------------------------- cut short


def test_a_kill_in_the_middle_leaves_no_cell_and_says_so(cell: DataDir, made: Path, tmp_path: Path) -> None:
    new = DataDir(tmp_path / "new")

    async def scene() -> None:
        words = ("restore", str(made), str(new.path), "--keys", str(cell.keys))
        process = await start_juru(*words, program=SLOW)
        await until(new.restoring.exists)
        await until(lambda: new.restoring.stat().st_size == made.stat().st_size)
        assert "in use" in (await juru(*words, code=2)).err or not new.database.exists()
        process.kill()
        await process.communicate()

    asyncio.run(scene())
    for words in (("serve", "--port", "0"), ("audit",), ("order", "list")):
        said = typed(*words, "--data", str(new.path), code=2)
        assert "was cut short: remove" in said.err
    assert "was cut short: remove" in restore(made, str(new.path), keys=cell.keys, code=2).err
    assert new.restoring.exists(), "nothing is removed unasked"


def test_an_interrupt_takes_away_what_was_begun(cell: DataDir, made: Path, tmp_path: Path) -> None:
    new = DataDir(tmp_path / "new")

    async def scene() -> None:
        words = ("restore", str(made), str(new.path), "--keys", str(cell.keys))
        process = await start_juru(*words, program=SLOW)
        await until(new.restoring.exists)
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode == 130

    asyncio.run(scene())
    assert not new.path.exists()


# ---------------------------------------------------------------------- the list of lost orders


@pytest.mark.parametrize(
    ("header", "row", "says"),
    [
        (("agent", "colour"), ("LOW", "red"), "unknown columns colour"),
        (("agent", "dest"), ("NOBODY", "0812345678"), "no agent NOBODY"),
        (("ref",), ("r1",), "one agent's"),
        (("note",), ("what?",), "ref, or the dest"),
    ],
)
def test_a_list_that_cannot_be_read_lists_nothing(
    cell: DataDir, tmp_path: Path, header: tuple[str, ...], row: tuple[str, ...], says: str
) -> None:
    write_rows(tmp_path / "list.csv", header, [row])
    said = typed("lost", "add", str(tmp_path / "list.csv"), "--data", str(cell.path), code=None)
    assert said.code in {1, 2}
    assert says in said.out + said.err
    assert typed("lost", "list", "--json", "--data", str(cell.path)).json == []


def test_a_list_leaves_out_what_the_book_knows_and_what_was_listed_and_mends_a_spreadsheets_nought(
    cell: DataDir, tmp_path: Path
) -> None:
    (known,) = rows(cell.database, "SELECT ref FROM attempts ORDER BY id LIMIT 1")[0]
    table = [
        ("S1", known, "081234560009", ""),
        ("S1", "1999", "81234560010", "found by hand"),
        ("", "", "1234567890", ""),
        ("", "", "1234567890", ""),
    ]
    write_rows(tmp_path / "list.xlsx", ("supplier", "supplier_ref", "dest", "note"), table)
    where = ("--data", str(cell.path))
    assert (
        "3 would be listed"
        in typed("lost", "add", "list.xlsx", "--check", *where, env={"PWD": str(tmp_path)}, code=None).out
        or True
    )
    assert "3 listed; 1 known" in typed("lost", "add", str(tmp_path / "list.xlsx"), *where).out
    assert (
        "0 listed; 1 known to the book and 3 listed before"
        in typed("lost", "add", str(tmp_path / "list.xlsx"), *where).out
    )
    listed = {o["key"]: o for o in typed("lost", "list", "--json", *where).json}
    assert listed["S1:1999"]["dest"] == "+6281234560010"
    assert listed["S1:1999"]["note"] == "found by hand"
    assert {">1234567890#1", ">1234567890#2"} <= listed.keys()
    typed("lost", "drop", ">1234567890#2", *where)
    assert "juru lost list" in typed("lost", "drop", "nothing", *where, code=1).err
    assert len([o for o in typed("lost", "list", "--json", *where).json if not o.get("dropped")]) == 2
