"""Any Chromium or Chrome there is: on PATH, or Playwright's own."""

import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.async_api import Browser, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
"""No sandbox: it needs privileges that containers lack, and the only page it opens is ours."""


def find_browser(own: Path, search_path: str | None = None) -> Path | None:
    """The first browser on ``search_path`` (``None``: PATH), else Playwright's ``own`` where that is installed."""
    on_path = (shutil.which(name, path=search_path) for name in NAMES)
    found = next((Path(program) for program in on_path if program), own)
    return found if found.exists() else None


def no_browser(environment: Mapping[str, str] = os.environ) -> NoReturn:
    """Skip the test, visibly; where ``CI`` is set a browser is a must and its absence a failure."""
    what = f"no browser: none of {', '.join(NAMES)} on PATH, and `playwright install chromium` was not run"
    if environment.get("CI", "").lower() in ("true", "1"):
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


@asynccontextmanager
async def headless() -> AsyncIterator[Browser]:
    """A headless Chromium or Chrome; without one the test is skipped, in CI failed."""
    async with async_playwright() as playwright:
        program = find_browser(Path(playwright.chromium.executable_path))
        if program is None:
            no_browser()
        chromium = await playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield chromium
        await chromium.close()
