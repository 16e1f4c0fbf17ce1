"""What a person would see of a text."""

import pytest

from gp_lib.dialects.visible import is_visible, shows_something, without_formats

INVISIBLE = {
    "nothing": "",
    "white space": " \t\n",
    "no-break space": "\u00a0\u202f\u3000",
    "zero width": "\u200b\u200c\u200d\u2060\ufeff",
    "directions": "\u200e\u200f\u202a\u202e\u2066",
    "soft hyphen": "\u00ad",
    "Hangul fillers": "\u115f\u1160\u3164\uffa0",
    "empty Braille": "\u2800",
    "marks without a letter": "\u0301\u20dd",
    "variation selectors": "\ufe0f\U000e0100",
    "tags": "\U000e0041",
    "controls": "\x00\x07\x1b",
    "half a character": "\ud83d",
    "a missing object": "\ufffc",
}
EMPTY_MARKDOWN = (
    "```\n```", "```python\n\n```", "~~~\n~~~", "&nbsp;", "&#8203; &ZeroWidthSpace;", "<br>", "<p></p>",
    "<!-- later -->", "![chart](chart.png)", "[](https://example.com)", "[x]: https://example.com", "# ", "- ", "> ",
    "***", "---", "<script>say()</script>", "<style>p {}</style>", "| | |\n|-|-|\n| | |",
)  # fmt: skip
SHOWN = (
    "Save 5 USD.", "5", "1.", "👍", "…", "a < b", "`S3`", "```\nS3\n```", "- S3: save 5", "**Save**", "<b>Save</b>",
    "![chart](chart.png) Save", "\u200bSave", "保存", "# Savings", "| S3 |\n|-|\n| 5 |", "None",
)  # fmt: skip


@pytest.mark.parametrize("kind", INVISIBLE)
def test_characters_that_are_not_drawn_are_not_visible(kind: str) -> None:
    assert not is_visible(INVISIBLE[kind])
    assert not shows_something(INVISIBLE[kind])


@pytest.mark.parametrize("text", EMPTY_MARKDOWN)
def test_markdown_that_renders_to_nothing_shows_nothing(text: str) -> None:
    assert not shows_something(text)


@pytest.mark.parametrize("text", SHOWN)
def test_what_a_person_can_read_is_shown(text: str) -> None:
    assert shows_something(text)


def test_what_nobody_sees_can_be_taken_out_of_a_word() -> None:
    assert without_formats("can\u200ba\u00adr\u2060y\ufeff") == "canary"
