"""The house has the rooms that the design names, and no other.

A new room needs a decision record in docs/decisions/, then a row here with its reason.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "juru"
MODULES = sorted(SOURCE.rglob("*.py"))

ROOMS = {
    "association": "the body that such businesses join",
    "bank": "bank mutation formats and the unique-amount rule",
    "books": "double entry and the hash-chained log, used by both halves",
    "cli": "one command, a file per group",
    "credentials": "signed documents that tie server and association",
    "notify": "outgoing mail and messages",
    "server": "the pulsa server",
    "simulation": "a seeded market",
    "territory": "clusters as data",
    "values": "words everyone uses",
    "web": "what console and portal share",
}
SERVER_ROOMS = {
    "app": "composition root",
    "channels": "ways in",
    "console": "the operator's web console",
    "desk": "what a person does besides selling",
    "dialects": "wire formats",
    "domain": "what is true of orders and money",
    "engine": "the one writer of a cell",
    "errors": "the error tree",
    "membership": "this server as a member of an association",
    "settings": "configuration",
    "store": "schema, migrations, database engines",
    "suppliers": "ways out",
    "telemetry": "logs and metrics",
}
ASSOCIATION_ROOMS = {
    "app": "composition root",
    "desk": "use cases",
    "domain": "rules as pure functions of dated facts",
    "errors": "the error tree",
    "papers": "what the association puts on paper, as PDF",
    "portal": "pages for the public, members and officers",
    "store": "schema, migrations, the one writer, the audit",
}
NOT_ROOMS = {"__init__", "__main__", "__pycache__", "py"}
VAGUE = {"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
LINES_MAX = 600


def rooms_in(folder: Path) -> set[str]:
    packages = {entry.name for entry in folder.iterdir() if entry.is_dir() and any(entry.rglob("*.py"))}
    return (packages | {entry.stem for entry in folder.glob("*.py")}) - NOT_ROOMS


def name_of(module: Path) -> str:
    return str(module.relative_to(ROOT))


@pytest.mark.parametrize(
    ("folder", "known"),
    [(SOURCE, ROOMS), (SOURCE / "server", SERVER_ROOMS), (SOURCE / "association", ASSOCIATION_ROOMS)],
)
def test_every_room_is_known_to_the_design(folder: Path, known: dict[str, str]) -> None:
    assert rooms_in(folder) - known.keys() == set(), "a new room needs a decision record and a row in this table"


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_module_has_a_docstring(module: Path) -> None:
    docstring = ast.get_docstring(ast.parse(module.read_text()))
    assert docstring, f"{name_of(module)}: say in the field's words what this module is"


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {module.parent for module in MODULES if "migrations" not in module.parts}
    assert {name_of(folder) for folder in folders if not (folder / "__init__.py").is_file()} == set()


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_file_is_one_room(module: Path) -> None:
    lines = len(module.read_text().splitlines())
    assert lines <= LINES_MAX, f"{name_of(module)} has {lines} lines: divide it"


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_names_say_what_a_thing_is(module: Path) -> None:
    vague = VAGUE & set(module.relative_to(SOURCE).with_suffix("").parts)
    for node in ast.parse(module.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            vague |= VAGUE & {node.name.lower().strip("_")}
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            vague |= VAGUE & {target.id.lower().strip("_") for target in targets if isinstance(target, ast.Name)}
    assert vague == set(), f"{name_of(module)}: name the thing, not the shelf"
