"""The example that readers see before they install anything: whole, signed, small, with no word of its machine."""

import gzip
from pathlib import Path

from gp_lib import evidence
from gp_lib.runner.attestation import keys
from gp_lib.runner.attestation.attest import verify
from gp_lib.runner.catalogue import discover
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
    found = verify(EXAMPLE, keys.trusted_key(ROOT / ".github" / "example.pub"))
    assert found.ruling is Ruling.PASS, str(found)


def test_it_holds_every_scenario_and_all_passed() -> None:
    batch = evidence.read_json(EXAMPLE / evidence.BATCH)
    names = [scenario.name for scenario in discover(ROOT / "notebooks")]
    assert [entry["scenario"] for entry in batch["scenarios"]] == names
    assert batch["verdict"] == "pass"


def test_it_is_small() -> None:
    assert sum(path.stat().st_size for path in files()) < MOST_BYTES


def test_it_tells_nothing_about_the_machine_that_made_it() -> None:
    for path in files():
        text = text_of(path)
        assert [folder for folder in FOLDERS_OF_MACHINES if folder in text] == [], path


def test_its_notebooks_show_their_charts() -> None:
    for notebook in EXAMPLE.glob(f"*/{evidence.EXECUTED}"):
        assert '"image/png"' in notebook.read_text(), notebook


def test_a_scenario_of_it_is_judged_again_from_its_packed_history() -> None:
    assert rejudge(EXAMPLE / "w2_all_five_events_delivered").ruling is Ruling.PASS
