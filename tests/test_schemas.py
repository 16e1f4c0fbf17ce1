"""What saved evidence has to look like, and the objects that it is read into, have the same fields."""

from dataclasses import fields
from typing import Any

import pytest

from gp_lib.history import Event, Fault, Operation, Reading
from gp_lib.runner.entry import Entry
from gp_lib.runner.schemas import BatchSchema, EntrySchema
from gp_lib.schemas import RECORDS, CheckSchema, Schema, fitted
from gp_lib.verdict import Check
from tests.runner.batches import CASES
from tests.runner.batches import entry as an_entry

NOT_SAVED = ("validity",)
"""What a verdict is made with here, and says in a check of its own."""

CHECK = {"name": "kept", "verdict": "pass", "requirement": "it keeps", "witnesses": [1]}


@pytest.mark.parametrize(
    ("schema", "made"),
    [(CheckSchema, Check), *((RECORDS[kind.kind], kind) for kind in (Operation, Event, Reading, Fault))],
)
def test_every_field_of_what_is_read_is_in_its_schema(schema: type[Schema], made: Any) -> None:
    saved = [field.name for field in fields(made) if field.name not in NOT_SAVED]
    assert [name for name in schema.model_fields if name != "kind"] == saved


def test_every_field_that_an_entry_is_written_with_is_in_its_schema(tmp_path: Any) -> None:
    written = an_entry(tmp_path, CASES[0])
    assert set(EntrySchema.model_fields) == {*written.to_json(), "machine", "notebook_sha256"}
    assert len(fields(Entry)) == len(EntrySchema.model_fields)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"name": 5}, "name: it should be a valid string"),
        ({"verdict": "PASS"}, "verdict: it should be 'pass', 'fail' or 'unknown'"),
        ({"measured": True}, "measured: it should be a valid number"),
        ({"measured": "7"}, "measured: it should be a valid number"),
        ({"limit": 10**400}, "limit: it should be a valid number"),
        ({"witnesses": [1, -1]}, r"witnesses\[1\]: it should be greater than or equal to 0"),
        ({"witnesses": {"0": 1}}, "witnesses: it should be a valid list"),
    ],
)
def test_a_problem_names_the_field_and_what_it_should_be(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=rf"^{problem}$"):
        fitted(CheckSchema, CHECK | change)


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_a_figure_without_an_end_is_read_from_its_word(word: str) -> None:
    assert str(fitted(CheckSchema, CHECK | {"measured": word}).measured) == str(float(word))


@pytest.mark.parametrize(
    "moment",
    ["", "x", "2026-11-25T10:00:00", "10000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "2026-02-30T10:00:00Z", 7],
)
def test_a_moment_that_is_not_one_everywhere_is_refused(moment: object) -> None:
    with pytest.raises(ValueError, match=r"^began: "):
        fitted(BatchSchema, {"scenarios": [], "began": moment})


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\0b", "é" * 128, "\ud800"])
def test_a_name_that_no_file_can_have_is_refused(name: str) -> None:
    row = {"scenario": "a", "title": "", "folder": name, "parameters": {}, "took_s": 1.0, "why": "", "checks": []}
    with pytest.raises(ValueError, match=r"^folder: "):
        fitted(EntrySchema, row | {"verdict": "unknown"})
