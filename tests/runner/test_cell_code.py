"""Cells are read as the kernel reads them, also where they hold IPython's own spellings."""

import ast
import subprocess
import sys

import pytest

from gp_lib.errors import ParameterError
from gp_lib.runner.cell_code import parsed

CALL = "begin(effect='reads')"


@pytest.mark.parametrize(
    "source",
    [
        CALL,
        f"run = await {CALL}",
        f"%load_ext autoreload\n%autoreload 2\n{CALL}",
        f"!pip install -q x\n{CALL}",
        f"{CALL}\nbegin?",
        f"files = !ls\n{CALL}",
        f"%%time\n{CALL}",
        f"\n%%capture out\n{CALL}",
        f"%%time\n%matplotlib inline\n{CALL}",
        f"    {CALL}\n    %pwd",
    ],
)
def test_ipythons_spellings_are_understood(source: str) -> None:
    assert CALL in ast.unparse(parsed("x1", "arrange", source))


@pytest.mark.parametrize("source", ["begin(", "x = = 5", "%%time\nx = = 5", "\x00", "(" * 5000, "if x:\n!"])
def test_what_is_not_python_is_one_sentence(source: str) -> None:
    with pytest.raises(ParameterError, match=r"^x1: (line \d+ of )?its arrange cell (is not|cannot be read as) Python"):
        parsed("x1", "arrange", source)


def test_a_cell_that_runs_nothing_of_python_begins_nothing() -> None:
    assert "begin(" not in [
        ast.unparse(node.func)
        for node in ast.walk(parsed("x1", "arrange", f"%%bash\n{CALL}"))
        if isinstance(node, ast.Call)
    ]


def test_ipython_is_imported_only_for_cells_that_need_it() -> None:
    code = "import sys; from gp_lib.runner import cell_code; cell_code.parsed('x', 'y', 'a = 1')"
    code += "; print('IPython' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
