"""axe-core on a page: what it finds wrong for whoever cannot see, hear or point, serious findings only."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

SERIOUS = ("serious", "critical")
_RUN = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map(
  one => [one.impact, one.id, one.nodes.slice(0, 3).map(node => node.target.join(' '))])"""


@cache
def _script() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def serious(page: Page) -> list[Any]:
    """Serious findings: the rule, and where. The script goes in past the page's policy, as a debugger does."""
    page.evaluate(_script())
    return [[rule, where] for impact, rule, where in page.evaluate(_RUN) if impact in SERIOUS]
