"""How each command of ``gpath`` that reads saved evidence is called in a project whose batch is damaged."""

import shutil
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import typer

from gp_lib.cli.app import app
from gp_lib.cli.main import run_command
from tests.damage.project import BY_HAND, CUT, DAMAGED, OTHER, SAME, SIGNED

CODES = (0, 1, 2, 64)
"""What a command may end with, however damaged its input is; 70 is our own defect."""

LONGEST_ERROR = 3_000


@dataclass(frozen=True)
class Call:
    """How a command is called.

    Args:
        words: the command lines, one after the other; ``{batch}`` is the damaged batch.
        of: the batches of the made project that are damaged for it.
        does: what it is called by instead of words where its command line would start services.
    """

    words: tuple[str, ...] = ()
    of: tuple[str, ...] = (DAMAGED, BY_HAND)
    does: Callable[[Path, Path], object] | None = None


def _resumes(project: Path, batch: Path) -> None:
    """As ``gpath resume``, without lanes: what is left is not run."""
    from gp_lib.runner.batch import Batch, Rules
    from gp_lib.runner.catalogue import discover
    from gp_lib.runner.console import Console
    from gp_lib.runner.report.render import publish
    from gp_lib.runner.running import run_batch

    resumed = Batch.cut_short(batch, discover(project / "notebooks"))
    run_batch(resumed, [], rules=Rules(), progress=Console(quiet=True))
    publish(batch, project)


def _opens_a_copy(project: Path, batch: Path) -> None:
    """As ``gpath debug``, without JupyterLab."""
    from gp_lib.runner.debugging import debug_copy, saved_scenario

    shutil.rmtree(project / "notebooks" / "debug", ignore_errors=True)
    debug_copy(project, saved_scenario(batch, "w1"))


def _looks_back(project: Path, batch: Path) -> None:
    """As ``gpath run`` at its beginning, with ``--failed`` or without."""
    from gp_lib.runner.running import durations

    durations(batch.parent)
    _command("run --failed --dry-run")


CALLS: dict[str, Call | str] = {
    "run": Call(does=_looks_back),
    "resume": Call(of=(CUT,), does=_resumes),
    "debug": Call(does=_opens_a_copy),
    "report": Call(("report {batch}",)),
    "rejudge": Call(("rejudge {batch}",)),
    "history": Call(("history", "history --json", "history w1", "history d5 --json")),
    "diff": Call((f"diff {SAME} {{batch}}", f"diff {{batch}} {SAME} --json", f"diff {SAME} {{batch}} --notebooks")),
    "prune": Call(("prune --keep-failed --dry-run", "prune --keep-last 2 --keep-failed")),
    "merge": Call((f"merge {{batch}} {OTHER}",)),
    "attest": Call(("attest {batch} --key ../key.pem",)),
    "verify": Call(("verify {batch}", "verify {batch} --key ../key.pub"), of=(SIGNED,)),
    "share": Call(("share {batch} -o ../bundle.zip", "verify ../bundle.zip"), of=(SIGNED,)),
    "import": Call(
        (
            "share {batch} -o ../bundle.zip",
            "prune --keep-days 0 --keep-last 1 --attested",
            "import ../bundle.zip --unsigned",
        ),
        of=(SIGNED, DAMAGED),
    ),
    "slim": Call(("slim {batch} ../slim",)),
    "push": Call(("push {batch} file://{place}", "import file://{place}/{batch} --unsigned"), of=(DAMAGED, CUT)),
    "list": "reads notebooks, and no saved evidence",
    "prove": "starts services, and reads no saved evidence",
    "up": "starts services",
    "down": "stops services",
    "status": "asks services",
    "logs": "reads the logs of services",
    "lab": "starts JupyterLab",
}
"""Every command of the command line, or why it has none to be called by here."""


def commands() -> list[str]:
    """The names of all commands, from the command line itself."""
    group: Any = typer.main.get_command(app)
    return sorted(group.commands)


def trouble(name: str, project: Path, batch: Path) -> list[str]:
    """What is wrong with how a command met ``batch`` of ``project``: an exception of ours is not, a sentence is due."""
    call = CALLS[name]
    assert isinstance(call, Call)
    with inside(project):
        if call.does is not None:
            return _of_function(lambda: call.does and call.does(project, batch))
        place = project.parent / "place"
        lines = [line.format(batch=batch.name, place=place) for line in call.words]
        return [found for line in lines for found in _command(line)]


@contextmanager
def inside(project: Path) -> Iterator[None]:
    """Work in ``project`` for the time of the block."""
    (project.parent / "place").mkdir(exist_ok=True)
    with chdir(project):
        yield


@dataclass(frozen=True)
class Ended:
    """How a command line ended, and what it said on its two ways out; ``raised`` is what got past it."""

    code: object
    said: str
    complaint: str
    raised: str = ""


def gpath(line: str) -> Ended:
    """Run a command line of ``gpath`` here, in the working directory and in this process."""
    said, complaint, argv = StringIO(), StringIO(), sys.argv
    sys.argv, code, raised = ["gpath", *line.split()], None, ""
    try:
        with redirect_stdout(said), redirect_stderr(complaint):
            run_command()
    except SystemExit as ended:
        code = ended.code or 0
    except BaseException:  # noqa: BLE001 - anything else is what is looked for
        raised = traceback.format_exc()
    finally:
        sys.argv = argv
    return Ended(code, said.getvalue(), complaint.getvalue(), raised)


def _command(line: str) -> list[str]:
    """What is wrong with how ``gpath`` met a command line."""
    ended = gpath(line)
    if ended.code not in CODES:
        return [f"gpath {line}: exit code {ended.code}\n{ended.raised or ended.complaint}"]
    if len(ended.complaint) > LONGEST_ERROR:
        return [f"gpath {line}: {len(ended.complaint)} characters of error: {ended.complaint[:300]}"]
    if ended.code in (2, 64) and not (ended.complaint + ended.said).strip():
        return [f"gpath {line}: exit code {ended.code} without a word"]
    return []


def _of_function(function: Callable[[], object]) -> list[str]:
    """What is wrong with how a function ended: the command line makes sentences of errors of our own."""
    from gp_lib.errors import WorkbenchError

    try:
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            found = function()
    except WorkbenchError as error:
        return [] if len(str(error)) <= LONGEST_ERROR else [f"{len(str(error))} characters: {str(error)[:300]}"]
    except BaseException:  # noqa: BLE001 - anything else is what is looked for
        return [traceback.format_exc()]
    return found if isinstance(found, list) else []
