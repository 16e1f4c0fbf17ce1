"""Data that become JSON: their texts are cleaned as values, before they are serialised, and the JSON is strict.

Keys, numbers and the order of things are never changed, so that a file parses and means the same whatever somebody's
password is. A key is changed only where it holds a token itself (``{"ghp_…": 1}``).
"""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from gp_lib.redaction.named import is_name_of_a_secret, is_value_of_a_secret
from gp_lib.redaction.redactor import MARK, Redactor, mark

LONGEST_PLAIN_KEY = 16
"""Characters up to which a key is taken for a name; no token is as short."""


def strict_json(data: Any, *, indent: int | None = None, default: Callable[[Any], Any] = str, **how: Any) -> str:
    """``data`` as JSON that any reader accepts: the one place where the workbench writes JSON.

    Numbers that are not finite are the texts ``"NaN"``, ``"Infinity"`` and ``"-Infinity"``. ``how``: see ``json``.
    """
    try:
        return json.dumps(data, allow_nan=False, indent=indent, default=default, **how)
    except ValueError:  # a number that is not finite, or a circle, which is found again
        return json.dumps(_finite(data, default), allow_nan=False, indent=indent, **how)


class DataCleaner:
    """Cleans values by what ``redactor`` knows."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def as_json(self, data: Any, *, indent: int | None = None, default: Callable[[Any], Any] = str, **how: Any) -> str:
        """``data`` as strict JSON with its texts cleaned; what JSON has no type for is made by ``default`` before."""
        text = strict_json(data, indent=indent, default=default, **how)
        if not self._redactor.reads_values and self._redactor.clean(text) == text:
            return text
        return strict_json(self.clean_data(json.loads(text)), indent=indent, **how)

    def clean_data(self, data: Any, name: str = "") -> Any:
        """``data``, of types that JSON has, with every text in it cleaned; ``name`` is the key that it stands at."""
        if isinstance(data, str):
            return self._clean_text(data, name)
        if isinstance(data, Mapping):
            return {self._clean_key(key): self.clean_data(value, str(key)) for key, value in data.items()}
        if isinstance(data, list | tuple):
            return [self.clean_data(value, name) for value in data]
        return data

    def _clean_text(self, text: str, name: str) -> str:
        named = text and is_name_of_a_secret(name) and not MARK.search(text)
        if named and (self._redactor.knows(text) or is_value_of_a_secret(name, text)):
            return mark("named", text)
        cleaned = self._redactor.clean(text)
        return cleaned if cleaned == text else self._clean_json(text) or cleaned

    def _clean_json(self, text: str) -> str | None:
        """A text that is itself an object or a list of JSON, cleaned as such; ``None`` if it is none."""
        if text.lstrip()[:1] not in ("{", "["):
            return None
        try:
            inner = json.loads(text, object_pairs_hook=_unique)
            cleaned = self.clean_data(inner)
            compact = (",", ":") if ": " not in text else None
            return text if cleaned == inner else json.dumps(cleaned, separators=compact, ensure_ascii=text.isascii())
        except (ValueError, RecursionError):
            return None

    def _clean_key(self, key: Any) -> Any:
        return self._redactor.clean(key) if isinstance(key, str) and len(key) > LONGEST_PLAIN_KEY else key


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError("a key stands twice: what stands at the first one would be lost")
    return found


def _finite(data: Any, default: Callable[[Any], Any]) -> Any:
    """``data`` with a text in place of every number that is not finite."""
    if isinstance(data, float) and not math.isfinite(data):
        return "NaN" if math.isnan(data) else "Infinity" if data > 0 else "-Infinity"
    if isinstance(data, Mapping):
        return {
            key if isinstance(key, str) else _finite(key, default): _finite(value, default)
            for key, value in data.items()
        }
    if isinstance(data, list | tuple):
        return [_finite(value, default) for value in data]
    return data if isinstance(data, str | int | float | bool | None) else _finite(default(data), default)
