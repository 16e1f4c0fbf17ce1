"""A scenario of a saved run, ready to be stepped through: a copy of its notebook, with what was set and recorded."""

import os
from pathlib import Path
from typing import Any

from gp_lib import evidence
from gp_lib.engine.imports import import_papermill
from gp_lib.errors import Damaged, ParameterError, WorkbenchError
from gp_lib.redaction.redactor import MARK
from gp_lib.runner.catalogue import Scenario, discover
from gp_lib.runner.entry import read_outcome
from gp_lib.runner.origin import origin_of
from gp_lib.runner.parameters import plain_parameters, saved_parameters
from gp_lib.runner.prepared import prepared
from gp_lib.runner.report import text
from gp_lib.verdict import Verdict

FOLDER = Path("notebooks", "debug")
"""A copy stands two levels below, ``RUN/SCENARIO.ipynb``: no batch takes it for a scenario, and git ignores it."""

NOTE = """**A copy to step through**, with the parameters of `{run}`. What came out there: **{verdict}**

```text
{found}
```

Mend the scenario in `{original}`: this copy is yours alone. What was recorded there, if anything was, is loaded below:
any check can be put to it, as in `checks.one_terminal_event(recorded)`."""

TO_BE_SET = """

Redacted in the evidence: **{names}**. Set it again in the parameters cell before you run this."""

FROM_ELSEWHERE = """

That run is `{origin}`. This is the scenario's notebook as it is here: the one that came with the run is not opened."""

LOAD = """from pathlib import Path

from gp_lib import checks
from gp_lib.runner.earlier_histories import load_history

recorded = load_history(Path({path!r}))
recorded.table()"""


def saved_scenario(batch: Path, name: str) -> Path:
    """The folder in ``batch`` of the entry that is called ``name``, or of the only one whose name begins so.

    Raises:
        ParameterError: there is none, or there are several.
    """
    folders = {folder.name: folder for folder in evidence.scenario_folders(batch)}
    fitting = [name] if name in folders else [each for each in folders if name and each.startswith(name)]
    if len(fitting) != 1:
        raise ParameterError(name, f"no single scenario of {batch.name} is called so", sorted(folders))
    return folders[fitting[0]]


def debug_copy(root: Path, folder: Path) -> Path:
    """The copy for the saved scenario in ``folder``. One that is there stays as it is: somebody works in it.

    Raises:
        WorkbenchError: the scenario was not run by a batch, or its executed notebook is damaged.
        ParameterError: the project in ``root`` has no such scenario.
    """
    path = root / FOLDER / folder.parent.name / f"{folder.name}.ipynb"
    if not path.exists():
        content = _content(root, folder, path.parent)
        path.parent.mkdir(parents=True, exist_ok=True)
        evidence.write_whole(path, content)
    return path


def _content(root: Path, folder: Path, place: Path) -> str:
    import_papermill()
    import nbformat

    original, saved = _as_it_ran(folder)
    scenario = _scenario(root, original)
    source = scenario.path
    secret = {name: value for name, value in saved.items() if MARK.search(str(value))}
    kept = {name: value for name, value in saved.items() if name not in secret}
    notebook = prepared(source, saved_parameters(scenario.name, scenario.parameters, kept))
    note = NOTE.format(run=folder.parent.name, original=source.relative_to(root).as_posix(), **_outcome(folder))
    if origin := origin_of(folder):
        note += FROM_ELSEWHERE.format(origin=str(origin).replace("`", "'"))
    if secret:
        note += TO_BE_SET.format(names=", ".join(secret))
    added = [nbformat.v4.new_markdown_cell(note)]
    if (folder / evidence.HISTORY).exists():
        load = LOAD.format(path=os.path.relpath(folder / evidence.HISTORY, place))
        added.append(nbformat.v4.new_code_cell(load))
    notebook.cells[1:1] = added
    return str(nbformat.writes(notebook))


def _scenario(root: Path, file: str) -> Scenario:
    """The project's scenario in a notebook of this name."""
    scenarios = {scenario.path.name: scenario for scenario in discover(root / "notebooks").every}
    if file not in scenarios:
        raise ParameterError(file, "this project has no such scenario", sorted(scenarios))
    if why := scenarios[file].unreadable:
        raise ParameterError(file, why)
    return scenarios[file]


def _as_it_ran(folder: Path) -> tuple[str, dict[str, Any]]:
    """The notebook's file name and what was set for it, as papermill noted both."""
    path = folder / evidence.EXECUTED
    if not path.exists():
        raise WorkbenchError(f"{folder.name} of {folder.parent.name} was run by hand: open it again with `gpath lab`")
    from gp_lib.runner.schemas import ExecutedSchema
    from gp_lib.schemas import fitted

    try:
        noted = fitted(ExecutedSchema, evidence.read_json(path)).metadata.papermill
        return noted.input_path, plain_parameters(noted.parameters)
    except ValueError as error:
        raise Damaged(path, str(error)) from error


def _outcome(folder: Path) -> dict[str, str]:
    outcome = read_outcome(folder, "")
    broken = [f"{check.name}: {text.line(check.message)}" for check in Verdict(outcome.checks).broken()]
    found = "\n".join(broken) or outcome.why or f"{len(outcome.checks)} checks passed"
    return {"verdict": outcome.ruling.value, "found": found.replace("```", "'''")}
