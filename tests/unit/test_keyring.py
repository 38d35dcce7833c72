"""The file of keys: who may read it, what changes in it, and that a ring in use follows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from juru.server.errors import DataDirError
from juru.server.store.keyring import Keyring, add_key, drop_key, put_back, read_keys, write_keys


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    Keyring.create(path)
    return path


def test_a_new_key_seals_and_the_old_one_still_opens(path: Path) -> None:
    ring = Keyring(path)
    old = ring.seal("1234")
    made = add_key(path, "today")
    new = ring.seal("1234")
    assert new.startswith(f"{made.id}:")
    assert not old.startswith(f"{made.id}:")
    assert {ring.open(old), ring.open(new), Keyring(path).open(old), Keyring(path).open(new)} == {"1234"}


def test_a_ring_in_use_opens_what_a_newer_key_of_its_file_has_sealed(path: Path) -> None:
    ring = Keyring(path)
    add_key(path, "today")
    assert ring.open(Keyring(path).seal("1234")) == "1234"


def test_a_retired_key_opens_nothing_more(path: Path) -> None:
    ring = Keyring(path)
    old = ring.seal("1234")
    first = ring.ids[0]
    add_key(path, "today")
    gone = drop_key(path, first)
    with pytest.raises(DataDirError, match="lacks that key"):
        Keyring(path).open(old)
    ring.seal("other")
    with pytest.raises(DataDirError, match="lacks that key"):
        ring.open(old)
    put_back(path, gone)
    assert ring.open(old) == "1234"
    assert ring.ids[0] != first, "put back, it only opens"


def test_the_key_that_seals_cannot_be_retired(path: Path) -> None:
    with pytest.raises(DataDirError, match="juru keys rotate"):
        drop_key(path, Keyring(path).ids[0])
    with pytest.raises(DataDirError, match="juru keys list"):
        drop_key(path, "ffffffff")
    assert len(read_keys(path)) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o777])
def test_a_file_that_others_may_read_is_refused_with_the_remedy(path: Path, mode: int) -> None:
    path.chmod(mode)
    for use in (lambda: Keyring(path), lambda: read_keys(path), lambda: add_key(path, "")):
        with pytest.raises(DataDirError, match="chmod 600"):
            use()


def test_a_file_laid_out_by_systemd_may_show_the_mask_of_its_access_list(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.chmod(0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(path.parent))
    assert Keyring(path).ids


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b'[{"id": "a", "key": "not hex"}]', b'[{"id": "a", "key": "00"}]']
)
def test_what_is_no_file_of_keys_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(DataDirError, match="put back"):
        Keyring(path)


def test_a_missing_file_says_so_and_a_ring_in_use_goes_on(path: Path) -> None:
    ring = Keyring(path)
    sealed = ring.seal("1234")
    path.unlink()
    with pytest.raises(DataDirError, match="are missing"):
        Keyring(path)
    assert ring.open(sealed) == "1234"


def test_changes_leave_a_file_of_the_owner_only_and_nothing_beside_it(path: Path) -> None:
    add_key(path, "today")
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["keys.json"]
    with pytest.raises(FileExistsError):
        write_keys(path, [])


def test_a_folder_that_cannot_be_written_says_where_to_go(path: Path) -> None:
    beside = path.with_name(".keys.json.new")
    beside.mkdir()
    with pytest.raises(DataDirError, match="where the keys are kept"):
        add_key(path, "today")
    assert len(read_keys(path)) == 1
