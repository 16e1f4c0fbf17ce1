"""A canary is found however it is written and wherever it is cut, and nothing else is taken for one."""

import base64
import itertools
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gp_lib.checks import canaries_stay_with_their_owner
from gp_lib.checks.search import Searched
from gp_lib.verdict import Ruling
from tests.histories import tell

MANY = settings(max_examples=60, deadline=None, derandomize=True)
Spelling = Callable[[str], str]

SPELLINGS: dict[str, Spelling] = {
    "plain": lambda text: text,
    "JSON": json.dumps,
    "JSON in JSON": lambda text: json.dumps({"text": json.dumps([text])}),
    "JSON, every character escaped": lambda text: "".join(f"\\u{ord(char):04X}" for char in text),
    "URL": lambda text: quote(text, safe=""),
    "URL, every byte escaped": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "URL of JSON": lambda text: quote(json.dumps(text)),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64 in lines": lambda text: base64.encodebytes(text.encode()).decode(),
    "base64 in lines in JSON": lambda text: json.dumps(base64.encodebytes(text.encode()).decode()),
    "base64 of JSON": lambda text: base64.b64encode(json.dumps({"q": text}).encode()).decode(),
    "base64 in a URL": lambda text: quote(base64.b64encode(text.encode()).decode(), safe=""),
    "hex": lambda text: text.encode().hex(),
    "hex in capitals": lambda text: text.encode().hex().upper(),
}


def tokens() -> st.SearchStrategy[str]:
    """Canaries as they are planted: an accent, and twenty digits that nobody can guess."""
    return st.text("0123456789abcdef", min_size=20, max_size=20).map(lambda digits: f"canary-é{digits}")


def around() -> st.SearchStrategy[str]:
    """What stands before and behind a canary: any characters of the first plane, so that it is at any alignment."""
    return st.text(st.characters(max_codepoint=0xD7FF), max_size=9)


@pytest.mark.parametrize("spelling", SPELLINGS)
@MANY
@given(token=tokens(), before=around(), behind=around())
def test_a_canary_is_found_in_every_spelling(spelling: str, token: str, before: str, behind: str) -> None:
    assert Searched("x" + SPELLINGS[spelling](before + token + behind) + "y").has(token)


@pytest.mark.parametrize("spelling", SPELLINGS)
@MANY
@given(token=tokens(), other=tokens(), before=around())
def test_another_canary_is_not_taken_for_it(spelling: str, token: str, other: str, before: str) -> None:
    assert Searched(SPELLINGS[spelling](before + other)).has(token) == (token == other)


@MANY
@given(token=tokens(), text=st.text(max_size=300))
def test_any_text_without_it_raises_no_alarm(token: str, text: str) -> None:
    assert not Searched(text).has(token)


HOME = [
    "amy planted prompt {} a",
    "bob planted prompt canary-bob b",
    "amy a1 supervisor starts {}",
    "bob b1 supervisor starts canary-bob",
]


@pytest.mark.parametrize("spelling", ["plain", "URL", "base64", "hex"])
@MANY
@given(token=tokens(), cuts=st.sets(st.integers(1, 200), max_size=12), tabs=st.lists(st.integers(1, 2), min_size=13))
def test_a_canary_is_found_however_it_is_cut_into_deltas(
    spelling: str, token: str, cuts: set[int], tabs: list[int]
) -> None:
    text = SPELLINGS[spelling](f"so {token}, then")
    places = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
    pieces = [text[start:end] for start, end in itertools.pairwise(places)]
    deltas = [
        f"bob b{number} report says {json.dumps(piece)} [tab={tab}]"
        for number, (piece, tab) in enumerate(zip(pieces, tabs, strict=False), 2)
    ]
    history = tell([*(line.format(token) for line in HOME), *deltas]).history
    found = canaries_stay_with_their_owner(history, places=("prompt",))
    assert found.verdict is Ruling.FAIL
    assert set(range(4, 4 + len(deltas))) <= set(found.witnesses)


@MANY
@given(token=tokens(), other=tokens(), cuts=st.sets(st.integers(1, 27), max_size=8))
def test_deltas_of_something_else_raise_no_alarm(token: str, other: str, cuts: set[int]) -> None:
    places = [0, *sorted(cuts), len(other)]
    pieces = [other[start:end] for start, end in itertools.pairwise(places)]
    deltas = [f"bob b{number} report says {json.dumps(piece)}" for number, piece in enumerate(pieces, 2)]
    history = tell([*(line.format(token) for line in HOME), *deltas]).history
    expected = Ruling.PASS if token != other else Ruling.FAIL
    assert canaries_stay_with_their_owner(history, places=("prompt",)).verdict is expected
