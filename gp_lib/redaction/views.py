"""A text without what only colours it: a secret in it may be in several colours, and is one all the same."""

import re
from collections.abc import Callable, Iterable, Iterator

from gp_lib.redaction.finding import Found

TERMINAL = re.compile(r"(?:\x1b|\\+(?:u001[bB]|x1[bB]|033|e))\[[0-9;]*[A-Za-z]")
MARKUP = re.compile(r"</?(?:span|font|b|i|u|em|strong|code|mark)\b[^<>]*>")


def plain_views(text: str) -> Iterator["View"]:
    """Each view in which ``text`` is another one."""
    if "[" in text and TERMINAL.search(text):
        yield View(text, TERMINAL)
    if "</" in text and MARKUP.search(text):
        yield View(text, MARKUP)


class View:
    """``whole`` without whatever ``codes`` matches."""

    def __init__(self, whole: str, codes: re.Pattern[str]) -> None:
        self._codes = codes
        self._begins: list[tuple[int, int]] = []  # where a piece begins, here and in the whole
        pieces, at, here = [], 0, 0
        for code in (*codes.finditer(whole), None):
            end = len(whole) if code is None else code.start()
            self._begins.append((here, at))
            pieces.append(whole[at:end])
            here += end - at
            at = end if code is None else code.end()
        self.text = "".join(pieces)

    def in_whole(self, found: Iterable[Found]) -> Iterator[Found]:
        """What was found here, where it is in the whole."""
        for each in found:
            value = self.text[each.start : each.end] if each.value is None else each.value
            yield each._replace(start=self._at(each.start), end=self._at(each.end - 1) + 1, value=value)

    def _at(self, here: int) -> int:
        begin, whole = max(pair for pair in self._begins if pair[0] <= here)
        return whole + here - begin


def codes_in(text: str) -> str:
    """All that colours ``text``, without the text: what has begun in it goes on behind it."""
    return "".join(match.group() for codes in (TERMINAL, MARKUP) for match in codes.finditer(text))


Find = Callable[[str], Iterator[Found]]
