"""Every notebook has the one shape, and the index tells the truth."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from gp_lib.runner.catalogue import ROLES, discover, notebook_cells
from gp_lib.runner.index import index
from tests.projects import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*/*.ipynb"))
HEADINGS = ("Question", "Why P0", "What happens", "Passes when", "Fails on")
MAX_CODE_LINES, MAX_CELL_LINES = 60, 15

pytestmark = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code_cells(path: Path) -> dict[str, str]:
    return {cell["metadata"]["tags"][0]: text for cell, text in notebook_cells(path) if cell["cell_type"] == "code"}


def code_lines(source: str) -> int:
    return sum(bool(line.strip()) for line in source.splitlines())


def nodes(source: str) -> list[ast.AST]:
    tree = compile(source, "cell", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    return list(ast.walk(tree))


def test_it_has_one_cell_a_role_in_order(path: Path) -> None:
    tags = [cell["metadata"].get("tags") for cell, _ in notebook_cells(path) if cell["cell_type"] == "code"]
    assert tags == [[role] for role in ROLES]


def test_it_begins_with_a_title_that_answers_the_five_questions(path: Path) -> None:
    title = notebook_cells(path)[0][1]
    assert title.startswith(f"# {path.stem.split('_')[0].upper()} ")
    assert [heading for heading in HEADINGS if f"**{heading}" not in title] == []
    assert all(f"*{part}:*" in title for part in ("Segment", "Goal", "Value", "Strategic impact"))


def test_its_title_has_tags_that_are_no_other_names_too(path: Path) -> None:
    all_of_them = discover(ROOT / "notebooks")
    others = {name for one in all_of_them for name in (one.name, one.name[:2], one.suite, one.phase, one.effect)}
    tags = discover_one(path).tags
    assert tags
    assert list(tags) == sorted({tag for tag in tags if tag.isalpha() and tag.islower()} - others - {*ROLES})


def test_a_paragraph_of_prose_stands_before_every_code_cell(path: Path) -> None:
    kinds = [cell["cell_type"] for cell, _ in notebook_cells(path)]
    assert kinds == ["markdown"] + ["markdown", "code"] * len(ROLES)


def test_it_carries_no_outputs_and_no_counts(path: Path) -> None:
    cells: list[dict[str, Any]] = json.loads(path.read_text())["cells"]
    assert [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []


def test_every_parameter_has_a_comment(path: Path) -> None:
    bare = [p.name for p in discover_one(path).parameters if not p.comment]
    assert bare == []


def discover_one(path: Path) -> Any:
    return next(scenario for scenario in discover(ROOT / "notebooks") if scenario.path == path)


def test_a_parameter_with_a_unit_in_its_name_says_it_in_its_comment(path: Path) -> None:
    units = {"_s": "seconds", "_ms": "milliseconds", "_bytes": "bytes", "_pct": "percent"}
    wrong = [
        parameter.name
        for parameter in discover_one(path).parameters
        for ending, word in units.items()
        if parameter.name.endswith(ending) and word not in parameter.comment
    ]
    assert wrong == []


def test_it_is_short(path: Path) -> None:
    lines = {role: code_lines(source) for role, source in code_cells(path).items()}
    assert sum(lines.values()) <= MAX_CODE_LINES
    assert {role: count for role, count in lines.items() if count > MAX_CELL_LINES and role != "act"} == {}
    assert lines["act"] <= 2 * MAX_CELL_LINES


def test_it_defines_nothing_and_catches_nothing(path: Path) -> None:
    forbidden = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Try, ast.Lambda)
    assert [node for source in code_cells(path).values() for node in nodes(source) if isinstance(node, forbidden)] == []


def test_the_act_asserts_prints_and_sleeps_nowhere(path: Path) -> None:
    act = code_cells(path)["act"]
    assert not re.search(r"\b(assert|print|sleep)\b", act)
    blocks = [node for node in nodes(act) if isinstance(node, ast.AsyncWith)]
    assert "run.acting(" in ast.unparse(blocks[0])


def test_what_is_asked_is_a_parameter(path: Path) -> None:
    act = nodes(code_cells(path)["act"])
    texts = [node.value for node in act if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert [text for text in texts if re.search(r"[A-Za-z] \w.*[.?]", text)] == []


def test_the_assert_cell_uses_nothing_but_history_parameters_and_checks(path: Path) -> None:
    cells = code_cells(path)
    judged = [node for node in nodes(cells["assert"]) if isinstance(node, ast.Name)]
    own = {node.id for node in judged if isinstance(node.ctx, ast.Store)}
    given = {p.name for p in discover_one(path).parameters} | {"history", "checks", "Verdict", "contract", "range"}
    assert {node.id for node in judged} - own - given == set()


def test_the_index_has_its_row(path: Path) -> None:
    text = (ROOT / "notebooks" / "README.md").read_text()
    assert text == index(discover(ROOT / "notebooks"))
    assert path.stem in text
