"""Secrets are taken out of every text, and nothing else is."""

import json
import uuid

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gp_lib.redaction.known import is_weak
from gp_lib.redaction.redactor import MARK, Redactor, mark
from tests.planted import KINDS, KNOWN, core_of, text_of


@pytest.fixture
def redactor() -> Redactor:
    made = Redactor()
    made.know(KNOWN, "password")
    return made


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("around", ["{}", "before {} after", "error: {}\n", '{{"said": {}}}'])
def test_a_secret_of_every_kind_leaves_a_mark(redactor: Redactor, kind: str, around: str) -> None:
    text = around.format(json.dumps(text_of(kind)) if '"' in around else text_of(kind))
    cleaned = redactor.clean(text)
    assert core_of(kind) not in cleaned
    assert MARK.search(cleaned)


def test_a_known_secret_is_found_between_the_same_characters_that_it_is_made_of() -> None:
    redactor = Redactor()
    redactor.know("aaaaaaaa", "secret")
    assert "aaaaaaaa" not in redactor.clean("a" * 21)


def test_the_same_value_has_the_same_mark_and_another_one_another() -> None:
    redactor = Redactor()
    redactor.know("first-secret", "token")
    redactor.know("second-secret", "token")
    assert redactor.clean("first-secret first-secret") == f"{mark('token', 'first-secret')} " * 1 + mark(
        "token", "first-secret"
    )
    assert redactor.clean("first-secret") != redactor.clean("second-secret")


def test_a_mark_tells_the_kind_and_four_digits() -> None:
    found = MARK.fullmatch(mark("jwt", "value"))
    assert found
    assert (found["kind"], len(found["digest"])) == ("jwt", 4)


def test_cleaning_twice_changes_nothing(redactor: Redactor) -> None:
    once = redactor.clean(" ".join(map(text_of, KINDS)))
    assert redactor.clean(once) == once


@pytest.mark.parametrize(
    "text",
    [
        f'{{"event_id": "{uuid.uuid4()}", "canary": "gpc-{uuid.uuid4().hex}"}}',
        "the password was wrong; the token has expired; a secret of success",
        'jwt = {"issuer": "golden-path", "audience": "golden-path-platform"}',
        "https://example.com/a?b=c#d and postgres://127.0.0.1:5432/db and GET http://u@h/",
        "password = settings.password",
        "a sha256 " + "0123456789abcdef" * 4,
        "api_key=None, token: str, Bearer token",
        "",
    ],
)
def test_what_is_no_secret_stays(redactor: Redactor, text: str) -> None:
    assert redactor.clean(text) == text


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=8, max_size=40), st.text(), st.text())
def test_any_known_value_is_found_wherever_it_stands(value: str, before: str, after: str) -> None:
    assume(not is_weak(value))
    redactor = Redactor()
    redactor.know(value, "secret")
    assert value not in redactor.clean(before + value + after) or value in mark("secret", value)
    line = json.dumps({"a": before + value + after})
    assert json.dumps(value)[1:-1] not in redactor.clean(line)


def test_values_too_short_to_be_told_from_words_are_left_alone() -> None:
    redactor = Redactor()
    redactor.know("the", "secret")
    redactor.know(None, "secret")
    assert redactor.clean("the end") == "the end"


def test_a_key_over_several_lines_is_one_secret_also_when_its_end_is_missing(redactor: Redactor) -> None:
    lines = ["a\n", "-----BEGIN PRIVATE KEY-----\n", "abcdef\n", "-----END PRIVATE KEY-----\n", "b\n"]
    assert MARK.sub("M", redactor.clean("".join(lines))) == "a\nM\nb\n"
    assert MARK.sub("M", redactor.clean("".join(lines[:3]) + "{kept}")) == "a\nM{kept}"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ended", [True, False])
def test_json_stays_json(redactor: Redactor, kind: str, *, ended: bool) -> None:
    lines = text_of(kind).splitlines(keepends=True)
    shown = {
        "a": [f"{text_of(kind)} after", *(lines if ended else lines[:-1]), "(end)"],
        "b": json.dumps(text_of(kind)),
    }
    for indent in (None, 1):
        cleaned = redactor.clean(json.dumps(shown, indent=indent))
        assert set(json.loads(cleaned)) == {"a", "b"}
        assert core_of(kind) not in cleaned
