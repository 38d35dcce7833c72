"""Rules of the house that no linter knows: rupiah are whole, errors are never swallowed, what decides is pure."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "juru"
MODULES = sorted(SOURCE.rglob("*.py"))
DOMAIN = sorted((SOURCE / "server" / "domain").rglob("*.py"))
ASSOCIATION_DOMAIN = sorted((SOURCE / "association" / "domain").rglob("*.py"))
VALUES = sorted((SOURCE / "values").rglob("*.py"))
ENGINE = sorted((SOURCE / "server" / "engine").rglob("*.py"))

# Standard library that neither waits, nor reads a clock, nor touches the machine.
PURE_STDLIB = frozenset(
    {
        "__future__",
        "abc",
        "base64",
        "bisect",
        "calendar",
        "collections",
        "contextlib",
        "copy",
        "dataclasses",
        "datetime",
    }
    | {"decimal", "enum", "fractions", "functools", "hashlib", "heapq", "hmac", "html", "itertools", "json", "math"}
    | {"operator", "re", "string", "struct", "textwrap", "types", "typing", "unicodedata", "urllib", "xml", "zlib"}
    | {"zoneinfo"}
)
DOMAIN_MAY_IMPORT = (
    "msgspec",
    "juru.server.domain",
    "juru.values",
    "juru.books.rules",
    "juru.bank.rules",
    "juru.territory.policy",
    "juru.territory.location",
)
ASSOCIATION_DOMAIN_MAY_IMPORT = (
    "msgspec",
    "juru.association.domain",
    "juru.values",
    "juru.books.rules",
    "juru.bank.rules",
)
VALUES_MAY_IMPORT = ("msgspec", "phonenumbers", "juru.values")
ENGINE_PORTS_ONLY = {
    "create_task",
    "ensure_future",
    "run_coroutine_threadsafe",
    "run_in_executor",
    "sleep",
    "TaskGroup",
    "timeout",
    "timeout_at",
    "to_thread",
    "wait_for",
}
MARKERS = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")


def name_of(module: Path) -> str:
    return str(module.relative_to(ROOT))


def tree_of(module: Path) -> ast.Module:
    return ast.parse(module.read_text())


def imports_of(module: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name_of(module)}: import by the full name"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def foreign_to(module: Path, allowed: tuple[str, ...]) -> set[str]:
    return {
        name
        for name in imports_of(module)
        if name.partition(".")[0] not in PURE_STDLIB
        and not any(name == prefix or name.startswith(f"{prefix}.") for prefix in allowed)
    }


def annotated(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Every (name, annotation) of variables, fields, arguments, and functions with what they return."""
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name | ast.Attribute):
            yield (node.target.id if isinstance(node.target, ast.Name) else node.target.attr), node.annotation
        elif isinstance(node, ast.arg) and node.annotation:
            yield node.arg, node.annotation
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns:
            yield node.name, node.returns


def floats_as_money(tree: ast.AST) -> list[str]:
    return [
        f"line {kind.lineno}: {name}"
        for name, kind in annotated(tree)
        if name.endswith("_idr") and any(isinstance(part, ast.Name) and part.id == "float" for part in ast.walk(kind))
    ]


def swallowed(tree: ast.AST) -> list[str]:
    """Handlers that catch everything unseen: a bare ``except``, or a broad one that does nothing."""
    return [
        f"line {node.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or (
                isinstance(node.type, ast.Name)
                and node.type.id in {"Exception", "BaseException"}
                and all(isinstance(step, ast.Pass | ast.Continue) for step in node.body)
            )
        )
    ]


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_rupiah_are_never_floats(module: Path) -> None:
    assert floats_as_money(tree_of(module)) == []


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_no_error_is_swallowed(module: Path) -> None:
    assert swallowed(tree_of(module)) == []


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_nothing_is_left_for_later_in_a_comment(module: Path) -> None:
    assert MARKERS.findall(module.read_text()) == [], "file an issue instead"


@pytest.mark.parametrize("module", DOMAIN, ids=name_of)
def test_domain_imports_only_what_is_pure(module: Path) -> None:
    assert foreign_to(module, DOMAIN_MAY_IMPORT) == set()


@pytest.mark.parametrize("module", ASSOCIATION_DOMAIN, ids=name_of)
def test_the_associations_domain_imports_only_what_is_pure(module: Path) -> None:
    assert foreign_to(module, ASSOCIATION_DOMAIN_MAY_IMPORT) == set()


@pytest.mark.parametrize("module", VALUES, ids=name_of)
def test_values_import_only_what_is_pure(module: Path) -> None:
    assert foreign_to(module, VALUES_MAY_IMPORT) == set()


@pytest.mark.parametrize("module", [path for path in ENGINE if path.name != "realtime.py"], ids=name_of)
def test_engine_starts_and_times_tasks_only_through_its_ports(module: Path) -> None:
    direct = {
        f"line {node.lineno}: asyncio.{node.attr}"
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Attribute)
        and node.attr in ENGINE_PORTS_ONLY
        and isinstance(node.value, ast.Name)
        and node.value.id == "asyncio"
    }
    named = {name for name in imports_of(module) if name.removeprefix("asyncio.") in ENGINE_PORTS_ONLY}
    assert direct | named == set()


@pytest.mark.parametrize(
    "wrong",
    ["price_idr: float = 0", "def f(cost_idr: float | None): ...", "def fee_idr() -> float: ...", "x.a_idr: float = 1"],
)
def test_the_rule_on_rupiah_sees_a_float(wrong: str) -> None:
    assert len(floats_as_money(ast.parse(wrong))) == 1


@pytest.mark.parametrize("handler", ["except:\n  log()", "except Exception:\n  pass", "except BaseException:\n  pass"])
def test_the_rule_on_errors_sees_a_swallowed_one(handler: str) -> None:
    assert len(swallowed(ast.parse(f"try:\n  f()\n{handler}"))) == 1


def test_pure_standard_library_exists() -> None:
    assert PURE_STDLIB - sys.stdlib_module_names == set()
