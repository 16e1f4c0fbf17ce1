"""The example that readers see before they install anything: whole, signed, small, with no word of its machine."""

import gzip
from pathlib import Path

import pytest

from gp_lib import evidence
from gp_lib.runner.attestation import keys
from gp_lib.runner.attestation.verify import verify
from gp_lib.runner.catalogue import ROLES, notebook_cells
from gp_lib.runner.rejudge import rejudge
from gp_lib.verdict import Ruling
from tests.projects import ROOT

EXAMPLE = ROOT / "runs" / "example"
MOST_BYTES = 3_000_000
FOLDERS_OF_MACHINES = ("/home/", "/root/", "/Users/", "/work/", "/tmp/")


def files() -> list[Path]:
    return [path for path in EXAMPLE.rglob("*") if path.is_file()]


def text_of(path: Path) -> str:
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode()


def test_it_is_as_it_was_signed_by_the_key_that_is_published() -> None:
    found = verify(EXAMPLE, keys.read_key_file(ROOT / ".github" / "example.pub"))
    assert found.ruling is Ruling.PASS, str(found)


def test_every_scenario_of_it_passed() -> None:
    batch = evidence.read_json(EXAMPLE / evidence.BATCH)
    assert {entry["verdict"] for entry in batch["scenarios"]} == {batch["verdict"]} == {"pass"}
    assert {entry["folder"] for entry in batch["scenarios"]} == {path.parent.name for path in executed()}


def test_it_shows_scenarios_of_today_and_says_which_are_older(capsys: pytest.CaptureFixture[str]) -> None:
    """It is not made again for every change of a notebook: what differs is named, and it must not be everything."""
    today = {path.stem: code_of(path) for path in sorted((ROOT / "notebooks").glob("p0/*.ipynb"))}
    shown = {path.parent.name: code_of(path) for path in executed()}
    older = sorted(name for name in shown if shown[name] != today.get(name))
    missing = sorted(today.keys() - shown.keys())
    with capsys.disabled():
        print(f"\nruns/example: older than the notebooks: {older or 'none'}; missing: {missing or 'none'}")
    assert shown.keys() & today.keys()


def executed() -> list[Path]:
    return sorted(EXAMPLE.glob(f"*/{evidence.EXECUTED}"))


def code_of(notebook: Path) -> list[str]:
    """The cells that a scenario's author wrote."""
    return [source for cell, source in notebook_cells(notebook) if set(cell["metadata"].get("tags", ())) & set(ROLES)]


def test_it_is_small() -> None:
    assert sum(path.stat().st_size for path in files()) < MOST_BYTES


def test_it_tells_nothing_about_the_machine_that_made_it() -> None:
    for path in files():
        text = text_of(path)
        assert [folder for folder in FOLDERS_OF_MACHINES if folder in text] == [], path


def test_its_notebooks_show_their_charts() -> None:
    for notebook in executed():
        assert '"image/png"' in notebook.read_text(), notebook


def test_a_scenario_of_it_is_judged_again_from_its_packed_history() -> None:
    assert rejudge(EXAMPLE / "w2_all_five_events_delivered").ruling is Ruling.PASS
