"""The demo as a person runs it: a process with its market, on ports that may be taken, moved, and stopped."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from juru.server.dialects.otomax import sign_trx
from juru.simulation.run import ASSOCIATION_PORT_OFFSET, MARKET_PORT_OFFSET

SECONDS_MAX = 40
JURU = Path(sys.executable).with_name("juru")


def _free_pair() -> int:
    """A port that is free, and so is the market's above it."""
    for port in range(18_300, 18_900, 2):
        if all(map(_is_free, (port, port + ASSOCIATION_PORT_OFFSET, port + MARKET_PORT_OFFSET))):
            return port
    pytest.fail("no free ports")


@contextlib.contextmanager
def _demo(data: Path, port: int, *, members: int = 0) -> Iterator[subprocess.Popen[bytes]]:
    command = [str(JURU), "demo", "--data", str(data), "--port", str(port), "--members", str(members)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=SECONDS_MAX)


def _ready(port: int) -> None:
    until = time.monotonic() + SECONDS_MAX
    while time.monotonic() < until:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
            return
        time.sleep(0.05)
    pytest.fail("the demo did not start")


def _describe(data: Path) -> dict[str, Any]:
    command = [str(JURU), "demo", "--describe", "--data", str(data)]
    told: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=30).stdout)
    return told


def _order(told: dict[str, Any], ref: str, *, check: bool = False) -> str:
    agent, product = told["agents"][0], told["products"][0]
    dest = product["sample_destination"]
    fields = {"product": product["code"], "qty": "1", "dest": dest, "refID": ref, "memberID": agent["member_id"]}
    fields["sign"] = sign_trx(
        member_id=agent["member_id"],
        product=product["code"],
        dest=dest,
        ref=ref,
        pin=agent["pin"],
        password=agent["password"],
    )
    query = urlencode(fields | ({"check": "1"} if check else {}))
    with urllib.request.urlopen(f"{told['url']}/h2h/otomax/trx?{query}", timeout=5) as reply:
        text: str = reply.read().decode()
    return text


def _succeeds(told: dict[str, Any], ref: str) -> None:
    assert f"R#{ref}" in _order(told, ref)
    until = time.monotonic() + SECONDS_MAX
    while "SUKSES" not in (text := _order(told, ref, check=True)):
        assert time.monotonic() < until, text
        time.sleep(0.1)


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def test_the_demo_sells_is_described_where_it_is_moves_and_ends_with_its_market(tmp_path: Path) -> None:
    data = tmp_path / "demo"
    for number in range(2):
        port = _free_pair() + number
        with _demo(data, port):
            _ready(port)
            told = _describe(data)
            assert told["url"] == f"http://127.0.0.1:{port}"
            assert told["market_url"] == f"http://127.0.0.1:{port + MARKET_PORT_OFFSET}"
            _succeeds(told, f"on-{port}-{number}")
            with urllib.request.urlopen(told["url"], timeout=5) as page:
                assert "Demo: semua simulasi" in page.read().decode(), "the page of the demo opens without a login"
        assert _is_free(port)
        assert _is_free(port + MARKET_PORT_OFFSET)


def _page(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as page:
        text: str = page.read().decode()
    return text


def test_the_association_is_made_once_beside_the_server_and_each_links_to_the_other(tmp_path: Path) -> None:
    data, port = tmp_path / "demo", _free_pair()
    portal = f"http://127.0.0.1:{port + ASSOCIATION_PORT_OFFSET}"
    made: set[int] = set()
    for _ in range(2):
        with _demo(data, port, members=100):
            _ready(port)
            _ready(port + ASSOCIATION_PORT_OFFSET)
            assert f'href="{portal}"' in _page(f"http://127.0.0.1:{port}")
            front = _page(portal)
            assert "Data contoh" in front
            assert f'href="http://127.0.0.1:{port}"' in front
            assert "Juru Demo" in _page(f"{portal}/register?find=juru+demo")
            made.add((tmp_path / "demo-association" / "association.db").stat().st_ino)
        assert _is_free(port + ASSOCIATION_PORT_OFFSET)
    assert len(made) == 1


@pytest.mark.parametrize("above", [0, ASSOCIATION_PORT_OFFSET, MARKET_PORT_OFFSET])
def test_a_taken_port_is_one_sentence_and_makes_nothing(tmp_path: Path, above: int) -> None:
    port = _free_pair()
    with socket.create_server(("127.0.0.1", port + above)):
        command = [str(JURU), "demo", "--data", str(tmp_path / "demo"), "--port", str(port)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS_MAX)
    assert done.returncode == 2
    assert f"port {port + above} of 127.0.0.1 is taken" in done.stderr
    assert "Traceback" not in done.stderr
    assert "open http" not in done.stdout
    assert not (tmp_path / "demo").exists()


def test_ax5_is_unknown_for_certain_and_a_person_ends_it(tmp_path: Path) -> None:
    data, port = tmp_path / "demo", _free_pair()

    def juru(*words: str) -> str:
        command = [str(JURU), *words, "--data", str(data)]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout

    with _demo(data, port):
        _ready(port)
        told = _describe(data)
        pin = told["agents"][0]["pin"]
        juru("chat", f"AX5.083112345678.{pin}", "--agent", told["agents"][0]["member_id"], "--wait", "0")
        until = time.monotonic() + SECONDS_MAX
        while "unknown" not in (queue := juru("order", "queue")):
            assert time.monotonic() < until, queue
            time.sleep(0.1)
        juru("order", "decide", "1", "failed", "--reason", "asked them by telephone")
        assert "nothing waits" in juru("order", "queue")
        assert "void" in juru("order", "show", "1")
        assert "clean" in juru("audit")
