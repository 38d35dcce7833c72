"""What the documentation names exists: fields and their defaults, links, commands with their options."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from cyclopts import CycloptsError

from juru.association.desk.mail_settings import MailSettings
from juru.cli import make_app
from juru.server.domain.agent import Agent
from juru.server.domain.alert import AlertKind
from juru.server.domain.bank_account import BankAccount
from juru.server.domain.catalog import Offer, Product, Supplier
from juru.server.domain.cell import Settings
from juru.server.domain.logins import Login
from juru.server.domain.lost import LostOrder, Restore
from juru.server.settings import ServeSettings

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
SETTINGS = ROOT / "docs" / "reference" / "settings.md"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
SPAN = re.compile(r"`(?:\.venv/bin/)?juru ([^`]+)`")
RECORDS: tuple[type[msgspec.Struct], ...] = (
    Settings,
    ServeSettings,
    Login,
    Supplier,
    Agent,
    BankAccount,
    Product,
    Offer,
    Restore,
    LostOrder,
    MailSettings,
)
GIVEN = {("Agent", "id"), ("Supplier", "id"), ("BankAccount", "id")}


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(page: Path) -> str:
    return FENCE.sub("", page.read_text())


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def table_of(record: type[msgspec.Struct]) -> list[tuple[str, str]]:
    """Field and default of each row of the record's own table."""
    section = re.split(rf"^## {record.__name__}$", SETTINGS.read_text(), flags=re.MULTILINE)[1]
    section = re.split(r"^##", section, maxsplit=1, flags=re.MULTILINE)[0]
    return re.findall(r"^\| `(\w+)` \| (.+?) \| .+ \|$", section, re.MULTILINE)


def fields_of(record: type[msgspec.Struct]) -> Iterator[tuple[str, str]]:
    for field in msgspec.structs.fields(record):
        if (record.__name__, field.name) in GIVEN:
            yield field.name, "*given*"
        elif field.required:
            yield field.name, "*needed*"
        else:
            made = field.default_factory is not msgspec.NODEFAULT
            default = field.default_factory() if made else field.default
            yield field.name, f"`{msgspec.json.encode(default).decode()}`"


def commands(text: str) -> Iterator[str]:
    """Command lines of ``juru`` in the shell blocks of a page."""
    for language, block in FENCE.findall(text):
        if language == "sh":
            for line in block.splitlines():
                command = line.removeprefix(".venv/bin/")
                if command.startswith("juru "):
                    yield command


def fault(command: str) -> str | None:
    """Why a whole command line cannot be read; it is parsed, never run."""
    try:
        make_app().parse_args(shlex.split(command)[1:], exit_on_error=False, print_error=False)
    except CycloptsError as error:
        return str(error)
    return None


def missing(span: str) -> str | None:
    """Why a command mentioned in a sentence does not exist; only its leading words and its options are looked at."""
    words = span.split()
    path = []
    for word in words:
        if re.fullmatch(r"[a-z-]+", word) is None or word.startswith("-"):
            break
        path.append(word)
    options = [word.partition("=")[0] for word in words if re.fullmatch(r"--[a-z-]+(=.*)?", word)]
    try:
        command, found, rest = make_app().parse_commands(path)
    except CycloptsError as error:
        return str(error)
    is_group = bool(command) and found[-1].default_command is None
    if not command or (is_group and rest):
        return f"no command {span!r}"
    known = {"--help"}
    if found[-1].default_command is not None:
        known |= {name for argument in found[-1].assemble_argument_collection() for name in argument.names}
    return next((f"{span!r} has no {option}" for option in options if option not in known), None)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_field_stands_in_the_reference_with_its_default(record: type[msgspec.Struct]) -> None:
    assert table_of(record) == list(fields_of(record))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for link in LINK.findall(prose(page)):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_in_a_shell_block_can_be_read(page: Path) -> None:
    assert [(c, why) for c in commands(page.read_text()) if (why := fault(c)) is not None] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_in_a_sentence_exists(page: Path) -> None:
    assert [why for span in SPAN.findall(prose(page)) if (why := missing(span)) is not None] == []


def test_every_page_is_on_the_map() -> None:
    docs = ROOT / "docs"
    linked = {(docs / link).resolve() for link in LINK.findall((docs / "README.md").read_text())}
    pages = {page for page in docs.rglob("*.md") if page != docs / "README.md"}
    assert pages - linked == set()


@pytest.mark.parametrize("wrong", ["juru agent bogus", "juru agent add X --nope 1", "juru conformance", "juru bogus"])
def test_the_rule_on_commands_sees_a_wrong_one(wrong: str) -> None:
    assert fault(wrong) is not None


@pytest.mark.parametrize("wrong", ["agent bogus", "agent add --nope", "bogus", "order decide 1 --nope"])
def test_the_rule_on_mentioned_commands_sees_a_wrong_one(wrong: str) -> None:
    assert missing(wrong) is not None


def test_every_kind_of_alert_has_its_remedy() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .+ \| .+ \|$", SETTINGS.with_name("alerts.md").read_text(), re.MULTILINE)
    assert rows == [kind.value for kind in AlertKind]
