"""Whether a text shows a person anything: white space, invisible characters and empty Markdown do not."""

import re
import unicodedata
from functools import lru_cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import mistune

_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\ufffc")
"""Letters and symbols that are drawn as nothing: the fillers of Hangul, Braille without a dot, a missing object."""

_UNSEEN = ("Z", "C", "M")
"""Categories of Unicode that show nothing by themselves: separators, controls and formats, marks without a letter."""

LOOKED_AT = 20_000
"""Characters of an answer that are rendered: one that shows nothing until then shows nothing."""

FORMATS = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
"""Characters between which a word stays the same word to a person who reads it."""

# A line that begins with a letter or digit is shown as it is, unless markup surrounds it: Markdown need not be asked.
_PLAIN_LINE = re.compile(r"(?m)^[^\W_][^<\[\]&`]*$")


def is_visible(text: str) -> bool:
    """Whether any character of ``text`` is drawn."""
    return any(_is_drawn(character) for character in text)


def _is_drawn(character: str) -> bool:
    return character not in _BLANK and unicodedata.category(character)[0] not in _UNSEEN


def shows_something(text: str) -> bool:
    """Whether ``text``, rendered as Markdown, shows words or signs: an empty code block or a lone image does not."""
    if not is_visible(text):
        return False
    if "<" not in text and _PLAIN_LINE.search(text):
        return True
    return is_visible(_rendered(text[:LOOKED_AT]))


def without_formats(text: str) -> str:
    """``text`` without the characters that nobody sees, so that what they were put into is found."""
    return FORMATS.sub("", text)


@lru_cache(maxsize=1024)
def _rendered(text: str) -> str:
    page = _Words()
    page.feed(str(_markdown()(text)))
    page.close()
    return "".join(page.words)


@lru_cache(maxsize=1)
def _markdown() -> "mistune.Markdown":
    import mistune  # not at the top: few texts need it, and whoever lists scenarios should not wait for it

    return mistune.create_markdown(escape=False, plugins=["table", "strikethrough", "task_lists"])


class _Words(HTMLParser):
    """What a page shows as text: nothing of its comments, styles and scripts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Text in here is for the browser."""
        self._hidden += tag in ("script", "style", "template")

    def handle_endtag(self, tag: str) -> None:
        """Text is shown again."""
        self._hidden -= tag in ("script", "style", "template") and self._hidden > 0

    def handle_data(self, data: str) -> None:
        """Keep what is shown."""
        if not self._hidden:
            self.words.append(data)
