"""What a notebook shows is the last that was said, in the cell that said it, and never too large."""

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from gp_lib.engine.outputs import DROPPED, MAX_CELL_BYTES, MAX_NOTEBOOK_BYTES
from gp_lib.engine.states import State
from tests.notebooks_made import code_cell, run_cells, states, text_of

SLACK = 300 << 10
"""What a file has beside outputs: sources, states, marks, what is kept of errors."""

FRAMES = (
    "class Frame:\n    def __init__(self, n): self.n = n\n    def __repr__(self): return f'frame {self.n} ' + '.' * "
)


def shown(notebook: Any, number: int) -> list[str]:
    """The texts of a cell's displays."""
    return [str(output.data["text/plain"]) for output in code_cell(notebook, number).outputs if "data" in output]


async def run(folder: Path, *sources: str) -> Any:
    """A notebook of cells that all pass, valid and within its bounds."""
    notebook = await run_cells(folder, *sources, cell_s=120.0)
    assert set(states(notebook)) == {State.PASSED}, notebook.metadata["gpath"]
    nbformat.validate(notebook)
    assert (folder / "executed.ipynb").stat().st_size < len(sources) * MAX_CELL_BYTES + SLACK
    return notebook


@pytest.mark.parametrize("between", [(), ("print('between')",)], ids=["the next cell", "a later one"])
async def test_a_display_among_texts_is_updated_from(tmp_path: Path, between: tuple[str, ...]) -> None:
    pieces = "import sys, time\nfor n in range(4):\n    print(n); sys.stdout.flush(); time.sleep(0.3)\n"
    notebook = await run(
        tmp_path, f"{pieces}h = display('before', display_id=True)\n{pieces}", *between, "h.update('after')"
    )
    assert [output.output_type for output in code_cell(notebook, 1).outputs] == ["stream", "display_data", "stream"]
    assert shown(notebook, 1) == ["'after'"]


async def test_all_displays_of_one_id_are_updated_wherever_they_stand(tmp_path: Path) -> None:
    both = "h = display('one', display_id='x')\nprint('between')\ndisplay('other')\ndisplay('two', display_id='x');"
    notebook = await run(tmp_path, both, "print('here')\ndisplay('three', display_id='x');", "h.update('last')")
    assert shown(notebook, 1) == ["'last'", "'other'", "'last'"]
    assert shown(notebook, 2) == ["'last'"]
    assert shown(notebook, 3) == []


async def test_a_task_of_an_earlier_cell_updates_that_cells_display(tmp_path: Path) -> None:
    task = (
        "import asyncio\nh = display('before', display_id=True)\n"
        "async def later():\n    await asyncio.sleep(0.5)\n"
        "    print('of the task', flush=True)\n    h.update('after')\n"
        "t = asyncio.create_task(later())"
    )
    notebook = await run(tmp_path, task, "await t\nprint('of the cell')")
    assert shown(notebook, 1) == ["'after'"]
    assert text_of(code_cell(notebook, 1)) == "of the task\n"
    assert text_of(code_cell(notebook, 2)) == "of the cell\n"


async def test_a_live_display_shows_its_last_state_and_the_cell_its_last_words(tmp_path: Path) -> None:
    code = f"{FRAMES}30_000\nh = display(Frame(0), display_id=True)\nfor n in range(1, 100):\n    h.update(Frame(n))\n"
    notebook = await run(tmp_path, f"{code}print('and finally: 42')")
    assert [text[:9] for text in shown(notebook, 1)] == ["frame 99 "]
    assert text_of(code_cell(notebook, 1)) == "and finally: 42\n"


@pytest.mark.parametrize("wait", [True, False])
async def test_what_is_cleared_takes_no_room(tmp_path: Path, wait: bool) -> None:
    code = (
        f"{FRAMES}30_000\nfrom IPython.display import clear_output\n"
        f"for n in range(100):\n    clear_output(wait={wait})\n    display(Frame(n))\n    print('x' * 10_000)\n"
        "print('and finally: 42')"
    )
    notebook = await run(tmp_path, code)
    assert [text[:9] for text in shown(notebook, 1)] == ["frame 99 "]
    assert text_of(code_cell(notebook, 1)) == "x" * 10_000 + "\nand finally: 42\n"


async def test_a_display_that_was_cleared_is_not_updated_any_more(tmp_path: Path) -> None:
    code = (
        "from IPython.display import clear_output\nh = display('gone', display_id=True)\nclear_output()\ndisplay('new')"
    )
    notebook = await run(tmp_path, code, "h.update('wrong')")
    assert shown(notebook, 1) == ["'new'"]


async def test_an_update_that_is_too_large_leaves_no_stale_state_and_the_next_is_seen(tmp_path: Path) -> None:
    start = f"{FRAMES}2_000_000\nh = display('before', display_id=True)\n"
    notebook = await run(tmp_path, f"{start}h.update(Frame(1))", f"{start}h.update(Frame(1))\nh.update('small')")
    assert shown(notebook, 1) == [DROPPED]
    assert "were dropped here" in text_of(code_cell(notebook, 1))
    assert shown(notebook, 2) == ["'small'"]
    assert text_of(code_cell(notebook, 2)) == ""


async def test_an_update_from_a_later_cell_is_marked_where_it_is_missing(tmp_path: Path) -> None:
    notebook = await run(tmp_path, f"{FRAMES}2_000_000\nh = display('before', display_id=True)", "h.update(Frame(1))")
    assert "were dropped here" in text_of(code_cell(notebook, 1))
    assert text_of(code_cell(notebook, 2)) == ""


