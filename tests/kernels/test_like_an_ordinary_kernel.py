"""A forked kernel cannot be told from a freshly started one."""

import os
import re
from pathlib import Path
from typing import Any

import pytest

from gp_lib.kernels.keeper import close_keepers
from tests.kernels.battery import CELLS
from tests.notebooks_made import ORDINARY, WARM, code_cell, run_cells

VOLATILE = re.compile(r"0x[0-9a-f]+|ipykernel_\d+/\d+\.py|ipykernel_\d+|Cell In\[\d+\]|pid=\d+|/tmp/\S+|\d+\.py")
Outputs = dict[str, list[Any]]


async def outputs(folder: Path, kernel: str) -> Outputs:
    """What each cell of the battery gives in this kernel, without what differs from process to process."""
    env = {
        **os.environ,
        "GPATH_TESTED": "yes",
        "GPATH_FOLDER": str(folder),
        "TZ": "Pacific/Auckland",
        "TMPDIR": str(folder),
    }
    notebook = await run_cells(folder, *CELLS.values(), kernel=kernel, env=env, tags=["raises-exception"])
    assert notebook.metadata.papermill["kernel"] == ("warm" if kernel == WARM else "ordinary")
    return {name: shown(code_cell(notebook, number)) for number, name in enumerate(CELLS, start=1)}


def shown(cell: Any) -> list[Any]:
    """The outputs in an order of their own; a stream is one, in however many pieces it came."""
    streams: dict[str, str] = {}
    found: list[Any] = []
    for output in cell.outputs:
        kind = output.output_type
        if kind == "stream":
            streams[output.name] = streams.get(output.name, "") + output.text
        elif kind == "error":
            found.append(
                (output.ename, VOLATILE.sub("*", output.evalue), VOLATILE.sub("*", "\n".join(output.traceback)))
            )
        else:
            data = {mime: "image" if mime == "image/png" else text for mime, text in output.data.items()}
            found.append((kind, VOLATILE.sub("*", str(data))))
    found += [(name, VOLATILE.sub("*", text)) for name, text in streams.items()]
    return sorted(map(str, found))


@pytest.fixture(scope="module")
async def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outputs, Outputs]:
    close_keepers()  # the next one imports everything that scenarios use
    return (
        await outputs(tmp_path_factory.mktemp("warm"), WARM),
        await outputs(tmp_path_factory.mktemp("ordinary"), ORDINARY),
    )


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_gives_the_same_in_both(both: tuple[Outputs, Outputs], name: str) -> None:
    warm, ordinary = both
    assert warm[name] == ordinary[name]


def test_the_battery_shows_what_it_is_for(both: tuple[Outputs, Outputs]) -> None:
    warm, _ = both
    assert "image/png" in str(warm["inline figure"])
    assert "inline" in str(warm["inline figure"])
    assert "ZeroDivisionError" in str(warm["traceback"])
    assert "[1, 4, 9]" in str(warm["multiprocessing by fork"])
    assert "NZDT" in str(warm["locale and time zone"])
    assert warm["project"] == ["('stdout', '[]\\n')"]
