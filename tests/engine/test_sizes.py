"""What fits is kept, and it is as large in the file as was said."""

import json

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gp_lib.engine.sizes import OUTPUT_BYTES, beginning, bounded_error, fitting, written

TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300) | st.text(alphabet='a\n\r\t"\\é😀\x00')


def in_a_file(text: str) -> int:
    """By how much a notebook's file grows when a cell prints ``text``."""
    cell = nbformat.v4.new_code_cell("")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    empty = len(nbformat.v4.writes_json(notebook).encode())
    cell.outputs = [nbformat.v4.new_output("stream", text=text)]
    return len(nbformat.v4.writes_json(notebook).encode()) - empty


@settings(deadline=None)
@given(TEXTS)
def test_a_text_takes_no_more_in_the_file_than_was_counted(text: str) -> None:
    assert in_a_file(text) <= written(text) + OUTPUT_BYTES


@settings(deadline=None)
@given(TEXTS, st.integers(min_value=-5, max_value=2000))
def test_the_longest_beginning_that_fits_is_kept(text: str, room: int) -> None:
    kept = beginning(text, room)
    assert text.startswith(kept)
    assert kept == "" or written(kept) <= room
    assert kept == text or written(text[: len(kept) + 1]) > room or len(kept) + 1 > room


def test_of_several_representations_the_small_ones_are_kept() -> None:
    data = {"text/html": "x" * 1000, "text/plain": "x", "application/json": {"a": [1, 2]}}
    assert set(fitting(data, 500)) == {"text/plain", "application/json"}
    assert set(fitting(data, 5000)) == set(data)
    assert fitting(data, 3) == {}


@pytest.mark.parametrize("frames", [1, 10, 5000])
def test_of_a_traceback_both_ends_are_kept(frames: int) -> None:
    content = bounded_error(
        {"ename": "E", "evalue": "v", "traceback": [f"frame {n} " + "." * 500 for n in range(frames)]}
    )
    assert content["traceback"][0].startswith("frame 0 ")
    assert content["traceback"][-1].startswith(f"frame {frames - 1} ")
    assert len(json.dumps(content)) < 100_000


def test_an_error_without_texts_is_one_too() -> None:
    assert bounded_error({"traceback": None}) == {"ename": "", "evalue": "", "traceback": []}
