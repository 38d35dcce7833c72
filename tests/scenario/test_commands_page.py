"""The page docs/reference/commands.md is what the code does: its words, its examples, every reply it shows."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from juru.server.channels.door import LOOKS, PIN_FREE
from juru.server.channels.served.table import SERVED
from juru.server.dialects.grammar import read_order_text, self_registration
from juru.server.dialects.grammar_profile import DEFAULT
from juru.server.domain.bank_account import BankAccount
from juru.server.domain.commands import AnswerComplaint
from juru.server.domain.outcome import Outcome
from juru.server.domain.requests import Intent
from juru.server.store.audit import audit
from tests.support.talk import Talk

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "reference/commands.md").read_text()
HOW_TO = (DOCS / "how-to/use-the-chat.md").read_text()
TOLD_ELSEWHERE = {Intent.BILL_INQUIRY, Intent.BILL_PAY, Intent.INVALID}
"""In no conversation of the page: bills need a biller that answers, and what is unreadable has no word."""

_SPAN = re.compile(r"`([^`]+)`")
_DELIVERED = re.compile(r"# order (\d+) is delivered, SN (\S+)")
_ANSWERED = re.compile(r"# a person answers the complaint about order (\d+): (.+)")
_MESSAGE = re.compile(r"(\w+)> (.*)")
_LATER = re.compile(r"(\w+)< (.*)")


ROWS = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in PAGE.splitlines() if line[:3] == "| `"]


def intent_of(text: str, pin: str = "4321") -> Intent:
    return (self_registration(text) or read_order_text(text, DEFAULT, current_pin=pin)).intent


def conversation() -> list[str]:
    return [line for block in re.findall(r"```chat\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]


def test_every_command_has_its_row_in_the_order_of_the_code() -> None:
    assert [row[0] for row in ROWS] == [f"`{intent}`" for intent in Intent if intent is not Intent.INVALID]
    assert list(SERVED) == list(Intent)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip("`"))
def test_a_row_says_what_the_code_does(row: list[str]) -> None:
    name, words, written, pin, does = row
    intent = Intent(name.strip("`"))
    assert _SPAN.findall(words) == [word for word, named in DEFAULT.keywords.items() if named is intent]
    examples = _SPAN.findall(written)
    assert examples
    assert [intent_of(text) for text in examples] == [intent] * len(examples)
    assert pin == ("no" if intent in LOOKS or intent in PIN_FREE else "yes")
    assert does


def test_what_the_how_to_says_to_write_can_be_read() -> None:
    table = [line for line in HOW_TO.splitlines() if line.startswith("| ") and "`" in line]
    examples = [text for line in table for text in _SPAN.findall(line)]
    assert len(examples) > 10
    for text in examples:
        assert intent_of(text.replace("PIN", "4321")) is not Intent.INVALID, text


def test_every_reply_of_the_page_is_what_is_replied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = Talk(tmp_path / "cell.db", point_value_idr=5)
    cell = talk.cell
    cell.save("product", "P10", msgspec.structs.replace(cell.writer.cell.products["P10"], points=3))
    cell.save("bank_account", "BCA1", BankAccount(1, "BCA1", "BCA", "0123456789", "PT Toko", "bca"))
    monkeypatch.setattr(talk.door, "new_pin", lambda: "739158")
    told, met = list[str](), set[Intent]()
    for line in conversation():
        if (happened := _DELIVERED.fullmatch(line)) is not None:
            cell.answer(cell.send(int(happened[1])), Outcome.SUCCESS, sn=happened[2], price_idr=10_000)
        elif (happened := _ANSWERED.fullmatch(line)) is not None:
            talk.do(AnswerComplaint(int(happened[1]), "sri", happened[2]))
        elif (message := _MESSAGE.fullmatch(line)) is not None:
            assert told == [], f"answered, and not on the page before {line!r}"
            told = [f"< {said}".rstrip() for said in talk.say(message[1], message[2])]
            met.add(intent_of(message[2], "111222" if message[1] == "UP" else "4321"))
        else:
            later = _LATER.fullmatch(line)
            if later is not None and not told:
                told = [f"{later[1]}< {said}" for text in talk.later(later[1]) for said in text.splitlines()]
            assert told, f"nothing more was answered; on the page: {line}"
            assert told.pop(0) == line
    assert told == []
    assert set(Intent) - TOLD_ELSEWHERE == met - TOLD_ELSEWHERE, "a conversation for every command"
    assert audit(cell.engine).clean
    talk.close()
