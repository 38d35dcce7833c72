"""The units that are shipped: what they start exists, what they promise agrees, and systemd reads them."""

from __future__ import annotations

import configparser
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from juru.cli import make_app
from juru.server.desk.systemd import Place, units
from tests.support.serving import typed

PLACE = Place(Path(sys.executable).with_name("juru"), Path("/d"), Path("/k/keys.json"), Path("/b"), "root", 8000, 40, 7)
PUBLIC = ("--public-url", "https://pulsa.example.id/a%20$b"), ("--trusted-proxies", "127.0.0.1; ::1")


def read(text: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment]  # systemd's names keep their case
    parser.read_string(text)
    return parser


def test_there_are_three_units_and_every_place_in_them_is_filled_in() -> None:
    made = units(PLACE)
    assert set(made) == {"juru.service", "juru-backup.service", "juru-backup.timer"}
    assert not [name for name, text in made.items() if "{" in text or "}" in text]


def test_every_command_of_a_unit_exists_with_its_options() -> None:
    started = [
        read(text)["Service"][word]
        for name, text in units(PLACE).items()
        if name.endswith(".service")
        for word in ("ExecStartPre", "ExecStart")
        if word in read(text)["Service"]
    ]
    assert len(started) == 3
    for line in started:
        program, *words = shlex.split(line)
        assert program == str(PLACE.program)
        make_app().parse_args(words, exit_on_error=False, print_error=False)


def test_systemd_waits_longer_than_the_drain_and_asks_by_sigterm() -> None:
    service = read(units(PLACE)["juru.service"])["Service"]
    assert f"--drain {PLACE.drain_s}" in service["ExecStart"]
    assert int(service["TimeoutStopSec"]) > PLACE.drain_s
    assert (service["Type"], service["KillSignal"]) == ("notify", "SIGTERM")
    assert service["RestartPreventExitStatus"] == "2", "what a restart cannot mend"
    assert service["ReadWritePaths"].split() == ["/d", "/b"]


def test_a_program_below_a_home_can_be_started() -> None:
    for program, home in (("/home/ana/juru/.venv/bin/juru", "read-only"), ("/opt/juru/bin/juru", "yes")):
        place = Place(Path(program), *[getattr(PLACE, name) for name in PLACE.__struct_fields__[1:]])
        assert {
            read(text)["Service"]["ProtectHome"] for name, text in units(place).items() if name.endswith(".service")
        } == {home}


def test_they_are_printed_or_written(tmp_path: Path) -> None:
    assert "[Timer]" in typed("systemd").out
    said = typed("systemd", str(tmp_path), "--data", "/srv/juru", "--keep", "3")
    assert "daemon-reload" in said.out
    assert "JURU_DATA=/srv/juru" in (tmp_path / "juru.service").read_text()
    assert "--keep 3" in (tmp_path / "juru-backup.service").read_text()
    typed("systemd", str(tmp_path), "--public-url", PUBLIC[0][1], "--trusted-proxies", PUBLIC[1][1])
    words = shlex.split(read((tmp_path / "juru.service").read_text())["Service"]["ExecStart"])
    assert words[-4:] == ["--public-url", "https://pulsa.example.id/a%%20$$b", *PUBLIC[1]], "as systemd unquotes it"
    assert "cannot stand in a unit" in typed("systemd", "--host", "a'\nExecStop=b", code=2).err
    assert "cannot hold a space" in typed("systemd", "--data", "/my data", code=2).err
    assert "cannot be written" in typed("systemd", str(tmp_path / "nowhere"), code=2).err


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here to read them")
def test_systemd_reads_them_without_a_complaint(tmp_path: Path) -> None:
    for name, text in units(msgspec.structs.replace(PLACE, serve=PUBLIC)).items():
        (tmp_path / name).write_text(text)
    command = ["systemd-analyze", "verify", str(tmp_path / "juru.service"), str(tmp_path / "juru-backup.timer")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "juru" in line]
    assert ours == []
    assert done.returncode == 0
