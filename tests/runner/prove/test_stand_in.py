import subprocess
import sys
from pathlib import Path

from gp_lib.runner.catalogue import notebook_cells, read_scenario
from gp_lib.runner.prove.stand_in import with_empty_checks
from tests.projects import ROOT

SCENARIO = read_scenario(ROOT / "notebooks" / "p0" / "w4_sequence_integrity.ipynb")


def test_the_copy_replaces_the_checks_before_the_notebook_takes_them(tmp_path: Path) -> None:
    cells = notebook_cells(with_empty_checks(SCENARIO, tmp_path).path)
    tags = [tag for cell, _ in cells if cell["cell_type"] == "code" for tag in cell["metadata"]["tags"]]
    assert tags == ["parameters", "stand-in", "arrange", "act", "assert", "charts", "verdict"]


def test_every_check_passes_on_nothing_at_all() -> None:
    program = (
        "from gp_lib.runner.prove.stand_in import always_pass; always_pass()\n"
        "from gp_lib import checks\n"
        "names = [name for name in checks.__all__ if name != 'conduct']\n"
        "made = [getattr(checks, name)(None, limit_s=1) for name in names] + checks.conduct(None)\n"
        "print({check.verdict.value for check in made}, [check.name for check in made] == names + ['acted_to_the_end'])"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout == "{'pass'} True\n"
