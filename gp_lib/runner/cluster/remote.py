"""Runs one job in a folder of its own: a batch of one case, as `gpath run` would, whose evidence is handed over.

Started by ``worker`` as a process of its own. A job comes in as a line on stdin. On stdout go the lines of
`gpath run --json`, then ``{"event": "evidence", "bytes": n}`` and the n bytes of a bundle; or ``{"event":
"trouble", "why": …}`` when there is no evidence to hand over. Whatever ends it, the folder and the stack are gone.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from gp_lib import redaction
from gp_lib.errors import WorkbenchError
from gp_lib.platforms import find_platform
from gp_lib.runner.attestation.files import pack
from gp_lib.runner.batch import Batch, Rules
from gp_lib.runner.cases import Case
from gp_lib.runner.catalogue import Scenario, read_scenario
from gp_lib.runner.cluster.job import Job
from gp_lib.runner.lanes import lanes_for
from gp_lib.runner.lines import Lines
from gp_lib.runner.parameters import saved_parameters
from gp_lib.runner.running import run_batch
from gp_lib.runner.stoppable import stoppable
from gp_lib.settings import CONFIG, EMBEDDED, load_target

PREFIX = "gpath-job-"


def main() -> None:
    """Run the job that stands on stdin."""
    line = sys.stdin.readline()
    with stoppable(), _workplace() as place:
        try:
            bundle = _run(Job.from_json(line), place)
        except WorkbenchError as error:
            _tell(event="trouble", why=redaction.clean(str(error)))
            return
        _tell(event="evidence", bytes=bundle.stat().st_size)
        with bundle.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
        sys.stdout.buffer.flush()


def _run(job: Job, place: Path) -> Path:
    """Run the job in ``place``; the bundle of its evidence."""
    case = job_case(job, place)
    if job.target != EMBEDDED:
        target = load_target(job.target)  # its secrets are known from here on, and what is missing here is told
        find_platform(target.platform, beside=place)
    lines = Lines()
    with lanes_for(place, lines.service, wanted=1, embedded=job.target == EMBEDDED) as lanes:
        batch = Batch.fresh(place / "runs", job.target, [case])
        run_batch(batch, lanes, rules=Rules(scenario_s=job.deadline_s), progress=lines)
    bundle = place / "evidence.zip"
    pack(batch.folder, bundle)
    return bundle


def job_case(job: Job, place: Path) -> Case:
    """The case of a job, whose notebook is written into ``place``.

    Raises:
        ParameterError: its notebook cannot be read, or does not know its parameters.
    """
    scenario = _written(job, place)
    return Case(job.name, scenario, saved_parameters(scenario.name, scenario.parameters, job.parameters))


def _written(job: Job, place: Path) -> Scenario:
    """The scenario, from the notebook that came with the job."""
    (place / CONFIG).touch(0o600)  # it may hold secrets
    (place / CONFIG).write_text(job.config, encoding="utf-8")  # also an empty one says where the project is
    notebook = place / "notebooks" / job.phase / f"{job.scenario}.ipynb"
    notebook.parent.mkdir(parents=True)
    notebook.write_text(job.notebook, encoding="utf-8")
    return read_scenario(notebook)


@contextmanager
def _workplace() -> Iterator[Path]:
    """A temporary folder that every account may pass through; those of jobs that were killed are removed."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        pid = left.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdecimal() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-") as name:
        place = Path(name)
        place.chmod(0o711)
        before = Path.cwd()
        os.chdir(place)  # settings are read from the folder that one works in
        try:
            yield place
        finally:
            os.chdir(before)


def _tell(**words: Any) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
