"""One reader of notebooks: what tools leave out or put in makes no difference, what cannot be read is a sentence."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from gp_lib.errors import ParameterError
from gp_lib.runner.catalogue import discover, read_scenario
from gp_lib.runner.notebooks import notebook_cells, read_notebook
from gp_lib.runner.prepared import INJECTED, prepared, source_notebook
from tests.projects import ROOT
from tests.scenarios_made import write_scenario

Change = Callable[[Any], object]


def made(folder: Path, change: Change = lambda notebook: None) -> Path:
    """The file of a small scenario after a change of its JSON."""
    path = write_scenario(folder, "x1_one").path
    notebook = json.loads(path.read_text())
    change(notebook)
    path.write_text(json.dumps(notebook, ensure_ascii=False))
    return path


def on_cells(**words: object) -> Change:
    return lambda notebook: [cell.update(words) for cell in notebook["cells"]]


def without(*keys: str) -> Change:
    return lambda notebook: [cell.pop(key, None) for cell in notebook["cells"] for key in keys]


def metadata(**words: object) -> Change:
    return lambda notebook: notebook["metadata"].update(words)


def in_one_text(notebook: Any) -> None:
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])


HARMLESS: dict[str, Change] = {
    "no ids": without("id"),
    "one id for all": on_cells(id="same"),
    "an id that is not one": on_cells(id="a b/ü"),
    "ids of another type": on_cells(id=5),
    "no counts": without("execution_count"),
    "sources in one text": in_one_text,
    "unknown keys": on_cells(collapsed=True, prompt_number=3),
    "kernel without a language": metadata(kernelspec={"name": "python3", "display_name": "Python 3.12 (venv)"}),
    "kernel of another name": metadata(kernelspec={"name": "my-env", "display_name": "mine"}, language_info=None),
    "no kernel": lambda notebook: notebook.update(metadata={"language_info": {"name": "python"}}),
    "kernel is null": metadata(kernelspec=None, language_info={"name": "python"}),
    "language without a name": metadata(language_info={"version": "3.12"}),
    "an older minor": lambda notebook: notebook.update(nbformat_minor=2),
    "a newer minor": lambda notebook: notebook.update(nbformat_minor=9),
    "no version": lambda notebook: [notebook.pop("nbformat"), notebook.pop("nbformat_minor")],
    "tags that are null": lambda notebook: notebook["cells"][0].update(metadata={"tags": None}),
    "metadata of a cell left out": lambda notebook: notebook["cells"][0].pop("metadata"),
    "metadata of a cell is null": lambda notebook: notebook["cells"][0].update(metadata=None),
    "papermill's metadata of another type": metadata(papermill=[1], gpath=None),
    "a number that JSON does not have": metadata(widgets=float("nan")),
}


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS)
def test_what_tools_leave_out_or_put_in_makes_no_difference(tmp_path: Path, change: Change) -> None:
    before = write_scenario(tmp_path / "as-it-was", "x1_one")
    path = made(tmp_path, change)
    scenario = read_scenario(path)
    assert (scenario.title, scenario.question, scenario.parameters) == (
        before.title,
        before.question,
        before.parameters,
    )
    node = prepared(path, {"ruling": "fail"})
    nbformat.validate(node, relax_add_props=False)
    assert (node.metadata.kernelspec.language, node.metadata.language_info.name) == ("python", "python")
    assert [cell.source for cell in node.cells if INJECTED not in cell.metadata.tags] == [
        source for _, source in notebook_cells(before.path)
    ]
    json.dumps(node, allow_nan=False)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_every_encoding_of_json_and_every_line_end_is_read(tmp_path: Path, encoding: str, ends: str) -> None:
    path = made(tmp_path, on_cells(source="# ünï\r\nx = 1"))
    indented = json.dumps(json.loads(path.read_text()), indent=1, ensure_ascii=False)
    path.write_bytes(indented.replace("\n", ends).encode(encoding))
    assert {source for _, source in notebook_cells(path)} == {"# ünï\nx = 1"}


def test_a_notebook_of_format_3_is_read_as_one_of_format_4(tmp_path: Path) -> None:
    path = made(tmp_path)
    before = [(cell["metadata"]["tags"], source) for cell, source in notebook_cells(path)]
    old = nbformat.convert(nbformat.read(path, as_version=4), 3)
    path.write_text(json.dumps(old))
    assert [(cell["metadata"]["tags"], source) for cell, source in notebook_cells(path)] == before
    nbformat.validate(prepared(path, {}))


REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "it is empty"),
    "blank": (b" \n", "it is empty"),
    "a byte order mark alone": (b"\xef\xbb\xbf", "not JSON"),
    "a list": (b"[]", "JSON, but not a notebook"),
    "a number": (b"5", "JSON, but not a notebook"),
    "an object": (b"{}", "its nbformat is None"),
    "a trailing comma": (b'{"nbformat": 4,\n "cells": [],\n}', "not JSON .* in line 3"),
    "a conflict": (b'{\n<<<<<<< HEAD\n"nbformat": 4}', "not JSON .* in line 2"),
    "cut off": (b'{"nbformat": 4, "cells": [', "not JSON"),
    "bytes": (b"\xff\xfe\xff\x00\xd8", "not text"),
    "nested": (b"[" * 100_000, "nested too deeply"),
    "a long number": (b'{"nbformat": ' + b"9" * 5000 + b"}", "digits"),
    "format 5": (b'{"nbformat": 5, "cells": []}', "its nbformat is 5, and 4 is the one that can be read"),
    "format true": (b'{"nbformat": true, "cells": []}', "its nbformat is True"),
    "a damaged format 3": (b'{"nbformat": 3, "worksheets": 5}', "its nbformat is 3, and it cannot be converted"),
    "no cells": (b'{"nbformat": 4}', "no list of cells"),
    "cells null": (b'{"nbformat": 4, "cells": null}', "no list of cells"),
    "a cell of another type": (b'{"nbformat": 4, "cells": [5]}', "its cell 1 is not a cell"),
    "no type": (b'{"nbformat": 4, "cells": [{"source": ""}]}', "its cell 1 is not of a type"),
    "an unknown type": (b'{"nbformat": 4, "cells": [{"cell_type": "sql", "source": ""}]}', "code, markdown, raw"),
    "no source": (b'{"nbformat": 4, "cells": [{"cell_type": "raw"}]}', "the source of its cell 1 is not text"),
    "half a character": (
        b'{"nbformat": 4, "cells": [{"cell_type": "raw", "source": "\\ud800"}]}',
        "the source of its cell 1 is not valid Unicode",
    ),
}


@pytest.mark.parametrize(("content", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "x1_damaged.ipynb"
    path.write_bytes(content)
    with pytest.raises(ParameterError, match=sentence) as refused:
        read_notebook(path)
    assert str(refused.value).startswith("x1_damaged: x1_damaged.ipynb is not a readable notebook: ")
    assert "\n" not in str(refused.value)


INVALID: dict[str, tuple[Change, str]] = {
    "no outputs": (without("outputs"), "has no list of outputs: save it in JupyterLab"),
    "outputs null": (on_cells(outputs=None), "has no list of outputs"),
    "metadata null": (
        lambda notebook: notebook.update(metadata=None),
        "nothing in x1_one.ipynb says that it is Python",
    ),
    "no kernel and no language": (lambda notebook: notebook.update(metadata={}), "nothing in x1_one.ipynb says"),
    "R": (metadata(kernelspec={"name": "ir", "language": "R"}), "is written in R, and scenarios are in Python"),
    "Julia": (metadata(language_info={"name": "julia"}), "is written in julia"),
}


@pytest.mark.parametrize(("change", "sentence"), INVALID.values(), ids=INVALID)
def test_what_could_not_be_executed_is_refused_when_it_is_listed(tmp_path: Path, change: Change, sentence: str) -> None:
    with pytest.raises(ParameterError, match=sentence):
        read_scenario(made(tmp_path, change))


def a_folder(path: Path) -> None:
    path.mkdir()


def a_dangling_link(path: Path) -> None:
    path.symlink_to("nowhere.ipynb")


def a_link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize("make", [a_folder, a_dangling_link, a_link_to_itself, a_pipe])
def test_what_is_not_a_file_is_named_beside_what_is_good(tmp_path: Path, make: Callable[[Path], None]) -> None:
    write_scenario(tmp_path, "x1_good")
    make(tmp_path / "p0" / "x2_bad.ipynb")
    found = discover(tmp_path)
    assert [scenario.name for scenario in found] == ["x1_good"]
    (bad,) = found.unreadable
    assert bad.name == "x2_bad"
    assert re.search(r"it is a folder|it is not a file|No such file|symbolic links", bad.unreadable)


def test_what_an_earlier_execution_has_left_in_a_source_is_not_run(tmp_path: Path) -> None:
    path = made(tmp_path, metadata(papermill={"parameters": {"users": 7}}))
    notebook = json.loads(path.read_text())
    left = {"cell_type": "code", "metadata": {"tags": [INJECTED]}, "source": "ruling = 'fail'", "outputs": [{}]}
    notebook["cells"].insert(2, left)
    path.write_text(json.dumps(notebook))
    source = source_notebook(path)
    assert INJECTED not in [tag for cell in source["cells"] for tag in cell["metadata"]["tags"]]
    assert prepared(path, {}).metadata.papermill.parameters == {}


def test_all_our_own_notebooks_can_be_read() -> None:
    found = discover(ROOT / "notebooks")
    assert found.unreadable == ()
    assert len(found) > 10


def test_parameters_are_set_as_the_python_that_they_are(tmp_path: Path) -> None:
    values = {"a": "\"'\n{x}%s\\", "b": None, "c": (1, "2"), "d": {"k": [1.5, True]}, "e": -3}
    injected = next(cell for cell in prepared(made(tmp_path), values).cells if INJECTED in cell.metadata.tags)
    names: dict[str, object] = {}
    exec(injected.source, names)
    assert {name: names[name] for name in values} == values
