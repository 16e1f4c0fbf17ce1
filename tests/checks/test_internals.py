"""What programs, stores and settings let slip is found by its structure; sentences about them are no alarm."""

import json
from pathlib import Path

import pytest

from gp_lib import checks
from gp_lib.checks.internals import internals_in
from gp_lib.history import Event, History
from gp_lib.verdict import Check, Ruling
from tests.histories import tell

DATA = Path(__file__).parent / "data"
INTERNALS = dict(line.split("|", 1) for line in (DATA / "internals.txt").read_text().splitlines())
HARMLESS = (DATA / "harmless.txt").read_text().splitlines()
EXAMPLES = sorted((Path(__file__).parents[2] / "runs" / "example").glob("*/history.jsonl*"))


def spoken(line: str) -> str:
    r"""The text of a line: ``\n`` and ``\t`` are a line break and a tab, ``\\`` is a backslash."""
    return line.replace("\\\\", "\0").replace("\\n", "\n").replace("\\t", "\t").replace("\0", "\\")


def told(text: str) -> Check:
    """What is said of an error, and of an answer, that is ``text``."""
    words = json.dumps(spoken(text))
    return checks.no_secret_in_any_frame(tell(f"amy a1 data fails cost#1 {words}\namy a2 report says {words}").history)


@pytest.mark.parametrize("name", INTERNALS)
def test_every_internal_is_found(name: str) -> None:
    assert told(INTERNALS[name]).verdict is Ruling.FAIL


@pytest.mark.parametrize("sentence", HARMLESS)
def test_no_harmless_sentence_is_an_alarm(sentence: str) -> None:
    found = told(sentence)
    assert found.verdict is Ruling.PASS, found.message


def test_the_lists_are_long_enough_to_mean_something() -> None:
    assert len(INTERNALS) >= 60
    assert len(set(HARMLESS)) >= 200


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda path: path.parent.name)
def test_what_a_good_platform_said_is_no_alarm(folder: Path) -> None:
    history = History.load(folder.with_name("history.jsonl"))
    assert any(True for _ in history.indexed(Event))
    assert checks.no_secret_in_any_frame(history).verdict is Ruling.PASS


def test_an_internal_is_found_in_json_inside_of_a_text() -> None:
    inner = json.dumps({"detail": json.dumps({"stack": "at f (/app/a.js:1:2)"})})
    assert "a stack trace" in told(inner).message or told(inner).verdict is Ruling.FAIL


def test_a_setting_is_found_as_a_field_of_a_frame() -> None:
    frame = json.dumps({"type": "error_message", "details": {"db_password": "correcthorse"}})
    event = tell("amy erred NOT_FOUND").history[0]
    assert isinstance(event, Event)
    changed = Event(**{name: getattr(event, name) for name in Event.__slots__} | {"frame": frame})
    assert checks.no_secret_in_any_frame(History([changed])).message == "error_message of amy carries a password"


def test_invisible_characters_hide_no_internal() -> None:
    assert internals_in("SEL\u200bECT * FROM us\u00aders") == ("SQL",)


def test_what_a_person_asked_may_be_repeated_to_them_and_to_nobody_else() -> None:
    asked = "amy a1 supervisor starts SELECT * FROM users\namy asked a [content=x]"
    own = tell(asked).history
    question = own[1]
    assert checks.no_secret_in_any_frame(own).verdict is Ruling.FAIL
    question.detail["content"] = "SELECT * FROM users"  # type: ignore[union-attr, index]
    assert checks.no_secret_in_any_frame(own).verdict is Ruling.PASS


def test_a_text_of_a_hundred_thousand_characters_is_searched_in_seconds_whatever_it_is() -> None:
    for piece in ("a.", "a/", "at ", "select a from ", "C:\\", "host=a ", "A_B=1 ", "\n", "(", "a-", "::"):
        assert "a stack trace" not in internals_in(piece * (100_000 // len(piece)))
