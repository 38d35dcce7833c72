"""The association at its size: a book of many members and years, read on any day, invoiced, printed, served.

``python -m bench.association MEMBERS YEARS`` measures it alone; ``make bench`` takes 2,000 members and 5 years,
``make bench-long`` 10,000 and 15.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import platform
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.town import FIRST_YEAR, Town, build
from juru.association.desk.desk import init
from juru.association.desk.importing import Plan, carry_out, plan
from juru.association.desk.register import register
from juru.association.desk.roll import Roll
from juru.association.desk.yearly import forecast, run_as_job
from juru.association.domain.boards import Title
from juru.association.domain.refusals import Refusal
from juru.association.papers.batch import of_year, printed_parts
from juru.association.papers.paper import PaperKind
from juru.association.store.access import Access, Binding, Login
from juru.association.store.audit import audit
from juru.association.store.book import DATABASE
from juru.books.sqlite import SqliteEngine, version
from juru.web.passwords import hash_password

PORT = 8722
PASSWORD = "kucing lompat pagar"
ROWS = 10_000
PAPERS = 200
"""Papers of one measurement; a whole run of them would take longer than everything else."""
ASKED = 60
"""Requests of one page."""

SETTLING_MAX, SETTLED_S = 80, 0.05
"""How often at most, each half a second, it is looked whether a server has settled; what it may work in one."""


def _took(what: Callable[[], object], times: int = 3) -> float:
    """Seconds, the median of some."""
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        what()
        found.append(time.perf_counter() - begun)
    return round(statistics.median(found), 3)


def measure(path: Path, members: int, years: int) -> dict[str, Any]:
    """Every figure of a book of this size; its audit must be clean before and after."""
    begun = time.perf_counter()
    town = build(path, members, years)
    figures: dict[str, Any] = {"members": members, "years": years}
    figures["build_s"] = round(time.perf_counter() - begun, 1)
    begun = time.perf_counter()
    figures["facts"] = _audited(path)
    figures["audit_s"] = round(time.perf_counter() - begun, 1)
    figures |= _read(town, years)
    figures |= _yearly(town, years)
    figures |= _printed(town, years)
    _audited(path)
    town.desk.book.close()
    figures |= _served(path, years)
    figures |= _brought_in(path.with_name(f"{path.name}-import"))
    return figures


def _brought_in(path: Path) -> dict[str, Any]:
    """A members' list read, each row's fate told, and carried out into a new book; told again it adds nothing."""
    shutil.rmtree(path, ignore_errors=True)
    now = datetime(2026, 5, 4, 5, tzinfo=UTC)
    desk = init(path, name="Asosiasi Contoh", now=now, by="bench")
    head = "nama,cabang,wakil iuran,wakil suara,telepon,tanggal gabung,lunas sampai"
    lines = [
        f"PT Contoh {n},JTM,Wakil {n},Wakil {n},0812{n:08d},{2011 + n % 15}-03-0{1 + n % 9},2027-01-01"
        for n in range(ROWS)
    ]
    data = "\n".join([head, *lines]).encode()

    def told() -> Plan:
        with desk.book.reading() as reads:
            return plan(reads, data, today=desk.today(now))

    begun = time.perf_counter()
    planned = told()
    told_s = time.perf_counter() - begun
    assert len(planned.rows) == ROWS, planned.fates[:3]
    carried = carry_out(desk, planned, file="anggota.csv", now=now, by="bench")
    seconds = time.perf_counter() - begun
    assert carried.added == ROWS, carried
    assert told().rows == []
    desk.book.close()
    _audited(path)
    shutil.rmtree(path)
    return {"import_rows": ROWS, "import_told_s": round(told_s, 2), "import_s": round(seconds, 2)}


def _audited(path: Path) -> int:
    engine = SqliteEngine(path / DATABASE, read_only=True)
    try:
        found = audit(engine)
    finally:
        engine.close()
    assert found.clean, found.found[:3]
    return found.facts


def _read(town: Town, years: int) -> dict[str, Any]:
    """Everybody's state on a day in the middle and on the last; counts and a file from the roll that pages keep."""
    last = date(FIRST_YEAR + years - 1, 11, 1)
    middle = date(FIRST_YEAR + years // 2, 5, 3)

    def states(day: date) -> Counter[str]:
        with town.desk.book.reading() as reads:
            return Counter(row.state for row in register(reads, day))

    roll = Roll(town.desk.book)
    cold_s = _took(lambda: roll.on(last), 1)
    begun = time.process_time()
    states(last)
    return {
        "states_cpu_s": round(time.process_time() - begun, 2),
        "states_last_day_s": _took(lambda: states(last)),
        "states_middle_day_s": _took(lambda: states(middle)),
        "states": dict(states(last)),
        "roll_cold_s": cold_s,
        "statistics_s": _took(lambda: Counter((row.branch, row.state) for row in roll.on(last).values())),
    }


def _yearly(town: Town, years: int) -> dict[str, Any]:
    """The next year invoiced, forecast and all; run again it issues nothing."""
    year = FIRST_YEAR + years
    on = date(year - 1, 11, 1)

    def run() -> tuple[int, float, float, float]:
        begun, worked = time.perf_counter(), time.process_time()
        with town.desk.book.reading() as reads:
            found = forecast(reads, year=year, on=on)
        foreseen_s = time.perf_counter() - begun
        part = run_as_job(town.desk, found, by=Title.TREASURER.value, run_id=f"run-{begun}", clock=lambda: town.at(on))
        assert not isinstance(part, Refusal), part
        return part.issued, foreseen_s, time.perf_counter() - begun, time.process_time() - worked

    issued, foreseen_s, seconds, cpu_s = run()
    again, _, again_s, _ = run()
    assert again == 0, again
    return {
        "run_invoices": issued,
        "run_forecast_s": round(foreseen_s, 2),
        "run_s": round(seconds, 2),
        "run_cpu_s": round(cpu_s, 2),
        "run_per_s": round(issued / seconds),
        "run_again_s": round(again_s, 2),
    }


def _printed(town: Town, years: int) -> dict[str, Any]:
    """Papers of the year on two processes, those of starting them included."""
    with town.desk.book.reading() as reads:
        ids = [one.id for one in of_year(reads, PaperKind.INVOICE, FIRST_YEAR + years)][:PAPERS]
    begun, worked = time.perf_counter(), _worked_by_children()
    made = sum(made for made, _ in printed_parts(town.path, ids, 2))
    seconds = time.perf_counter() - begun
    assert made == len(ids), made
    cpu_ms = round((_worked_by_children() - worked) * 1_000 / made)
    return {"papers": made, "papers_per_s": round(made / seconds, 1), "paper_cpu_ms": cpu_ms}


def _worked_by_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _served(path: Path, years: int) -> dict[str, Any]:
    """Pages over HTTP, one visitor at a time, on the day after the book's last."""
    Access(path).add(Login("BENCH", "Bench", hash_password(PASSWORD)), [Binding(Title.SECRETARY.value, "")])
    pages: dict[str, Callable[[int], str]] = {
        "member": lambda n: f"/members/{n * 31 + 1:06d}",
        "members": lambda n: f"/members?branch={('JTM', 'BAL', 'SUL')[n % 3]}",
        "work": lambda _n: "/work",
        "register": lambda n: f"/register?after={n * 31:06d}",
        "branch": lambda n: f"/branches/{('JTM', 'BAL', 'SUL')[n % 3]}",
        "front": lambda _n: "/",
        "export_csv": lambda _n: "/register.csv",
    }
    figures: dict[str, Any] = {}
    clock = date(FIRST_YEAR + years - 1, 11, 2).isoformat()
    with _serving(path, clock) as (port, pid):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        cookies = _logged_in(connection, port)
        connection.close()  # the server would close it meanwhile; the next request opens it again
        figures["warm_s"] = _settled(pid)
        for name, address in pages.items():
            took, worked = [], _worked_by(pid)
            for n in range(ASKED // 6 if name == "export_csv" else ASKED):
                begun = time.perf_counter()
                connection.request("GET", address(n), headers={"Cookie": cookies})
                answer = connection.getresponse()
                size = len(answer.read())
                took.append((time.perf_counter() - begun) * 1_000)
                assert answer.status == 200, (address(n), answer.status)
                assert size, address(n)
            figures[f"{name}_cpu_ms"] = round((_worked_by(pid) - worked) * 1_000 / len(took), 1)
            took = sorted(took[1:])
            figures[f"{name}_p95_ms"] = round(took[min(len(took) - 1, len(took) * 95 // 100)], 1)
        connection.close()
    return figures


def _worked_by(pid: int) -> float:
    """Seconds that a process has had of a processor."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _settled(pid: int) -> float:
    """Wait until the server has folded what it folds beside its first answers; the processor's seconds of it."""
    worked = _worked_by(pid)
    for _ in range(SETTLING_MAX):
        time.sleep(0.5)
        before, worked = worked, _worked_by(pid)
        if worked - before < SETTLED_S:
            break
    return round(worked, 1)


def _logged_in(connection: http.client.HTTPConnection, port: int) -> str:
    """Log in as a browser would; the cookies of it."""
    jar: dict[str, str] = {}

    def ask(method: str, path: str, body: str | None = None) -> tuple[int, str]:
        sent = {"Origin": f"http://127.0.0.1:{port}", "Cookie": "; ".join(f"{k}={v}" for k, v in jar.items())}
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        for line in answer.headers.get_all("set-cookie") or ():
            jar.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
        return answer.status, answer.read().decode()

    _, page = ask("GET", "/login")
    token = page.partition('name="csrf" value="')[2].partition('"')[0]
    form = {"csrf": token, "login": "bench", "password": PASSWORD, "next": "/"}
    status, said = ask("POST", "/login", urlencode(form))
    assert status == 303, said[:400]
    return "; ".join(f"{name}={value}" for name, value in jar.items())


@contextlib.contextmanager
def _serving(path: Path, clock: str) -> Iterator[tuple[int, int]]:
    juru = str(Path(sys.executable).with_name("juru"))
    command = [juru, "association", "serve", str(path), "--port", str(PORT), "--clock", clock]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.perf_counter() + 60
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", PORT), timeout=1):
                break
            assert time.perf_counter() < until, "the portal did not start"
            assert process.poll() is None, "the portal ended"
            time.sleep(0.2)
        yield PORT, process.pid
    finally:
        process.terminate()
        process.wait(30)


def main() -> None:
    """Measure one size and say it, with where it was measured."""
    members, years = (int(word) for word in sys.argv[1:3])
    where = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "load_before": os.getloadavg(),
        "python": platform.python_version(),
        "sqlite": ".".join(map(str, version())),
        "durability": "WAL, synchronous=FULL",
    }
    path = Path("build") / "bench-association"
    print(json.dumps(where), flush=True)
    print(json.dumps(measure(path, members, years), indent=1))
    if "--keep" not in sys.argv:
        shutil.rmtree(path)


if __name__ == "__main__":
    main()
