"""Stand-ins for the checks: a suite that looks at nothing must score nothing."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from gp_lib import checks, evidence
from gp_lib.runner.catalogue import Scenario, notebook_cells
from gp_lib.verdict import Check, Ruling

CELL = "from gp_lib.runner.prove.stand_in import always_pass\n\nalways_pass()"
TAG = "stand-in"


def always_pass() -> None:
    """From now on, in this process, every check passes whatever happened. For the kernel of a stand-in only."""
    for name in checks.__all__:
        setattr(checks, name, _passing(name))
    checks.conduct = lambda history: [_pass("acted_to_the_end")]


def _passing(name: str) -> Callable[..., Check]:
    return lambda *args, **kwargs: _pass(name)


def _pass(name: str) -> Check:
    return Check(name=name, verdict=Ruling.PASS, requirement="nothing: a stand-in that always passes")


def with_empty_checks(scenario: Scenario, folder: Path) -> Scenario:
    """``scenario`` as a copy in ``folder`` whose checks all pass: one more cell, before the one that arranges."""
    notebook = json.loads(scenario.path.read_bytes())
    roles = [cell["metadata"].get("tags", ()) for cell, _ in notebook_cells(scenario.path)]
    place = next(index for index, tags in enumerate(roles) if "arrange" in tags)
    notebook["cells"].insert(place, _code_cell())
    path = folder / scenario.path.name
    evidence.write_json(path, notebook)
    return replace(scenario, path=path)


def _code_cell() -> dict[str, object]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": TAG,
        "metadata": {"tags": [TAG]},
        "outputs": [],
        "source": CELL,
    }
