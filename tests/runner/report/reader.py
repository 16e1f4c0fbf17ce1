"""A person who reads a report in a browser, from the file system."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Dialog, Page, Request

CONTRAST = """() => {
    const rgb = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
    const light = (colour) => colour.slice(0, 3).map((v) => v / 255)
        .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const colour = rgb(getComputedStyle(at).backgroundColor);
            if (colour.length === 3 || colour[3] === 1) return colour;
        }
        return [255, 255, 255];
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const element = node.parentElement;
        if (!node.data.trim() || element.closest("svg, script, style") || !element.checkVisibility()) continue;
        const [a, b] = [light(rgb(getComputedStyle(element).color)), light(behind(element))];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < 4.5) found.push(`${ratio.toFixed(2)} ${element.className} ${node.data.trim().slice(0, 40)}`);
    }
    return found;
}"""
"""Every text whose contrast is below what WCAG AA wants of text of ordinary size."""


class Reader:
    """One page. ``trouble`` is what must never be: dialogs, console errors, requests to anywhere but the folder."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.trouble: list[str] = []
        page.on("dialog", self._refuse)
        page.on("pageerror", lambda error: self.trouble.append(f"error: {error}"))
        page.on("console", lambda said: self.trouble.append(said.text) if said.type == "error" else None)
        page.on("request", self._note)
        page.on("popup", lambda popup: self.trouble.append(f"popup: {popup.url}"))

    async def _refuse(self, dialog: Dialog) -> None:
        self.trouble.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    def _note(self, request: Request) -> None:
        if not request.url.startswith(("file:", "data:image/")):
            self.trouble.append(f"request: {request.url}")

    async def opens(self, path: Path) -> None:
        """Open a file and wait until all of it is there."""
        await self.page.goto(path.as_uri(), wait_until="load")

    async def sees(self, selector: str) -> list[str]:
        """The texts of everything that fits and is on the page for people to see."""
        found = await self.page.locator(selector).all()
        return [await element.inner_text() for element in found if await element.is_visible()]

    async def broken_images(self) -> list[str]:
        """The images that could not be shown."""
        script = "() => [...document.images].filter(i => !i.complete || !i.naturalWidth).map(i => i.alt)"
        return list(await self.page.evaluate(script))

    async def is_wider_than_the_window(self) -> bool:
        """Whether the page as a whole must be scrolled sideways."""
        return bool(await self.page.evaluate("() => document.documentElement.scrollWidth > innerWidth"))


@asynccontextmanager
async def reading(browser: Browser, **context: Any) -> AsyncIterator[Reader]:
    """A reader with a fresh page; ``context`` as Playwright's ``new_context`` takes it."""
    fresh = await browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **context})
    reader = Reader(await fresh.new_page())
    try:
        yield reader
    finally:
        await fresh.close()
