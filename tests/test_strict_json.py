"""JSON of strangers is read within bounds, and what is written can be read by anybody."""

import gzip
import json
from pathlib import Path
from typing import TextIO

import pytest

from gp_lib import strict_json
from gp_lib.errors import Damaged, WorkbenchError


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "Expecting value"),
        ("{} {}", "Extra data"),
        ("NaN", "NaN is not a JSON number"),
        ('{"a": [Infinity]}', "Infinity is not a JSON number"),
        ("[-Infinity]", "-Infinity is not a JSON number"),
        ("1e400", "the number 1e400 is too large"),
        ("9" * 5000, "a number has 5000 digits"),
        ("[" * 101 + "]" * 101, "nested more than 100 levels deep"),
        ('{"a":' * 200 + "1" + "}" * 200, "nested more than 100 levels deep"),
        ("[" * 1_000_000, "nested more than 100 levels deep"),
        ('{"verdict": "pass", "verdict": "fail"}', "the key 'verdict' stands twice"),
    ],
)
def test_what_is_out_of_bounds_is_refused_with_the_reason(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        strict_json.parse(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_any_encoding_of_unicode_is_read(encoding: str) -> None:
    assert strict_json.parse('{"ä": [1, null, 2.5, "\\ud800"]}'.encode(encoding)) == {"ä": [1, None, 2.5, "\ud800"]}


def test_what_is_as_deep_as_is_allowed_is_read() -> None:
    deep = "[" * strict_json.DEEPEST + "]" * strict_json.DEEPEST
    assert json.dumps(strict_json.parse(f"{deep}")) == deep


def test_many_brackets_that_are_not_in_each_other_are_not_deep() -> None:
    assert len(strict_json.parse(json.dumps([[[{}]]] * 1000))) == 1000


def test_a_folder_in_place_of_a_file_is_damage_and_a_missing_one_is_not(tmp_path: Path) -> None:
    with pytest.raises(Damaged, match="Is a directory"):
        strict_json.read(tmp_path)
    with pytest.raises(WorkbenchError, match="there is no such file") as missing:
        strict_json.read(tmp_path / "a.json")
    assert not isinstance(missing.value, Damaged)


def unpacked(path: Path) -> TextIO:
    return gzip.open(path, "rt", encoding="utf-8")


def test_a_line_that_unpacks_without_an_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl.gz"
    path.write_bytes(gzip.compress(b"x" * (strict_json.LONGEST_LINE + 10), compresslevel=1))
    with pytest.raises(Damaged, match="line 1: it is longer than anything that a run writes"):
        list(strict_json.lines(path, unpacked))


@pytest.mark.parametrize("damage", [slice(0, 60), slice(0, -4), slice(5, None)])
def test_a_damaged_packing_is_damage(tmp_path: Path, damage: slice) -> None:
    path = tmp_path / "history.jsonl.gz"
    path.write_bytes(gzip.compress(b"".join(b"%d\n" % number for number in range(10_000)))[damage])
    with pytest.raises(Damaged):
        list(strict_json.lines(path, unpacked))
