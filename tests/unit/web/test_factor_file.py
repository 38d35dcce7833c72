"""Second factors as they are kept: sealed, used once, dropped, refused without their key."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from juru.web.factor_file import KEY_BYTES, FactorFile, FactorFileError
from juru.web.factors import RECOVERY_CODES, Factor, Kind, Passkey, plain_code, recovery_codes
from juru.web.totp import STEP_S, code_at, step_of, typed

NOW = 1_767_225_600_000
SECRET = b"12345678901234567890"
APP = Factor("a1", "RINA", Kind.TOTP, "Ponsel", NOW)
KEY = Factor("k1", "RINA", Kind.PASSKEY, "Kunci", NOW + 1, 0, Passkey("localhost", b"cred", b"public", 0))


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[FactorFile]:
    file = FactorFile(tmp_path / "factors.db", os.urandom)
    yield file
    file.close()


def test_the_file_tells_no_secret_and_is_its_owners_alone(kept: FactorFile, tmp_path: Path) -> None:
    async def play() -> None:
        await kept.add_totp(APP, SECRET, 0)
        await kept.set_recovery("RINA", ["abcd-efgh-jkmn"])

    asyncio.run(play())
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("factors.db*"))
    for secret in (SECRET, typed(SECRET).encode(), b"abcd-efgh-jkmn", b"abcdefghjkmn"):
        assert secret not in raw
    for name in ("factors.db", "factors.key"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


def test_a_code_opens_once_even_for_two_who_come_together(kept: FactorFile) -> None:
    async def play() -> None:
        await kept.add_totp(APP, SECRET, 0)
        code = code_at(SECRET, step_of(NOW))
        assert await kept.use_code("AGUS", code, NOW) is None, "another login's"
        both = await asyncio.gather(*(kept.use_code("RINA", code, NOW) for _ in range(2)))
        assert sorted(one is not None for one in both) == [False, True]
        assert [one.used_ms for one in await kept.of("RINA")] == [NOW]
        later = code_at(SECRET, step_of(NOW) + 1)
        assert await kept.use_code("RINA", later, NOW + STEP_S * 1_000) is not None

    asyncio.run(play())


def test_the_code_that_proved_an_app_does_not_open_as_well(kept: FactorFile) -> None:
    async def play() -> None:
        step = step_of(NOW)
        await kept.add_totp(APP, SECRET, step)
        assert await kept.use_code("RINA", code_at(SECRET, step), NOW) is None

    asyncio.run(play())


def test_a_code_used_before_a_restart_stays_used(tmp_path: Path) -> None:
    path = tmp_path / "factors.db"
    code = code_at(SECRET, step_of(NOW))

    async def use(first: bool) -> bool:  # noqa: FBT001
        file = FactorFile(path, os.urandom)
        try:
            if first:
                await file.add_totp(APP, SECRET, 0)
            return await file.use_code("RINA", code, NOW) is not None
        finally:
            file.close()

    assert asyncio.run(use(True))
    assert not asyncio.run(use(False))


def test_recovery_codes_open_once_however_they_are_typed(kept: FactorFile) -> None:
    async def play() -> None:
        codes = recovery_codes(os.urandom)
        await kept.set_recovery("RINA", codes)
        assert len(set(codes)) == RECOVERY_CODES == await kept.recovery_left("RINA")
        assert not await kept.use_recovery("AGUS", codes[0])
        assert await kept.use_recovery("RINA", codes[0].upper().replace("-", " "))
        assert not await kept.use_recovery("RINA", codes[0])
        assert await kept.recovery_left("RINA") == RECOVERY_CODES - 1
        await kept.set_recovery("RINA", recovery_codes(os.urandom))
        assert not await kept.use_recovery("RINA", codes[1]), "new ones void the old"

    asyncio.run(play())


def test_with_the_last_factor_the_recovery_codes_go(kept: FactorFile) -> None:
    async def play() -> None:
        await kept.add_totp(APP, SECRET, 0)
        assert await kept.add_passkey(KEY)
        assert not await kept.add_passkey(Factor("k2", "AGUS", Kind.PASSKEY, "x", NOW, 0, KEY.passkey)), "known"
        await kept.set_recovery("RINA", ["a"])
        assert await kept.remove("AGUS", "a1") is None, "somebody else's stays"
        assert await kept.remove("RINA", "a1") == APP
        assert await kept.recovery_left("RINA") == 1
        assert await kept.remove("RINA", "k1") == KEY
        assert await kept.recovery_left("RINA") == 0

    asyncio.run(play())


def test_dropping_takes_all_of_one_login(kept: FactorFile) -> None:
    async def play() -> None:
        await kept.add_totp(APP, SECRET, 0)
        await kept.add_passkey(KEY)
        await kept.set_recovery("RINA", ["a"])
        handle = await kept.handle("RINA", b"fresh")
        assert await kept.handle("RINA", b"other") == handle
        assert await kept.login_of(handle) == "RINA"
        assert await kept.drop("RINA") == 2
        assert (await kept.of("RINA"), await kept.recovery_left("RINA")) == ([], 0)
        assert await kept.login_of(handle) is None

    asyncio.run(play())


def test_a_lost_key_file_is_said_and_not_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "factors.db"
    file = FactorFile(path, os.urandom)
    asyncio.run(file.add_totp(APP, SECRET, 0))
    file.close()
    key = (tmp_path / "factors.key").read_bytes()
    (tmp_path / "factors.key").unlink()
    with pytest.raises(FactorFileError, match="put it back"):
        FactorFile(path, os.urandom)
    (tmp_path / "factors.key").write_bytes(key[:-1])
    with pytest.raises(FactorFileError, match="no key"):
        FactorFile(path, os.urandom)
    (tmp_path / "factors.key").write_bytes(os.urandom(KEY_BYTES))
    file = FactorFile(path, os.urandom)
    with pytest.raises(FactorFileError, match="does not open"):
        asyncio.run(file.use_code("RINA", "123456", NOW))
    file.close()
    (tmp_path / "factors.key").write_bytes(key)
    FactorFile(path, os.urandom).close()


def test_a_secret_moved_to_another_login_does_not_open(kept: FactorFile, tmp_path: Path) -> None:
    asyncio.run(kept.add_totp(APP, SECRET, 0))
    with apsw.Connection(str(tmp_path / "factors.db")) as thief:
        thief.execute("UPDATE factors SET login = 'MALING'")
    with pytest.raises(FactorFileError, match="does not open"):
        asyncio.run(kept.use_code("MALING", code_at(SECRET, step_of(NOW)), NOW))


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    FactorFile(tmp_path / "factors.db", os.urandom).close()
    with apsw.Connection(str(tmp_path / "factors.db")) as newer:
        newer.execute("PRAGMA user_version = 99")
    with pytest.raises(FactorFileError, match="newer version"):
        FactorFile(tmp_path / "factors.db", os.urandom)


def test_recovery_codes_are_even_and_easy_to_read() -> None:
    codes = [code for _ in range(200) for code in recovery_codes(os.urandom)]
    signs = "".join(plain_code(code) for code in codes)
    assert set(signs) <= set("abcdefghjkmnpqrstuvwxyz23456789")
    assert max(signs.count(sign) for sign in set(signs)) < 2 * min(signs.count(sign) for sign in set(signs))
