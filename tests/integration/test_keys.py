"""Keys are changed while a server serves: rotated, everything sealed anew, the old one taken away."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from juru.server.settings import DataDir
from tests.crash.cell import AGENT, CODES, PASSWORD, PIN, SUPPLIERS, build
from tests.crash.market import Market
from tests.crash.process import Client
from tests.support.kept import told
from tests.support.serving import juru, serving

# The agent and each supplier of the GET kind have a PIN and a password, the agent and the biller an API key.
SECRETS = 2 * (1 + len(SUPPLIERS)) + 2 + CODES
DOCUMENTS = 1 + len(SUPPLIERS) + 1 + CODES


async def _cell(path: Path, market: str = "http://127.0.0.1:1") -> DataDir:
    path.mkdir()  # noqa: ASYNC240 - nothing else runs yet
    return await build(path, market)


async def _keys(data: DataDir) -> list[dict[str, object]]:
    found: list[dict[str, object]] = (await juru("keys", "list", "--json", "--data", str(data.path))).json["keys"]
    return found


def test_a_key_is_rotated_and_retired_under_a_server_that_goes_on_selling(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Market() as market:
            data = await _cell(tmp_path / "cell", market.url)
            where = ("--data", str(data.path))
            (first,) = await _keys(data)
            assert (first["seals"], first["now"], first["old"]) == (True, SECRETS, 0)
            async with serving(data) as served:
                client = Client(served.port)
                assert "R#before " in await told(client, "before", "081200000001")
                said = await juru("keys", "rotate", "--reseal", *where)
                assert f"{DOCUMENTS} documents are sealed anew" in said.out
                new, old = await _keys(data)
                assert (new["seals"], new["now"], new["old"]) == (True, first["now"], 0)
                assert (old["id"], old["now"], old["old"]) == (first["id"], 0, first["now"])
                assert "R#between " in await told(client, "between", "081200000002")
                said = await juru("keys", "retire", str(first["id"]), "--save", str(tmp_path / "old.json"), *where)
                assert "retired" in said.out
                assert (tmp_path / "old.json").stat().st_mode & 0o777 == 0o600
                assert [key["id"] for key in await _keys(data)] == [new["id"], first["id"]], (
                    "the last one is named as lost"
                )
                # The agent signs in by his PIN and the suppliers are signed to by theirs: both were opened.
                assert "R#after " in await told(client, "after", "081200000003")
                await asyncio.wait_for(market.told("after"), 20)
                client.close()
            async with serving(data) as served:
                client = Client(served.port)
                assert "SUKSES" in await told(client, "after", "081200000003", check=True)
                client.close()
            assert "clean" in (await juru("audit", *where)).out
            assert PASSWORD not in (await juru("agent", "show", AGENT, "--history", *where)).out

    asyncio.run(scene())


def test_a_key_in_use_is_not_retired(tmp_path: Path) -> None:
    async def scene() -> None:
        data = await _cell(tmp_path / "cell")
        where = ("--data", str(data.path))
        (first,) = await _keys(data)
        said = await juru("keys", "retire", str(first["id"]), "--save", str(tmp_path / "old.json"), *where, code=2)
        assert "juru keys reseal" in said.err
        assert not (tmp_path / "old.json").exists()
        await juru("keys", "rotate", *where)
        assert "in records" in (await juru("keys", "retire", str(first["id"]), *where, code=2)).err
        assert "juru keys list" in (await juru("keys", "retire", "ffffffff", *where, code=2)).err
        assert len(await _keys(data)) == 2

    asyncio.run(scene())


def test_nothing_is_sealed_with_a_key_that_the_running_server_does_not_have(tmp_path: Path) -> None:
    async def scene() -> None:
        data = await _cell(tmp_path / "cell")
        where = ("--data", str(data.path))
        copy = tmp_path / "credentials.json"
        shutil.copy(data.keys, copy)
        async with serving(data, env={"JURU_KEYS": str(copy)}):
            said = await juru("keys", "rotate", "--reseal", *where, code=2)
            assert "restart it" in said.err
            assert [key["now"] for key in await _keys(data)] == [0, SECRETS]
        async with serving(data):
            await juru("keys", "reseal", *where)
            assert [key["now"] for key in await _keys(data)] == [SECRETS, 0]

    asyncio.run(scene())


def test_keys_may_be_kept_outside_the_data_directory(tmp_path: Path) -> None:
    async def scene() -> None:
        kept = tmp_path / "kept.json"
        outside = {"JURU_KEYS": str(kept), "JURU_DATA": str(tmp_path / "cell")}
        await juru("init", str(tmp_path / "cell"), env=outside)
        assert not (tmp_path / "cell" / "keys.json").exists()
        assert kept.stat().st_mode & 0o777 == 0o600
        await juru("agent", "add", "budi", "--name", "Budi", "--pin", PIN, "--h2h", env=outside)
        assert (
            "are missing"
            in (
                await juru("agent", "set", "budi", "--pin", "7777", env=outside | {"JURU_KEYS": "/nowhere"}, code=2)
            ).err
        )
        async with serving(DataDir(tmp_path / "cell", kept), env=outside):
            await juru("agent", "set", "budi", "--pin", "7777", env=outside)
        kept.chmod(0o644)
        said = await juru("serve", "--port", "0", env=outside, code=2)
        assert f"chmod 600 {kept}" in said.err
        kept.chmod(0o600)
        await juru("init", str(tmp_path / "other"), env=outside)
        assert (await juru("keys", "list", "--json", env=outside)).json["file"] == str(kept)

    asyncio.run(scene())
