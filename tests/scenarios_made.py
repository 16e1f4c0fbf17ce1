"""Small scenarios for tests of the batch: notebooks of the right shape that need no service."""

import json
from collections.abc import Sequence
from pathlib import Path

import nbformat

from gp_lib.runner.cases import Case
from gp_lib.runner.catalogue import ROLES, Scenario, read_scenario
from gp_lib.runner.entry import Entry
from gp_lib.runner.progress import Progress
from gp_lib.verdict import Check, Ruling, Verdict

VERDICTS = {
    ruling.value: json.dumps(
        Verdict.of(Check(name="it_holds", verdict=ruling, requirement="it holds", message="as it was told")).to_json()
    )
    for ruling in Ruling
}
JUDGE = f"""
import os, pathlib
folder = pathlib.Path(os.environ["GPATH_EVIDENCE"])
(folder / "verdict.json").write_text({VERDICTS!r}[ruling])
"""
"""A verdict cell: it writes the verdict named ``ruling``, without the imports of the library, which take seconds."""


def write_scenario(
    notebooks: Path,
    name: str,
    *,
    act: str = "pass",
    ruling: str = "pass",
    judge: str = JUDGE,
    parameters: Sequence[str] = ("ruling", "target"),
    about: str = 'effect="writes"',
    arrange: str = "",
    more: str = "",
) -> Scenario:
    """A scenario whose act cell is ``act`` and that decides ``ruling``; its title is its name.

    ``about`` is what the arrange cell says to ``begin``, unless ``arrange`` is that cell; ``more`` are more parameters.
    """
    values = {"ruling": repr(ruling), "target": "'embedded'"}
    sources = {
        "parameters": "\n".join([*(f"{name} = {values[name]}  # of the test" for name in parameters), more]),
        "arrange": arrange or f"begin = dict\nbegin({about})",
        "act": act,
        "verdict": judge,
    }
    notebook = nbformat.v4.new_notebook()
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.cells = [nbformat.v4.new_markdown_cell(f"# {name}\n\n**Question.** Does it?")]
    for role in ROLES:
        cell = nbformat.v4.new_code_cell(sources.get(role, "pass"), id=role)
        cell.metadata["tags"] = [role]
        notebook.cells.append(cell)
    path = notebooks / "p0" / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(notebook))
    return read_scenario(path)


class Heard(Progress):
    """What a batch told, in order: ``started x1``, ``x1 act running``, ``done x1 pass``."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def started(self, case: Case) -> None:
        self.words.append(f"started {case.name}")

    def cell(self, case: Case, role: str, state: str) -> None:
        self.words.append(f"{case.name} {role} {state}")

    def done(self, entry: Entry) -> None:
        self.words.append(f"done {entry.name} {entry.ruling.value}")
