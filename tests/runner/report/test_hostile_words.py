"""Hostile words go through the real platform into every place of the evidence, and stay words."""

from typing import Any
from xml.etree import ElementTree

import pytest
from playwright.async_api import Browser

from gp_lib import evidence
from gp_lib.history import Event, History, Operation
from gp_lib.settings import StackDescription
from tests.projects import Project
from tests.runner.report.hostile import NAME, WORDS, write_hostile_notebook
from tests.runner.report.reader import reading

GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_REF": "refs/pull/7/merge", "GITHUB_REPOSITORY": "us/<b>ours"}
VARIABLES: dict[str, Any] = GITHUB | {"GITHUB_SERVER_URL": "javascript:alert(1)//", "GITHUB_HEAD_REF": WORDS["script"]}


@pytest.fixture(scope="module")
def project(stack: StackDescription, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose last batch is that of the hostile scenario."""
    project = Project.make(tmp_path_factory.mktemp("hostile") / "project", stack)
    write_hostile_notebook(project.folder / "notebooks")
    done = project.gpath("run", NAME, "-p", f"note={WORDS['handler']}", **VARIABLES)
    assert done.returncode == 1, done.stdout[-3000:] + done.stderr[-3000:]
    commands = [line for line in done.stdout.splitlines() if "::error" in line]
    assert all(line.startswith("::error file=notebooks/p0/x1") for line in commands), commands
    return project


def test_the_platform_itself_has_repeated_the_words(project: Project) -> None:
    history = History.load(project.latest() / NAME / evidence.HISTORY)
    said = " ".join(str(event.payload.get("content")) for _, event in history.indexed(Event))
    assert [kind for kind in WORDS if kind != "broken" and WORDS[kind] not in said] == []
    assert WORDS["broken"] in [done.detail.get("content") for _, done in history.indexed(Operation)]


@pytest.mark.parametrize("name", ["index.html", f"{NAME}/index.html"])
async def test_nothing_is_executed_loaded_or_taken_apart(browser: Browser, project: Project, name: str) -> None:
    async with reading(browser) as reader:
        await reader.opens(project.latest() / name)
        await reader.page.wait_for_timeout(500)  # what was let in would have had time to act
        assert reader.trouble == []
        assert await reader.page.evaluate("() => window.pwned") is None
        assert len(await reader.sees("h1")) == 1
        forbidden = "iframe, object, embed, form, base, link, meta[http-equiv=refresh], [onerror], [onload], [onclick]"
        assert await reader.page.locator(forbidden).count() == 0
        links = await reader.page.evaluate("() => [...document.links].map(link => link.protocol)")
        assert set(links) <= {"file:"}
        assert await reader.page.evaluate("() => document.scripts.length") == (1 if name == "index.html" else 0)
        assert not await reader.is_wider_than_the_window()


async def test_the_words_can_be_read(browser: Browser, project: Project) -> None:
    async with reading(browser) as reader:
        await reader.opens(project.latest() / NAME / evidence.PAGE)
        records = " ".join(await reader.sees("#r1 ~ tr"))
        assert WORDS["leave"] in " ".join(await reader.sees(".checks"))
        assert "<script>window.pwned" in records
        assert "\x1b" not in await reader.page.content()


def test_ten_megabytes_of_words_are_cut_and_the_notebook_says_so(project: Project) -> None:
    notebook = (project.latest() / NAME / evidence.EXECUTED).read_text()
    assert len(notebook) < 4_000_000
    assert "characters of output were dropped here" in notebook
    assert (project.latest() / NAME / evidence.PAGE).stat().st_size < 1_500_000


def test_what_ci_reads_is_whole_and_harmless(project: Project) -> None:
    folder = project.latest()
    assert (
        ElementTree.parse(folder / evidence.JUNIT).getroot().get("failures") == "2"
    )  # with the question that was refused
    summary = (folder / evidence.REPORT).read_text()
    assert "<script" not in summary
    assert "](" not in summary.replace("\\](", "")
    assert not [path for path in folder.rglob("*.html") if b"\xed\xa0" in path.read_bytes()]


def test_the_report_can_be_rendered_again(project: Project) -> None:
    before = (project.latest() / NAME / evidence.PAGE).read_bytes()
    (project.latest() / NAME / evidence.PAGE).unlink()
    told = project.gpath("report", "latest")
    assert (told.returncode, told.stdout.strip()) == (0, f"report: runs/{project.latest().name}/index.html")
    assert (project.latest() / NAME / evidence.PAGE).read_bytes() == before
