"""Every error says one sentence, carries its data, and names the next step where there is one."""

import inspect
from pathlib import Path

import pytest

from gp_lib import errors
from gp_lib.errors import (
    ConnectionLost,
    Damaged,
    NotReady,
    ParameterError,
    SettingsError,
    UnexpectedReply,
    UnsafeTarget,
    WorkbenchError,
    WrongScenario,
)

LOST = ConnectionLost("amy/1", code=1006, reason="reset", silent_s=0.25)
EXAMPLES: list[tuple[WorkbenchError, str]] = [
    (WrongScenario("a4", "a5"), "this notebook is run as 'a5', but names 'a4': let `begin` name it as its file"),
    (Damaged(Path("runs/b/batch.json"), "began: it is missing"), "runs/b/batch.json is damaged: began: it is missing"),
    (SettingsError("GPATH_X", "is missing"), "GPATH_X: is missing"),
    (
        NotReady("Valkey", "no PONG within 10 s", todo="look into its log", log_tail="bind: in use\n"),
        "Valkey is not ready: no PONG within 10 s.\nIts last log lines:\nbind: in use\nWhat to do: look into its log",
    ),
    (NotReady("Valkey", "no PONG", todo="wait", log_tail=" \n"), "Valkey is not ready: no PONG.\nWhat to do: wait"),
    (ParameterError("a4", "unknown parameter 'x'", ["y", "z"]), "a4: unknown parameter 'x'. It has: y, z."),
    (ParameterError("a4", "min_tools is no number"), "a4: min_tools is no number."),
    (LOST, "amy/1 was lost (close code 1006, reset, 0.250 s after its last message)"),
    (
        ConnectionLost("amy/1", code=None, reason="", silent_s=None),
        "amy/1 was lost (no close frame)",
    ),
    (UnexpectedReply("HTTP 200", "HTTP 500"), "expected HTTP 200, but came HTTP 500"),
    (
        UnsafeTarget("d3", "prod", "it breaks things"),
        "d3 is refused on target 'prod': it breaks things",
    ),
]


@pytest.mark.parametrize(("error", "sentence"), EXAMPLES, ids=[type(error).__name__ for error, _ in EXAMPLES])
def test_an_error_is_a_sentence(error: WorkbenchError, sentence: str) -> None:
    assert str(error) == sentence


def test_an_error_carries_its_data() -> None:
    assert (LOST.what, LOST.code, LOST.reason, LOST.silent_s) == ("amy/1", 1006, "reset", 0.25)


def test_every_error_of_the_tree_has_an_example() -> None:
    tree = {kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, WorkbenchError)}
    assert tree - {WorkbenchError} == {type(error) for error, _ in EXAMPLES}


def test_a_long_text_keeps_its_beginning_and_its_end() -> None:
    text = errors.shortened("begins" + "x" * 100_000 + "ends")
    assert text.startswith("begins")
    assert text.endswith("ends")
    assert "96,070 characters left out" in text
    assert len(text) <= errors.MAX_TEXT


@pytest.mark.parametrize("length", [99, 100, 101, 5000, 10**7])
def test_a_text_that_was_shortened_is_not_shortened_again(length: int) -> None:
    once = errors.shortened("x" * length, 100)
    assert len(once) <= 100
    assert errors.shortened(once, 100) == once
