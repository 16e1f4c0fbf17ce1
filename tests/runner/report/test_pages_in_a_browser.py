"""The pages in a browser, opened from the file system: with and without JavaScript, by keyboard, light and dark."""

import base64
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from gp_lib import evidence
from gp_lib.charts import timeline
from gp_lib.runner.report.render import render
from gp_lib.verdict import Ruling
from tests.histories import tell
from tests.runner.report.folders import Made, a_check, displayed, make_batch
from tests.runner.report.reader import CONTRAST, reading

STORY = tell("ann a1 supervisor starts\nann a2 supervisor answers done\nann asked a").history
FAILED = (
    a_check(),
    a_check(Ruling.FAIL, "broken", witnesses=(1,), measured=3.0, limit=2.0, unit="s", message="late\nTraceback: x"),
    a_check(Ruling.UNKNOWN, "dim"),
)


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three scenarios: one passed, one failed, one is unknown; the failed one shows a chart."""
    chart = timeline(STORY)
    shown = {"image_png": base64.b64encode(chart.png).decode(), "text_plain": chart.says}
    folder = make_batch(
        tmp_path_factory.mktemp("runs") / "batch",
        Made("a1_one", (a_check(measured=1.0, limit=2.0, unit="s"),), STORY, took_s=3.0),
        Made("b1_two", FAILED, STORY, outputs=[displayed(**shown)], parameters={"users": 9}, took_s=2.0),
        Made("c1_three", (), why="its kernel died", took_s=1.0),
    )
    charts = folder / "b1_two" / evidence.CHARTS
    charts.mkdir()
    (charts / "timeline.png").write_bytes(chart.png)
    render(folder)
    return folder


PAGES = ("index.html", "a1_one/index.html", "b1_two/index.html", "c1_three/index.html")


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize("name", PAGES)
async def test_every_page_opens_from_a_file_without_any_trouble(
    browser: Browser, batch: Path, name: str, javascript: bool
) -> None:
    async with reading(browser, java_script_enabled=javascript) as reader:
        await reader.opens(batch / name)
        assert len(await reader.sees("h1")) == 1
        if javascript:  # nothing can be asked of a page without it
            assert await reader.broken_images() == []
        assert reader.trouble == []


async def test_without_script_everything_is_shown_and_nothing_pretends_to_work(browser: Browser, batch: Path) -> None:
    async with reading(browser, java_script_enabled=False) as reader:
        await reader.opens(batch / "index.html")
        names = [text.split()[0] for text in await reader.sees(".scenario h3")]
        assert names == ["b1_two", "c1_three", "a1_one"]
        assert await reader.sees(".tools, #nothing") == []
        assert "broken holds" in (await reader.sees("#b1_two table"))[0]


async def test_scenarios_are_filtered_searched_and_sorted(browser: Browser, batch: Path) -> None:
    async with reading(browser) as reader:
        await reader.opens(batch / "index.html")
        page = reader.page
        await page.get_by_role("button", name="1 fail").click()
        assert [text.split()[0] for text in await reader.sees(".scenario h3")] == ["b1_two"]
        await expect(page.locator("#shown")).to_have_text("1 of 3 shown")
        await page.keyboard.press("Escape")
        await page.get_by_label("Search scenarios").fill("kernel died")
        assert [text.split()[0] for text in await reader.sees(".scenario h3")] == ["c1_three"]
        await page.get_by_label("Search scenarios").fill("no such thing")
        assert await reader.sees("#nothing") == ["No scenario fits."]
        await page.keyboard.press("Escape")
        await page.get_by_label("Sort by").select_option("time")
        assert [text.split()[0] for text in await reader.sees(".scenario h3")] == ["a1_one", "b1_two", "c1_three"]
        assert reader.trouble == []


async def test_the_keyboard_alone_leads_to_a_scenario(browser: Browser, batch: Path) -> None:
    async with reading(browser) as reader:
        await reader.opens(batch / "index.html")
        keyboard = reader.page.keyboard
        for key in ("j", "j", "j", "o", "k", "k"):
            await keyboard.press(key)
        await expect(reader.page.locator("#a1_one details")).to_have_attribute("open", "")
        await keyboard.press("/")
        await expect(reader.page.get_by_label("Search scenarios")).to_be_focused()
        await keyboard.press("Escape")
        await keyboard.press("j")
        await keyboard.press("Enter")
        await expect(reader.page).to_have_url((batch / "b1_two" / "index.html").as_uri())


async def test_a_witness_leads_to_its_mark_and_the_mark_to_its_record(browser: Browser, batch: Path) -> None:
    async with reading(browser, reduced_motion="reduce") as reader:
        await reader.opens(batch / "b1_two" / "index.html")
        await reader.page.locator("table.checks").get_by_role("link", name="1", exact=True).click()
        mark = reader.page.locator("#e1")
        await expect(mark).to_be_in_viewport()
        await mark.click()
        await expect(reader.page.locator("#r1")).to_be_in_viewport()
        await reader.page.get_by_role("link", name="broken", exact=True).click()
        await expect(reader.page.locator(".line:target")).to_contain_text("checks.broken(history)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
async def test_every_text_can_be_told_from_what_is_behind_it(
    browser: Browser, batch: Path, name: str, scheme: str
) -> None:
    async with reading(browser, color_scheme=scheme) as reader:
        await reader.opens(batch / name)
        assert await reader.page.evaluate(CONTRAST) == []


@pytest.mark.parametrize("name", PAGES)
async def test_a_narrow_window_need_not_be_scrolled_sideways(browser: Browser, batch: Path, name: str) -> None:
    async with reading(browser, viewport={"width": 360, "height": 700}) as reader:
        await reader.opens(batch / name)
        assert not await reader.is_wider_than_the_window()


@pytest.mark.parametrize("name", PAGES)
async def test_headings_do_not_skip_a_level_and_every_control_and_image_has_a_name(
    browser: Browser, batch: Path, name: str
) -> None:
    async with reading(browser) as reader:
        await reader.opens(batch / name)
        levels = await reader.page.evaluate(
            "() => [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(h => +h.tagName[1])"
        )
        assert [after for before, after in pairwise(levels) if after > before + 1] == []
        nameless = "a:not(:has(title)):empty, button:empty, img:not([alt]), img[alt=''], input:not([id])"
        assert await reader.page.locator(nameless).count() == 0


async def test_on_paper_what_is_folded_is_unfolded_and_controls_are_gone(browser: Browser, batch: Path) -> None:
    async with reading(browser) as reader:
        await reader.opens(batch / "index.html")
        folded = reader.page.locator("#a1_one table")
        await expect(folded).to_be_hidden()
        await reader.page.emulate_media(media="print")
        await expect(folded).to_be_visible()
        assert await reader.sees(".tools") == []
