"""A small cell that agents talk to: message in, reply out, journal after, as lines an operator could write.

LOW> SAL.4321            a message of the chat address LOW
LOW#m7> SAL.4321         the same with the channel's own message id
< Saldo Rp500.000        the next line of what was answered
LOW< Keluhan ...         what LOW was told later, by itself
book: nothing            what was posted since the last look: code, from > to, amount
refused: wrong_pin       the refusals kept since the last look
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from juru.books.sqlite import SqliteEngine
from juru.server.channels.chat import ChatChannel
from juru.server.channels.door import Door
from juru.server.channels.served.table import SERVED
from juru.server.dialects.grammar_profile import load_grammar
from juru.server.dialects.replies import Templates
from juru.server.domain.accounts import name_of
from juru.server.domain.agent import Agent
from juru.server.domain.cell import Changes, Settings
from juru.server.domain.commands import Command, Delivered, SaveRecord
from juru.server.domain.outcome import Outcome
from juru.server.domain.results import Result
from juru.server.store.reads.reads import Reads
from tests.support.cells import SmallCell, open_shop

PINS = {"UP": "111222", "MID": "4444", "LOW": "4321"}
_MESSAGE = re.compile(r"(\w+)(?:#(\w+))?> (.*)")
_LATER = re.compile(r"(\w+)< (.*)")


class Clear:
    """Secrets kept as they are: what is sealed how is tested elsewhere."""

    def open(self, sealed: str) -> str:
        return sealed

    def seal(self, clear: str) -> str:
        return clear


class Talk:
    """The shop of UP > MID > LOW, each with a PIN and a chat address of his name, and the chat before it."""

    def __init__(self, path: Path, **settings: object) -> None:
        self.cell: SmallCell = open_shop(path)
        self.cell.save("setting", "CELL", Settings(name="Toko", **settings))  # type: ignore[arg-type]
        for code, pin in PINS.items():
            self.change(code, secrets={"pin_hash": f"hash of {pin}"}, senders=(f"chat:{code}",), webhook_url="")
        self._engine = SqliteEngine(path, read_only=True)
        self.reads = Reads(self._engine)
        self.door = Door(
            self.cell.writer,
            self.reads,
            Clear(),
            hash_pin=lambda pin: f"hash of {pin}",
            pin_matches=lambda hashed, pin: hashed == f"hash of {pin}",
            clock=self.cell.runtime.boottime_s,
            served=SERVED,
            now_ms=self.cell.runtime.now_ms,
            grammar=lambda: load_grammar(self.cell.writer.cell.settings.grammar),
            templates=lambda lang: Templates(
                "en" if lang == "en" else "id", self.cell.writer.cell.settings.templates.get(lang, {})
            ),
        )
        self.chat = ChatChannel(self.door)
        self._messages = 0
        self._heard: dict[str, int] = {}
        self._posted: list[str] = []
        self._refused: list[str] = []
        self.cell.writer.listeners.append(self._on_commit)

    def close(self) -> None:
        self._engine.close()
        self.cell.close()

    def _on_commit(self, changes: Changes) -> None:
        for moved in changes.transfers:
            for p in moved.postings:
                line = f"{moved.code} {name_of(p.debit)} > {name_of(p.credit)} {p.amount_idr}"
                self._posted.append(f"{line} held" if moved.kind == "hold" else line)
            if not moved.postings:
                self._posted.append(moved.code)
        self._refused.extend(row.code for row in changes.refusals)

    # ------------------------------------------------------------------ driving

    def do(self, command: Command) -> Result:
        return self.cell.do(command)

    def change(self, code: str, **changes: object) -> None:
        """A new version of an agent, as the owner saves it."""
        agent = self.cell.writer.cell.agents[code]
        body = msgspec.json.encode(msgspec.structs.replace(agent, **changes))
        assert not hasattr(self.cell.do(SaveRecord("agent", code, body, "owner", "set up")), "code")

    def agent(self, code: str) -> Agent:
        return self.cell.writer.cell.agents[code]

    def sold(self, sn: str = "SN-1", *, dest: str = "081234567801", agent: str = "LOW") -> int:
        """An order by chat, delivered; its number. What it posted is not looked at."""
        order_id = self.queued(dest=dest, agent=agent)
        self.cell.answer(self.cell.send(order_id), Outcome.SUCCESS, sn=sn, price_idr=10_000)
        self._posted.clear()
        return order_id

    def queued(self, *, dest: str = "081234567801", agent: str = "LOW") -> int:
        """An order by chat that waits to be sent."""
        self.say(agent, f"P10.{dest}.{PINS[agent]}")
        self._posted.clear()
        return self.cell.writer.cell.next.order - 1

    def say(self, sender: str, text: str, message_id: str | None = None) -> list[str]:
        """One message; the lines that were answered at once."""
        self._messages += 1
        self.cell.runtime.time_ms += 1_000
        said = self.chat.say(sender, text, message_id or f"m{self._messages}")
        return [line for reply in self.cell._runner.run(said) for line in reply.splitlines()]

    def later(self, name: str) -> list[str]:
        """What came by itself since the last look, delivered as the notifier would."""
        for waiting in self.reads.outbox_due(2**60, 500):
            if waiting.row.channel.startswith("chat"):
                self.cell._runner.run(self.chat.deliver(waiting.row))
                self.cell.do(Delivered((waiting.row.id,)))
        found = self.cell._runner.run(self.chat.later(name, self._heard.get(name, 0)))
        self._heard[name] = max((x.id for x in found), default=self._heard.get(name, 0))
        return [x.text for x in found]

    def play(self, scenario: str) -> None:
        """Every line in order; the first that is otherwise fails."""
        told: list[str] = []
        for line in (stripped for raw in scenario.splitlines() if (stripped := raw.strip())):
            if line.startswith("< "):
                assert told, f"nothing more was answered; expected: {line}"
                _same(told.pop(0), line[2:])
            elif line.startswith("book: "):
                posted, self._posted = self._posted, []
                _same(", ".join(posted) or "nothing", line.removeprefix("book: "))
            elif line.startswith("refused: "):
                refused, self._refused = self._refused, []
                _same(", ".join(refused) or "nothing", line.removeprefix("refused: "))
            elif (message := _MESSAGE.fullmatch(line)) is not None:
                assert told == [], "answered, and not expected"
                told = self.say(message[1], message[3], message[2])
            else:
                later = _LATER.fullmatch(line)
                assert later is not None, f"not a line of a scenario: {line}"
                came = self.later(later[1])
                assert later[2] in came, f"{later[1]} was told {came}"
        assert told == [], "answered, and not expected"


def _same(is_so: str, wanted: str) -> None:
    assert is_so == wanted, f"\n  is     {is_so}\n  wanted {wanted}"
