"""The lock files install anywhere: every package is hashed, and no address or path of a machine is inside."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = [ROOT / "requirements.lock", ROOT / "requirements-dev.lock"]
PIN = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)


def pins(lock: Path) -> dict[str, set[str]]:
    """Versions of each package (more than one where a marker divides them)."""
    found: dict[str, set[str]] = {}
    for name, version in PIN.findall(lock.read_text()):
        found.setdefault(name, set()).add(version)
    return found


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_lock_names_no_place(lock: Path) -> None:
    text = lock.read_text()
    assert "/" not in text, "an address or a path"
    assert re.findall(r"^-.*", text, re.MULTILINE) == [], "an option, such as an index"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_is_pinned_and_hashed(lock: Path) -> None:
    entries = re.split(r"\n(?=\S)", lock.read_text().strip())
    assert [entry for entry in entries if not (PIN.match(entry) and "--hash=sha256:" in entry)] == []


def test_tests_run_the_versions_that_users_run() -> None:
    runtime, dev = (pins(lock) for lock in LOCKS)
    assert {name: versions for name, versions in runtime.items() if dev.get(name) != versions} == {}


def test_lock_holds_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[^a-z0-9-]", line, maxsplit=1)[0] for line in project["dependencies"]}
    assert wanted - pins(LOCKS[0]).keys() == set(), "run `make lock`"
