"""A question's gaps are filled, and a question without the gap is refused."""

import pytest

from gp_lib.errors import ParameterError
from gp_lib.workload import fill


def test_each_gap_is_filled_and_other_braces_stay() -> None:
    assert fill("Compare {id} with {id}: {} {x} {{", id="INV-1") == "Compare INV-1 with INV-1: {} {x} {{"


def test_a_question_without_the_gap_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"'Which savings\?': it needs the placeholder \{id\}"):
        fill("Which savings?", id="INV-1")
