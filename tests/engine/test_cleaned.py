"""A notebook is saved without secrets: in sources, outputs, metadata, tags, ids and attachments; and it stays one."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from gp_lib import redaction
from gp_lib.engine.cleaned import cleaned, text_of
from gp_lib.redaction.redactor import MARK

TOKEN = "gh" + "p_" + "Ab3dEf6hIj9kLmN0pQrStUvWxYz123456789"
CORE = TOKEN[8:24]
PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(256))).decode()


def stream(text: str, name: str = "stdout") -> Any:
    return nbformat.v4.new_output("stream", name=name, text=text)


def of_cells(*cells: Any) -> Any:
    return nbformat.v4.new_notebook(
        cells=list(cells), metadata={"kernelspec": {"name": "python3", "display_name": "P"}}
    )


def with_outputs(*outputs: Any) -> Any:
    return of_cells(nbformat.v4.new_code_cell("1", outputs=list(outputs)))


IN_PLACES = {
    "source": of_cells(nbformat.v4.new_code_cell(f"token = '{TOKEN}'")),
    "markdown": of_cells(nbformat.v4.new_markdown_cell(f"see ![x](attachment:{TOKEN}.png)")),
    "attachment": of_cells(
        nbformat.v4.new_markdown_cell(
            "x", attachments={f"{TOKEN}.png": {"image/png": base64.b64encode(TOKEN.encode()).decode()}}
        )
    ),
    "tag": of_cells(nbformat.v4.new_code_cell("1", metadata={"tags": [TOKEN], "note": {"deep": [TOKEN]}})),
    "id": of_cells(nbformat.v4.new_code_cell("1", id=TOKEN)),
    "stream": with_outputs(stream(f"a {TOKEN} b\n")),
    "letters": with_outputs(*(stream(letter) for letter in f"a {TOKEN} b\n")),
    "letters among those of stderr": with_outputs(
        *(each for letter in TOKEN for each in (stream(letter), stream("e", "stderr")))
    ),
    "cells": of_cells(*(nbformat.v4.new_code_cell("1", outputs=[stream(letter)]) for letter in TOKEN)),
    "HTML": with_outputs(nbformat.v4.new_output("display_data", {"text/html": f"<td>{TOKEN}</td>"})),
    "JSON": with_outputs(nbformat.v4.new_output("display_data", {"application/json": {"list": [{"k": TOKEN}]}})),
    "key of JSON": with_outputs(nbformat.v4.new_output("display_data", {"application/vnd.x+json": {TOKEN: 1}})),
    "traceback": with_outputs(
        nbformat.v4.new_output(
            "error",
            ename="E",
            evalue=f"bad {TOKEN}",
            traceback=[f"\x1b[31mE\x1b[0m: \x1b[32m{TOKEN[:9]}\x1b[0m{TOKEN[9:]}"],
        )
    ),
}


@pytest.mark.parametrize("place", IN_PLACES)
def test_a_token_is_taken_out_and_the_notebook_stays_one(place: str) -> None:
    text = text_of(IN_PLACES[place])
    nb = nbformat.reads(text, as_version=4)
    nbformat.validate(nb)
    assert CORE not in text
    assert CORE not in "".join(output.get("text", "") for cell in nb.cells for output in cell.get("outputs", ()))
    assert base64.b64encode(TOKEN.encode()).decode() not in text


def test_what_is_no_secret_stays_as_it_is() -> None:
    nb = of_cells(
        nbformat.v4.new_markdown_cell("# Title", attachments={"a.png": {"image/png": PICTURE}}),
        nbformat.v4.new_code_cell(
            "x = 1", outputs=[stream("1\n"), nbformat.v4.new_output("display_data", {"image/png": PICTURE})]
        ),
    )
    assert cleaned(nb) == nb
    assert nbformat.reads(text_of(nb), as_version=4) == nb


def test_a_weak_password_leaves_the_structure_of_a_notebook_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    redactor = redaction.Redactor()
    for word in ("source", "outputs", "code", "stream", "stdout", "python3"):
        redactor.know(word, "password")
    monkeypatch.setattr(redaction, "clean", redactor.clean)
    nb = with_outputs(stream("the source of outputs\n"))
    assert cleaned(nb) == nb


def test_a_notebook_is_strict_json() -> None:
    nb = with_outputs(nbformat.v4.new_output("display_data", {"application/json": {"a": float("nan")}}))
    told = json.loads(text_of(nb), parse_constant=pytest.fail)
    assert told["cells"][0]["outputs"][0]["data"]["application/json"] == {"a": "NaN"}


def test_papermill_writes_and_says_nothing_of_a_token_either(tmp_path: Path) -> None:
    nb = of_cells(
        nbformat.v4.new_code_cell(f"for c in {TOKEN!r}: print(c, end='', flush=True)"),
        nbformat.v4.new_code_cell(f"raise RuntimeError('bad ' + {TOKEN!r})"),
    )
    nbformat.write(nb, tmp_path / "in.ipynb")
    command = [sys.executable, "-m", "papermill", "--engine", "gpath", "-k", "python3", "--log-output"]
    ran = subprocess.run(
        [*command, "in.ipynb", "out.ipynb"], cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False
    )
    assert ran.returncode == 1
    assert CORE not in ran.stdout + ran.stderr
    assert CORE not in (tmp_path / "out.ipynb").read_text()
    assert MARK.search((tmp_path / "out.ipynb").read_text())
