"""Renders a batch: every page and every file for CI, from the files of its folder and nothing else."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from gp_lib import evidence
from gp_lib.errors import WorkbenchError
from gp_lib.runner.entry import Entry
from gp_lib.runner.report.github import tell_github
from gp_lib.runner.report.junit import junit
from gp_lib.runner.report.pages import index_page, page_of_trouble, scenario_page, write_page
from gp_lib.runner.report.saved import SavedBatch, past_runs
from gp_lib.runner.report.summary import markdown
from gp_lib.runner.reports import presentable
from gp_lib.runner.trouble import keep


def render(folder: Path) -> SavedBatch:
    """Write every report of the batch saved in ``folder``: ``index.html`` there and in each scenario's folder.

    In a signed batch from elsewhere the pages are ours, and no signature covers them; in one of our own it does.

    Raises:
        WorkbenchError: there is no batch in it, what it says of itself is damaged, or it is attested.
    """
    if evidence.is_attested(folder) and not evidence.is_foreign(folder):
        raise WorkbenchError(f"{folder.name} is attested: rendering it again would change files that are signed")
    batch = SavedBatch.read(folder)
    for scenario in batch.scenarios:
        if scenario.entry.folder.is_dir():
            _write_page(scenario.entry.folder, [], partial(scenario_page, batch, scenario))
    _write_page(folder, batch.entries, lambda: index_page(batch, past_runs(batch)))
    _write_faces(batch)
    return batch


def _write_page(folder: Path, entries: Sequence[Entry], draw: Callable[[], str]) -> None:
    """Write the page of ``folder``; one that cannot be drawn says so, and costs the others nothing."""
    try:
        page = draw()
    except Exception as error:  # noqa: BLE001 - whatever is in the evidence: it is kept, and the page names it
        page = page_of_trouble(folder.name, entries, keep(error, folder))
    write_page(folder / evidence.PAGE, page)


def publish(folder: Path, root: Path) -> list[str]:
    """Render the batch in ``folder``; the lines that CI wants to read of it. ``root`` is the project's folder."""
    return tell_github(render(folder), root)


def _write_faces(batch: SavedBatch) -> None:
    began = str(batch.about.get("began", "1970-01-01T00:00:00"))
    entries = [presentable(entry) for entry in batch.entries]
    evidence.write_whole(batch.folder / evidence.JUNIT, junit(entries, began=began, origin=batch.origin).decode())
    evidence.write_whole(batch.folder / evidence.REPORT, markdown(batch.folder.name, entries, batch.origin))
