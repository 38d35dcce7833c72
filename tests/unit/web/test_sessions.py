"""Sessions and wrong tries as they are kept: hashed, ended, bounded, counted durably, forgotten on purpose."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import apsw
import msgspec
import pytest

from juru.web.lockout import LIMITS, Counted, keys_of
from juru.web.session_file import SESSIONS_MAX, SessionFile
from juru.web.sessions import DEVICE_DAYS, Account, Flash, Limits, Session, hashed, holds, is_over

NOW = 1_767_225_600_000
DAY = 86_400_000
RINA = Account("RINA", "Rina", "owner", "$argon2id$")
KEYS = keys_of("RINA", "203.0.113.9", None)


def session(token: str = "t", login: str = "RINA", at_ms: int = NOW, **other: object) -> Session:
    made = Session(hashed(token), login, 1, at_ms, at_ms, "203.0.113.9", "Firefox")
    return msgspec.structs.replace(made, **other)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[SessionFile]:
    file = SessionFile(tmp_path / "sessions.db")
    yield file
    file.close()


async def begin(kept: SessionFile, *many: Session, instead_of: bytes | None = None, over_before_ms: int = 0) -> None:
    for one in many:
        await kept.begin(one, instead_of=instead_of, over_before_ms=over_before_ms)


def test_the_file_opens_no_door(kept: SessionFile, tmp_path: Path) -> None:
    asyncio.run(begin(kept, session("a-secret-token")))
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("sessions.db*"))
    assert b"a-secret-token" not in raw
    assert (tmp_path / "sessions.db").stat().st_mode & 0o777 == 0o600


def test_a_session_is_found_by_its_token_until_it_is_ended(kept: SessionFile) -> None:
    async def play() -> None:
        await begin(kept, session("a"), session("b"), session("c", "AGUS"))
        assert await kept.find(hashed("a")) == session("a")
        assert await kept.find(hashed("x")) is None
        await kept.seen(hashed("a"), NOW + 5)
        assert [s.seen_ms for s in await kept.of_login("RINA")] == [NOW + 5, NOW]
        await kept.seen(hashed("a"), NOW)
        assert (await kept.of_login("RINA"))[0].seen_ms == NOW + 5, "use never goes back"
        await kept.end(hashed("a"))
        assert await kept.find(hashed("a")) is None
        assert await kept.end_all("RINA") == 1
        assert len(await kept.of_login("AGUS")) == 1

    asyncio.run(play())


def test_a_new_session_ends_the_one_it_takes_the_place_of(kept: SessionFile) -> None:
    async def play() -> None:
        await begin(kept, session("old"))
        await begin(kept, session("new"), instead_of=hashed("old"))
        assert [s.key for s in await kept.of_login("RINA")] == [hashed("new")]
        await begin(kept, session("other"), session("third"))
        assert await kept.end_all("RINA", but=hashed("third")) == 2

    asyncio.run(play())


def test_sessions_are_bounded_and_old_ones_swept(kept: SessionFile) -> None:
    async def play() -> None:
        await begin(kept, session("ancient", "AGUS", NOW - 9 * DAY))
        await begin(kept, *(session(f"t{n}", at_ms=NOW + n) for n in range(SESSIONS_MAX + 3)), over_before_ms=NOW - DAY)
        mine = await kept.of_login("RINA")
        assert len(mine) == SESSIONS_MAX
        assert mine[-1].key == hashed("t3"), "the least used gave way"
        assert await kept.find(hashed("ancient")) is None

    asyncio.run(play())


def test_a_message_is_kept_for_the_next_page_only(kept: SessionFile) -> None:
    async def play() -> None:
        await begin(kept, session("a"))
        for n in range(7):
            await kept.tell_later(hashed("a"), Flash("ok", f"k{n}", {"n": str(n)}))
        await kept.tell_later(hashed("nobody"), Flash("ok", "lost"))
        found = await kept.find(hashed("a"))
        assert found is not None
        assert [f.key for f in found.flash] == ["k2", "k3", "k4", "k5", "k6"]
        await kept.take_told(hashed("a"))
        found = await kept.find(hashed("a"))
        assert found is not None
        assert found.flash == ()

    asyncio.run(play())


def test_wrong_tries_survive_a_restart(tmp_path: Path) -> None:
    async def guess(file: SessionFile, at_ms: int) -> int:
        return await file.begin_try(KEYS, at_ms)

    waits = []
    for number in range(8):
        file = SessionFile(tmp_path / "sessions.db")
        waits.append(asyncio.run(guess(file, NOW + number)))
        file.close()
    free = LIMITS[Counted.LOGIN].free
    assert waits[:free] == [0] * free
    assert all(wait > 29_000 for wait in waits[free:])


def test_a_try_that_must_wait_is_not_counted_and_a_right_one_clears_its_login(kept: SessionFile) -> None:
    async def play() -> None:
        for number in range(50):
            await kept.begin_try(KEYS, NOW + number)
        assert await kept.begin_try(KEYS, NOW + 60_000) == 0
        await kept.was_right(KEYS)
        assert [await kept.begin_try(KEYS, NOW + 60_001) for _ in range(5)] == [0] * 5
        assert await kept.begin_try(KEYS, NOW + 60_002) > 0

    asyncio.run(play())


def test_a_thief_with_a_login_of_his_own_does_not_clear_his_address(kept: SessionFile) -> None:
    async def play() -> int:
        own = keys_of("THIEF", "203.0.113.9", None)
        for number in range(40):
            await kept.begin_try(keys_of(f"VICTIM{number}", "203.0.113.9", None), NOW)
            if await kept.begin_try(own, NOW) == 0:
                await kept.was_right(own)
        return await kept.begin_try(keys_of("VICTIM99", "203.0.113.9", None), NOW)

    assert asyncio.run(play()) > 0


def test_a_try_that_was_never_looked_at_is_taken_back(kept: SessionFile) -> None:
    async def play() -> None:
        for _ in range(30):
            assert await kept.begin_try(KEYS, NOW) == 0
            await kept.take_back(KEYS)

    asyncio.run(play())


def test_tries_at_one_login_do_not_lock_a_browser_that_is_known(kept: SessionFile) -> None:
    async def play() -> None:
        await kept.remember_device(hashed("browser"), "RINA", NOW)
        assert await kept.knows_device(hashed("browser"), "RINA")
        assert not await kept.knows_device(hashed("browser"), "AGUS")
        for _ in range(10):
            await kept.begin_try(KEYS, NOW)
        assert await kept.begin_try(KEYS, NOW) > 0
        assert await kept.begin_try(keys_of("RINA", "203.0.113.9", hashed("browser").hex()), NOW) == 0
        await kept.remember_device(hashed("other"), "RINA", NOW + (DEVICE_DAYS + 1) * DAY)
        assert not await kept.knows_device(hashed("browser"), "RINA"), "not seen for half a year"

    asyncio.run(play())


def test_a_person_may_forgive_wrong_tries(kept: SessionFile) -> None:
    async def play() -> None:
        for _ in range(10):
            await kept.begin_try(KEYS, NOW)
        assert await kept.forgive("RINA", None) == 1
        assert await kept.begin_try(KEYS, NOW) == 0
        assert await kept.forgive(None, "203.0.113.9") == 1
        assert await kept.forgive("NOBODY", None) == 0

    asyncio.run(play())


def test_many_tries_at_once_are_each_counted(kept: SessionFile) -> None:
    async def play() -> list[int]:
        return await asyncio.gather(*(kept.begin_try(KEYS, NOW) for _ in range(40)))

    assert sum(wait == 0 for wait in asyncio.run(play())) == LIMITS[Counted.LOGIN].free


def test_old_counts_are_swept(kept: SessionFile) -> None:
    async def play() -> None:
        for number in range(20):
            await kept.begin_try(keys_of(f"GUESS{number}", f"198.51.100.{number}", None), NOW)
        await kept.begin_try(keys_of("LAST", "203.0.113.1", None), NOW + 2 * DAY)

    asyncio.run(play())
    assert kept._engine.rows("SELECT count(*) FROM tries") == [(2,)]


def test_a_file_of_another_version_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    db = apsw.Connection(str(path))
    db.execute("CREATE TABLE sessions (x); INSERT INTO sessions VALUES (1); PRAGMA user_version = 77")
    db.close()
    file = SessionFile(path)
    asyncio.run(begin(file, session("a")))
    assert asyncio.run(file.find(hashed("a"))) is not None
    file.close()
    assert path.stat().st_size > 0


@pytest.mark.parametrize(
    ("idle_ms", "age_ms", "over"),
    [(0, 0, False), (28_800_000, 28_800_000, False), (28_800_001, 28_800_001, True), (5, 259_200_001, True)],
)
def test_a_session_ends_after_idling_and_at_its_age(idle_ms: int, age_ms: int, *, over: bool) -> None:
    one = session(at_ms=NOW - age_ms, seen_ms=NOW - idle_ms)
    assert is_over(one, Limits(), NOW) is over


def test_a_session_holds_only_while_its_login_lets_it() -> None:
    one = session()
    assert holds(one, RINA)
    assert not holds(one, None)
    assert not holds(one, msgspec.structs.replace(RINA, disabled=True))
    assert not holds(one, msgspec.structs.replace(RINA, generation=2))
