"""What this process knows of secrets, and the cleaning of a text by it."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise

from gp_lib.redaction.finding import Found, apart
from gp_lib.redaction.known import KnownSecrets, is_weak
from gp_lib.redaction.shapes import encoded_in, found_in
from gp_lib.redaction.views import codes_in, plain_views
from gp_lib.redaction.words import looks_random

MARK = re.compile(r"«redacted:(?P<kind>[a-z0-9-]+):(?P<digest>[0-9a-f]{4})»")
"""What a text shows in place of a secret."""

AGAIN = 12
"""Characters of a secret found by its shape that is looked for in the rest of the text, where it has no shape."""


def mark(kind: str, value: str) -> str:
    """The mark that ``value`` leaves: its kind, and 16 bits of its SHA-256, which tell two apart and give none away."""
    digest = hashlib.sha256(value.encode("utf-8", "backslashreplace")).hexdigest()
    return f"«redacted:{kind}:{digest[:4]}»"


class Redactor:
    """Knows secret values and takes them out of texts."""

    def __init__(self) -> None:
        self._known = KnownSecrets()
        self._weak: set[str] = set()
        self.reads_values = False
        """Whether a weak one has characters that JSON escapes: then only values tell whether it is there."""

    def know(self, value: str | None, kind: str) -> None:
        """From now on ``value`` is taken out of every text, in any spelling; ``None`` and an empty one are not.

        A weak one (``known.is_weak``) is taken out only where it stands as a secret: behind a name, in a URL.
        """
        if value and is_weak(value):
            self._weak.add(value)
            self.reads_values = self.reads_values or not (value.isascii() and value.isalnum())
        elif value and value not in self._known:
            self._known.add(value, kind)

    def learn(self, texts: Iterable[str]) -> None:
        """Make known whatever has the shape of a secret in ``texts``: others may repeat it without its shape.

        It is for a command line: who could not open a URL may say so of its host, with the password in front.
        """
        for text in texts:
            for found in self._in(text):
                self.know(text[found.start : found.end], found.kind)

    def knows(self, value: str) -> bool:
        """Whether ``value`` is known, however weak it is."""
        return value in self._weak or value in self._known

    def clean(self, text: str) -> str:
        """``text`` with every known secret, and whatever has the shape of one, replaced by its mark."""
        return "".join(text[begin:end] if shown is None else shown for begin, end, shown in self._changes(text))

    def _changes(self, text: str) -> Iterator[tuple[int, int, str | None]]:
        """The spans of ``text``, one after the other, and what is shown in place of each; ``None``: itself."""
        at = 0
        for found in self._in(text):
            secret = text[found.start : found.end]
            yield at, found.start, None
            yield found.start, found.end, mark(found.kind, found.value or secret) + codes_in(secret)
            at = found.end
        yield at, len(text), None

    def clean_pieces(self, pieces: Sequence[str]) -> list[str]:
        """Texts that follow one another, cleaned as the one that they are together: a secret may be in several.

        Its mark stands where it began.
        """
        text, borders = "".join(pieces), [0, *accumulate(map(len, pieces))]
        result = [""] * len(pieces)
        for begin, end, shown in self._changes(text):
            for at, (first, last) in enumerate(pairwise(borders)):
                if shown is None:
                    result[at] += text[max(begin, first) : min(end, last)]
                elif first <= begin < last:
                    result[at] += shown
        return result

    def clean_base64(self, text: str) -> str:
        """Base64 of a picture or the like, as it is; a mark in place of all of it if a secret is in it."""
        inside = [*self._known.found_in(text), *encoded_in(text, lambda inner: bool(self._in(inner)))]
        return mark("base64", text) if inside else text

    def found(self, text: str) -> list[Found]:
        """The secrets in ``text``: of which kind, and where; from left to right, none inside another.

        It is for judging a text instead of cleaning it: whether a message that a person reads gives a secret away. What
        was taken out before is found by its mark, with its own kind: there was a secret, wherever the text is read.
        """
        marks = [Found(mark["kind"], *mark.span()) for mark in MARK.finditer(text)]
        return apart([*marks, *self._in(text)])

    def _in(self, text: str) -> list[Found]:
        """What is to be taken out of ``text``."""
        found = list(self._once(text))
        for view in plain_views(text):
            found += view.in_whole(self._once(view.text))
        found += _again(text, found)
        return [each for each in apart(found) if not MARK.search(text, each.start, each.end)] if found else []

    def _once(self, text: str) -> Iterator[Found]:
        yield from self._known.found_in(text)
        yield from found_in(text, self.knows, lambda inner: bool(self._in(inner)))


def _again(text: str, found: list[Found]) -> Iterator[Found]:
    """Where else in ``text`` stands what was found by its shape once."""
    for value, kind in {text[each.start : each.end]: each.kind for each in found if each.value is None}.items():
        if len(value) >= AGAIN and looks_random(value) and text.count(value) > 1:
            yield from (Found(kind, *match.span()) for match in re.finditer(re.escape(value), text))
