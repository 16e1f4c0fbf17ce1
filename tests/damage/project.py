"""A project with batches of every kind, made from the evidence of the example: it is what a real batch left."""

import gzip
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gp_lib import evidence
from gp_lib.history import PACKED
from gp_lib.runner.attestation.attest import attest
from gp_lib.runner.attestation.keys import make_key, signer_from
from tests.damage.mutations import Change
from tests.projects import ROOT

EXAMPLE = ROOT / "runs" / "example"
SCENARIOS = ("w1_connect_and_authenticate", "d5_errors_keep_integrity")
ANOTHER = "a2_substantive_answer"

OTHER = "2026-11-25T10-00-00Z-0001"
SAME = "2026-11-25T11-00-00Z-0002"
DAMAGED = "2026-11-26T10-00-00Z-0003"
SIGNED = "2026-11-26T11-00-00Z-0004"
CUT = "2026-11-26T12-00-00Z-0005"
BY_HAND = "2026-11-26T13-00-00Z-0006-by-hand"
"""A shard with another scenario, the same batch undamaged; and those that are damaged: finished, signed, cut short,
left by a notebook that was run by hand."""


@dataclass(frozen=True)
class Made:
    """A project as it was made; ``copy`` gives one to break."""

    folder: Path

    def batch(self, name: str) -> Path:
        """One of its batches."""
        return self.folder / "project" / "runs" / name

    @contextmanager
    def copy(self, name: str, change: Change) -> Iterator[Path]:
        """A copy of the project whose ``latest`` batch is ``name``, with ``change`` done to it; gone afterwards."""
        with TemporaryDirectory(dir=self.folder) as place:
            project = Path(place) / "project"
            runs = project / "runs"
            for one in (OTHER, SAME, name):
                shutil.copytree(self.batch(one), runs / one)
            (runs / evidence.LATEST).symlink_to(name)
            shutil.copytree(self.folder / "project" / "notebooks", project / "notebooks")
            for key in ("key.pem", "key.pub"):
                shutil.copy(self.folder / key, place)
            change.do(runs / name)
            yield project


def make(folder: Path) -> Made:
    """Make the project in ``folder``."""
    made = Made(folder)
    for notebook in (*SCENARIOS, ANOTHER):
        path = Path("notebooks", "p0", f"{notebook}.ipynb")
        (folder / "project" / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, folder / "project" / path)
    _finished(made.batch(OTHER), ANOTHER)
    for name in (SAME, DAMAGED, SIGNED):
        _finished(made.batch(name), *SCENARIOS)
    _cut_short(made.batch(CUT))
    _by_hand(made.batch(BY_HAND))
    make_key(folder / "key.pem")
    attest(made.batch(SIGNED), signer_from(folder / "key.pem"))
    return made


def _about() -> dict[str, Any]:
    return dict(json.loads((EXAMPLE / evidence.BATCH).read_bytes()))


def _finished(batch: Path, *scenarios: str) -> None:
    for scenario in scenarios:
        shutil.copytree(EXAMPLE / scenario, batch / scenario)
    _unpack(batch / scenarios[0])
    about = _about()
    rows = [row for row in about["scenarios"] if row["scenario"] in scenarios]
    (batch / evidence.BATCH).write_text(json.dumps({**about, "scenarios": rows}))


def _unpack(scenario: Path) -> None:
    """One history as it is written, the others packed as the example has them."""
    packed = scenario / f"{evidence.HISTORY}{PACKED}"
    (scenario / evidence.HISTORY).write_bytes(gzip.decompress(packed.read_bytes()))
    packed.unlink()


def _cut_short(batch: Path) -> None:
    """A batch that was killed after its last entry."""
    _finished(batch, *SCENARIOS)
    about = json.loads((batch / evidence.BATCH).read_bytes())
    (batch / evidence.BATCH).unlink()
    cases = [{"name": row["folder"], "scenario": row["scenario"], "parameters": {}} for row in about["scenarios"]]
    head = {"version": 1, "target": about["target"], "began": about["began"], "cases": cases}
    lines = [head, *({"entry": row} for row in about["scenarios"])]
    (batch / evidence.JOURNAL).write_text("".join(json.dumps(line) + "\n" for line in lines))


def _by_hand(batch: Path) -> None:
    _finished(batch, *SCENARIOS)
    (batch / evidence.BATCH).unlink()