async def test_of_a_bundle_the_representations_that_fit_are_kept(tmp_path: Path) -> None:
    large = "display({'text/plain': 'a figure', 'text/html': '<b>' * 1_000_000, 'image/png': 'QUJD'}, raw=True)"
    notebook = await run(tmp_path, large)
    assert dict(code_cell(notebook, 1).outputs[0].data) == {"text/plain": "a figure", "image/png": "QUJD"}
    assert "were dropped here" in text_of(code_cell(notebook, 1))


FLOODS = {
    "lines": "print('\\n' * 5_000_000)",
    "carriage returns": "print('working\\r' * 1_000_000)",
    "characters that are escaped": "print('\\x00' * 3_000_000)",
    "characters of several bytes": "print('\\U0001F600' * 3_000_000)",
    "streams in turn": (
        "import sys\nfor n in range(6_000):\n    print(n, flush=True)\n    print(n, file=sys.stderr, flush=True)"
    ),
    "small displays": "for n in range(8_000):\n    display(n)",
    "small displays with an id": "for n in range(8_000):\n    display(n, display_id=str(n))",
    "a result": "'x' * 5_000_000",
    "metadata": "display({'text/plain': 'x'}, raw=True, metadata={'a': 'x' * 5_000_000})",
    "errors": (
        "for n in range(100):\n    try:\n        raise ValueError('x' * 100_000)\n"
        "    except ValueError:\n        get_ipython().showtraceback()"
    ),
}


@pytest.mark.parametrize("flood", FLOODS)
async def test_a_flood_is_bounded_as_it_is_written(tmp_path: Path, flood: str) -> None:
    await run(tmp_path, FLOODS[flood])


async def test_a_notebook_is_bounded_too_and_its_last_cell_says_so(tmp_path: Path) -> None:
    cells = ["print('x' * 1_000_000)"] * (MAX_NOTEBOOK_BYTES // MAX_CELL_BYTES + 4)
    notebook = await run_cells(tmp_path, *cells)
    assert (tmp_path / "executed.ipynb").stat().st_size < MAX_NOTEBOOK_BYTES + SLACK
    assert "were dropped here" in text_of(notebook.cells[-1])


WIDGET = (
    "from comm import create_comm\n"
    "def widget(**state):\n"
    "    about = {'_model_module': 'ours', '_model_name': 'M', '_model_module_version': '1'}\n"
    "    return create_comm(target_name='jupyter.widget', data={'state': {**about, **state}})\n"
    "def tell(comm, **state):\n    comm.send({'method': 'update', 'state': state, 'buffer_paths': []})\n"
)


async def test_the_state_of_widgets_is_the_last_one_and_bounded(tmp_path: Path) -> None:
    code = (
        f"{WIDGET}bar = widget(value=0)\nfor n in range(100):\n    tell(bar, value=n, text=str(n) * 500_000)\n"
        "tell(bar, text='done')\n"
        "for n in range(40):\n    widget(value='x' * 1_000_000)"
    )
    notebook = await run_cells(tmp_path, code, cell_s=120.0)
    assert states(notebook) == [State.PASSED] * 2
    assert (tmp_path / "executed.ipynb").stat().st_size < MAX_NOTEBOOK_BYTES + SLACK
    kept = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"].values()
    assert next(one.state.value for one in kept if "text" in one.state) == 99
    assert next(one.state.text for one in kept if "text" in one.state) == "done"
    assert "were dropped here" in text_of(code_cell(notebook, 1))


async def test_the_buffers_of_widgets_are_the_last_ones_and_bounded(tmp_path: Path) -> None:
    code = (
        f"{WIDGET}image = widget(width=1)\n"
        "def send(*path, size):\n"
        "    about = {'method': 'update', 'state': {}, 'buffer_paths': [list(path)]}\n"
        "    image.send(about, buffers=[bytes(size)])\n"
        "for n in range(50):\n    send('value', size=1_000_000)\n"
        "for n in range(50):\n    send('values', n, size=1_000_000)\n"
        "send('value', size=3)"
    )
    notebook = await run_cells(tmp_path, code, cell_s=120.0)
    assert states(notebook) == [State.PASSED] * 2
    assert (tmp_path / "executed.ipynb").stat().st_size < MAX_NOTEBOOK_BYTES + SLACK
    (kept,) = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"].values()
    assert next(one.data for one in kept.buffers if one.path == ["value"]) == "AAAA"
    assert "were dropped here" in text_of(code_cell(notebook, 1))


@pytest.mark.parametrize(
    "code",
    [
        "raise ValueError('x' * 8_000_000)",
        "raise type('X' * 1_000_000, (Exception,), {})('small')",
        "def f(n):\n    return f(n + 1)\nf('x' * 100_000)",
        "e = ValueError('y')\nfor n in range(2_000): e.add_note('x' * 10_000)\nraise e",
        "raise ExceptionGroup('many', [ValueError('x' * 10_000) for n in range(500)])",
        "import sys\nsys.exit('x' * 8_000_000)",
        "raise SyntaxError('x' * 8_000_000)",
    ],
)
async def test_an_error_is_bounded_in_all_its_texts_and_still_says_what_it_is(tmp_path: Path, code: str) -> None:
    notebook = await run_cells(tmp_path, code)
    assert states(notebook)[1] is State.FAILED
    assert (tmp_path / "executed.ipynb").stat().st_size < SLACK
    assert len(json.dumps(notebook.metadata["gpath"])) < 10_000


async def test_the_error_that_ended_the_cell_is_shown_after_a_flood_of_others(tmp_path: Path) -> None:
    notebook = await run_cells(tmp_path, f"{FLOODS['errors']}\nraise KeyError('the last')")
    errors = [output.ename for output in code_cell(notebook, 1).outputs if output.output_type == "error"]
    assert "KeyError" in errors
