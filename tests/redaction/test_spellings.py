"""A known secret is found in any spelling: whatever encoders it went through, in whatever order, wherever it stands."""

import string
import time

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from gp_lib.redaction.known import is_weak
from gp_lib.redaction.redactor import MARK, Redactor
from tests.redaction.encoders import ENCODERS, OPAQUE

SPECIAL = "\"'\\/&<>+%;#=?@: {}[]()|$!`~^*-_.,äßé日🔑\n\t"
SECRETS = st.text(alphabet=string.ascii_letters + string.digits + SPECIAL, min_size=8, max_size=48).filter(
    lambda text: not is_weak(text) and text == text.strip()
)
ORDERS = st.lists(st.sampled_from(sorted(ENCODERS)), max_size=3)
AROUND = st.sampled_from(["", "before ", "\n", "x=", '{"a": "', "<td>", "\\n", "'"])


def encoded(text: str, encoders: list[str]) -> str:
    for name in encoders:
        text = (ENCODERS.get(name) or OPAQUE[name])(text)
    return text


def knowing(value: str) -> Redactor:
    redactor = Redactor()
    redactor.know(value, "password")
    return redactor


@settings(deadline=None, max_examples=400)
@given(SECRETS, ORDERS, AROUND, AROUND)
@example("S3cr&t<w>ord\"it's", ["HTML", "JSON", "URL"], "", "")
@example("it's-'quoted'", ["shell", "JSON"], "", "")
@example("pässwörd mit leer", ["URL", "URL, small digits"], "x=", "")
@example("line-1-of-it\nline-2-of-it", ["CRLF", "JSON"], "", "")
def test_no_spelling_of_a_known_secret_stays(value: str, encoders: list[str], before: str, after: str) -> None:
    assume(not is_weak(value))
    spelt = encoded(value, encoders)
    cleaned = knowing(value).clean(f"{before}{spelt}{after}")
    assert spelt not in cleaned
    assert MARK.search(cleaned)


@settings(deadline=None, max_examples=200)
@given(SECRETS, st.sampled_from(sorted(ENCODERS)), st.sampled_from(sorted(OPAQUE)))
def test_nor_in_base64_or_hexadecimal_digits_of_a_spelling(value: str, inner: str, opaque: str) -> None:
    spelt = encoded(value, [inner] if "base64" in opaque and inner in ("JSON", "URL", "HTML") else [])
    text = OPAQUE[opaque](spelt)
    assert knowing(value).clean(f"before {text} after").count(text) == 0


@settings(deadline=None, max_examples=200)
@given(SECRETS, ORDERS, st.text(max_size=60), st.text(max_size=60))
def test_what_stands_around_it_is_not_changed(value: str, encoders: list[str], before: str, after: str) -> None:
    redactor = knowing(value)
    assume(redactor.clean(before) == before and redactor.clean(after) == after)
    around = f"{before} | {encoded(value, encoders)} | {after}"
    cleaned = redactor.clean(around)
    assert cleaned.startswith(f"{before} | ")
    assert cleaned.endswith(f" | {after}")


@settings(deadline=None, max_examples=200)
@given(SECRETS, st.text(max_size=80))
def test_a_text_without_it_is_the_same(value: str, text: str) -> None:
    assume(not Redactor().found(text) and value not in text)
    assert knowing(value).clean(text) == text


@pytest.mark.parametrize("spelling", ["{}", "{}\n", 'key: "{}"', "https://x/?a={}&b=1"])
def test_all_spellings_of_one_secret_leave_one_mark(spelling: str) -> None:
    value = "Aa1-Bb2/Cc3&Dd4"
    texts = [
        spelling.format(value),
        spelling.format(encoded(value, ["URL"])),
        spelling.format(encoded(value, ["HTML"])),
    ]
    assert len({mark.group() for text in texts for mark in MARK.finditer(knowing(value).clean(text))}) == 1


def test_a_secret_that_is_cut_off_by_an_ellipsis_is_taken_out() -> None:
    value = "abcdefgh-12345678-ijklmnop-87654321-qrstuvwx"
    assert "abcdefgh" not in knowing(value).clean(f"<td>{value[:30]}...</td>")
    assert "abcdefgh" not in knowing(value).clean(f"{value[:20]}… of 44 characters")


def test_a_secret_in_several_colours_is_one() -> None:
    value = "first-2-second"
    coloured = "password is \x1b[33mfirst\x1b[39m-\x1b[94m2\x1b[39m-second\x1b[0m!"
    assert MARK.sub("M", knowing(value).clean(coloured)).startswith("password is \x1b[33mM\x1b[39m\x1b[94m\x1b[39m")
    assert "second" not in knowing(value).clean('<span class="a">first</span>-<span class="b">2</span>-second')


@pytest.mark.parametrize("value", ["line-1-of-the-key\nline-2-of-the-key\nline-3-of-the-key"])
def test_each_line_of_a_secret_over_several_lines_is_taken_out(value: str) -> None:
    logged = "\n".join(f"12:00:01 {line}" for line in value.splitlines())
    listed = '["' + '\\n",\n  "'.join(value.splitlines()) + '"]'
    for text in (value, logged, listed, value.splitlines()[1], value.replace("\n", "\n    ")):
        assert not [line for line in value.splitlines() if line in knowing(value).clean(text)]


def test_a_secret_in_pieces_is_taken_out_of_all_of_them() -> None:
    value, other = "abcd1234efgh5678", "the end"
    pieces = knowing(value).clean_pieces(["so: ", *value, " ", other])
    assert MARK.sub("M", "".join(pieces)) == f"so: M {other}"
    assert pieces[-1] == other


def test_a_long_text_is_cleaned_in_time() -> None:
    redactor = knowing("Aa1-Bb2/Cc3&Dd4-Ee5")
    text = json_lines = '{"seq": 12, "payload": {"delta": "your savings are 12.5 % of \\"all\\" costs"}}\n' * 20_000
    began = time.process_time()
    assert redactor.clean(text) == json_lines
    assert time.process_time() - began < 20
