"""What a platform's agents work on is named by its description, by the notebooks' parameters, and nowhere else."""

import re
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path

import pytest

from gp_lib.platforms import find_platform
from gp_lib.runner.catalogue import notebook_cells
from tests.projects import ROOT

USE_CASE = find_platform("golden_path").use_case
WORDS = (*astuple(USE_CASE.tools), re.sub(r"\d+$", "", USE_CASE.unknown_id()), "Which savings", "Total: ")
AT_HOME = tuple(ROOT / "gp_lib" / part for part in ("platforms/golden_path", "reference_platform"))


def code() -> Iterator[tuple[str, str]]:
    """Every module, and every cell of every notebook but its parameters, with where it stands."""
    for path in sorted((ROOT / "gp_lib").rglob("*.py")):
        if not any(path.is_relative_to(home) for home in AT_HOME):
            yield str(path.relative_to(ROOT)), path.read_text()
    for path in sorted((ROOT / "notebooks").glob("*/[a-z]*.ipynb")):
        yield from _cells(path)


def _cells(path: Path) -> Iterator[tuple[str, str]]:
    for cell, source in notebook_cells(path):
        if cell["cell_type"] == "code" and "parameters" not in cell["metadata"]["tags"]:
            yield path.name, source


def test_there_are_words_to_be_found() -> None:
    assert all(len(word) > 3 for word in WORDS)
    at_home = "".join(path.read_text() for home in AT_HOME for path in home.rglob("*.py"))
    assert [word for word in WORDS if word not in at_home and word != "Which savings"] == []


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_the_use_case_stands_nowhere_else(word: str) -> None:
    assert [where for where, source in code() if word in source] == []
