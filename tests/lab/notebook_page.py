"""A notebook in JupyterLab in a browser, driven by JupyterLab's own commands and waited for by its own state.

Menus and labels change from version to version, and a notebook is visible long before its kernel is attached: what
counts is what ``window.jupyterapp`` says.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from playwright.async_api import Page, Request, expect
from playwright.async_api import TimeoutError as TooLate

from gp_lib.clock import patience, wait_until
from tests.lab.server import LabServer

OPEN_WITHIN_S = 60.0
RUN_WITHIN_S = 120.0

READY = """() => {
    const panel = window.jupyterapp?.shell.currentWidget;
    return Boolean(panel?.content?.widgets?.length && panel.context?.isReady && panel.sessionContext?.isReady
        && panel.sessionContext.session?.kernel?.status === 'idle');
}"""
KERNEL_ANSWERS = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.info.then(() => null)"
START = "name => { window.jupyterapp.commands.execute(name).catch(() => null); }"
COMMAND = "name => window.jupyterapp.commands.execute(name).then(() => null)"
SELECT = "index => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = index; }"
CELLS = """() => window.jupyterapp.shell.currentWidget.content.widgets.map(cell => ({
    type: cell.model.type,
    tags: cell.model.getMetadata('tags') ?? [],
    count: cell.model.executionCount ?? null,
    outputs: cell.model.outputs?.toJSON() ?? [],
}))"""


class NotebookPage:
    """One notebook in one page. ``complaints`` are the page's console errors, ``strangers`` requests to other hosts."""

    def __init__(self, page: Page, server: LabServer) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        self._server = server
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._note_request)
        page.on("websocket", lambda socket: self._note_url(socket.url))

    def _note_request(self, request: Request) -> None:
        self._note_url(request.url)

    def _note_url(self, url: str) -> None:
        home, there = urlsplit(self._server.url), urlsplit(url)
        if there.scheme in ("http", "https", "ws", "wss") and there.netloc != home.netloc:
            self.strangers.append(url)

    async def open(self, notebook: str) -> None:
        """Open ``notebook`` and wait until its kernel answers; tried a second time when it takes too long."""
        query = urlencode({"token": self._server.token, "reset": ""})
        url = f"{self._server.url}lab/tree/{notebook}?{query}"
        await self.page.goto(url, wait_until="domcontentloaded")
        try:
            await self._until_ready()
        except TooLate:
            await self.page.goto(url, wait_until="domcontentloaded")
            await self._until_ready()

    async def _until_ready(self) -> None:
        await self.page.wait_for_function(READY, timeout=patience(OPEN_WITHIN_S) * 1000)
        async with asyncio.timeout(patience(OPEN_WITHIN_S)):
            await self.page.evaluate(KERNEL_ANSWERS)

    async def run_all(self) -> None:
        """Run all cells, and wait until they have."""
        await self._command("notebook:run-all-cells")

    async def run_one_by_one(self, tags: Sequence[str] = ()) -> None:
        """Run cell after cell as Shift-Enter does; with ``tags`` only those that have one of them."""
        for index, cell in enumerate(await self.cells()):
            if not tags or set(tags) & set(cell["tags"]):
                await self.page.evaluate(SELECT, index)
                await self._command("notebook:run-cell-and-select-next")

    async def run_and_interrupt(self, tag: str, when: Callable[[], Awaitable[bool]]) -> None:
        """Start the cell with ``tag``, press the stop button as soon as ``when`` says so, and wait for the end."""
        index = next(index for index, cell in enumerate(await self.cells()) if tag in cell["tags"])
        await self.page.evaluate(SELECT, index)
        await self.page.evaluate(START, "notebook:run-cell")
        assert await wait_until(when, deadline_s=RUN_WITHIN_S)
        await self._command("notebook:interrupt-kernel")
        await self._until_ready()

    async def _command(self, name: str) -> None:
        async with asyncio.timeout(patience(RUN_WITHIN_S)):
            await self.page.evaluate(COMMAND, name)

    async def cells(self) -> list[dict[str, Any]]:
        """Every cell: its ``type``, ``tags``, execution ``count`` (``None``: not executed) and ``outputs``."""
        return list(await self.page.evaluate(CELLS))

    async def errors(self) -> list[str]:
        """What the cells' error outputs say."""
        outputs = [output for cell in await self.cells() for output in cell["outputs"]]
        return [f"{output['ename']}: {output['evalue']}" for output in outputs if output["output_type"] == "error"]

    async def shows_verdict(self, ruling: str) -> None:
        """Wait until the person in front of the screen can see the verdict, its table and a chart."""
        await expect(self.page.locator(".jp-OutputArea .gpath-verdict")).to_have_text(ruling)
        await expect(self.page.locator(".jp-OutputArea table.gpath-checks")).to_be_visible()

    async def shown_checks(self) -> dict[str, str]:
        """The table of the verdict as it is on the screen: each check's name and verdict."""
        rows = await self.page.locator("table.gpath-checks tbody tr").all()
        cells = [await row.locator("td").all_inner_texts() for row in rows]
        return {row[1]: row[0] for row in cells}
