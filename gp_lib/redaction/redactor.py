"""What this process knows of secrets, and the cleaning of a text by it."""

import hashlib
import re

from gp_lib.redaction.shapes import found_in
from gp_lib.redaction.spellings import SHORTEST, spellings

MARK = re.compile(r"«redacted:(?P<kind>[a-z0-9-]+):(?P<digest>[0-9a-f]{4})»")
"""What a text shows in place of a secret."""


def mark(kind: str, value: str) -> str:
    """The mark that ``value`` leaves: its kind, and 16 bits of its SHA-256, which tell two apart and give none away."""
    digest = hashlib.sha256(value.encode("utf-8", "backslashreplace")).hexdigest()
    return f"«redacted:{kind}:{digest[:4]}»"


class Redactor:
    """Knows secret values and takes them out of texts."""

    def __init__(self) -> None:
        self._marks: dict[str, str] = {}

    def know(self, value: str | None, kind: str) -> None:
        """From now on ``value`` is taken out of every text; ``None`` and values shorter than 6 characters are not."""
        if value is None or len(value) < SHORTEST or value in self._marks:
            return
        marks = self._marks | dict.fromkeys(spellings(value), mark(kind, value))
        self._marks = dict(sorted(marks.items(), key=lambda item: -len(item[0])))  # a longer one may hold a shorter one

    def clean(self, text: str) -> str:
        """``text`` with every known secret, and whatever has the shape of one, replaced by its mark."""
        text = self._without_known(text)
        shaped = {
            secret: kind for kind, secret in found_in(text) if len(secret) >= SHORTEST and not MARK.search(secret)
        }
        for secret in sorted(shaped, key=len, reverse=True):
            text = text.replace(secret, mark(shaped[secret], secret))
        return text

    def _without_known(self, text: str) -> str:
        for spelling, shown in self._marks.items():
            if spelling in text:
                text = text.replace(spelling, shown)
        return text


_OURS = Redactor()
know = _OURS.know
clean = _OURS.clean
