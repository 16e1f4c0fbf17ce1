"""A browser for the tests that look at rendered pages."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.lab.browser import headless


@pytest.fixture(scope="package")
async def browser() -> AsyncIterator[Browser]:
    """A headless Chromium or Chrome."""
    async with headless() as chromium:
        yield chromium
