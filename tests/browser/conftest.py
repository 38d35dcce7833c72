"""The browser of these tests: Debian's Chromium, with pages on which any breach of the content policy is a failure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    "--no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking --disable-component-update"
    " --disable-default-apps --disable-sync --no-first-run --metrics-recording-only"
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One for each file: while it is there, its loop runs in this thread, where other tests want one of their own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET.split())
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page on which any breach of the content policy and any script error fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="id-ID")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    context.close()
    assert troubles == []
