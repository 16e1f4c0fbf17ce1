"""One ``gpath lab`` and one headless browser for all tests of this folder."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from gp_lib.settings import StackDescription
from tests.lab.browser import headless
from tests.lab.notebook_page import NotebookPage
from tests.lab.server import LabServer, gpath_lab
from tests.projects import Project


@pytest.fixture(scope="package")
def project(stack: StackDescription, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A workbench folder in which the shared stack is up."""
    return Project.make(tmp_path_factory.mktemp("lab-project"), stack)


@pytest.fixture(scope="package")
async def lab(project: Project, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LabServer]:
    """A JupyterLab that shows its application object to the page, for the driver."""
    folder = tmp_path_factory.mktemp("lab")
    async with gpath_lab(project, folder, "--LabApp.expose_app_in_browser=True") as server:
        await server.until_ready()
        yield server


@pytest.fixture(scope="package")
async def browser() -> AsyncIterator[Browser]:
    """A headless Chromium or Chrome."""
    async with headless() as chromium:
        yield chromium


@pytest.fixture
async def notebook(browser: Browser, lab: LabServer) -> AsyncIterator[NotebookPage]:
    """A fresh page, for a person who has never been here; kernels end with it."""
    context = await browser.new_context(viewport={"width": 1400, "height": 1000})
    yield NotebookPage(await context.new_page(), lab)
    await context.close()
    await lab.end_kernels()
