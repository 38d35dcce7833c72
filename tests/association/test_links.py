"""The private link of an application: one secret, a key for each number, nobody else's to read."""

from __future__ import annotations

import itertools
from pathlib import Path

from juru.association.desk.links import FILE, Links


def test_a_key_opens_its_number_alone_and_after_a_restart(tmp_path: Path) -> None:
    secrets = itertools.count()
    links = Links(tmp_path, lambda: f"secret-{next(secrets)}")
    key = links.key("000001")
    assert links.opens("000001", key)
    assert not links.opens("000002", key)
    assert not links.opens("000001", "")
    assert not links.opens("000001", key + "é")
    again = Links(tmp_path, lambda: "another")
    assert again.opens("000001", key)
    assert next(secrets) == 1, "made up once"


def test_the_secret_is_its_owners_and_a_new_one_voids_the_links(tmp_path: Path) -> None:
    key = Links(tmp_path, lambda: "first").key("000001")
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    (tmp_path / FILE).unlink()
    assert not Links(tmp_path, lambda: "second").opens("000001", key)
