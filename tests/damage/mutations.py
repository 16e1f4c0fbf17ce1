"""One-thing changes of a saved batch: any file of it, any place in it, any kind of nonsense.

Nothing here knows what a file means: a document of JSON is walked to a place, and what stands there is replaced,
deleted, doubled, nested or renamed; any file is cut, filled with junk, written in another encoding or replaced by a
folder.
"""

import gzip
import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

RAW = "@raw:{}@"
"""A text that is written as it is, without quotes: what no Python value is written as."""

TWICE = "@twice"
"""The end of a key that is written without it: a key that stands twice."""

DEEP = 100_000
RAWS = {
    "nan": "NaN",
    "inf": "Infinity",
    "minus inf": "-Infinity",
    "too large": "1e400",
    "5,000 digits": "9" * 5_000,
    "400 digits": "1" * 400,
    "deep lists": "[" * DEEP + "]" * DEEP,
    "deep objects": '{"a":' * DEEP + "1" + "}" * DEEP,
    "two values": "{} {}",
    "half a character": '"\\ud800"',
}
NUMBERS = [0, 1, -1, 2.5, -0.001, 10**15, 10**30, 1e308, -1e308, 86_400_000, 1e12]
TEXTS = ["", " ", "x", "..", ".", "/etc/passwd", "../../x", "a/b", "a-b[c]", "\0", "\n\r\t", "\x1b[31m", "\u202e", "ﬀ"]
TEXTS += ["pass", "fail", "unknown", "PASS", "ok", "history", "event", "fault", "NaN", "Infinity", "1", "é" * 300]
TEXTS += ['{"type": "x", "payload": {"a": ' + "[" * levels + "]" * levels + "}}" for levels in (90, 400, 900)]
TEXTS += ["x" * 100_000, "[" * DEEP, "{}", '{"a": NaN}', "{{ 7 }}", "assert False", "exit()", "1/0", "$x", "@twice"]
DATES = ["2026-11-25T10:00:00", "9999-12-31T23:59:59+00:00", "10000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"]
DATES += ["2026-11-25", "2026-02-30T10:00:00Z", "2026-11-25T10:00:00+99:00"]
LISTS: list[Any] = [[], {}, [[]], [None], [1, 2, 3], {"": None}, {"x": {"y": "z"}}, ["x"] * 3, [{}], [[[[1]]]]]
NASTY: list[Any] = [None, True, False, *NUMBERS, *TEXTS, *DATES, *LISTS, *(RAW.format(name) for name in RAWS)]
JUNK = [b"", b"\0", b"\xff\xfe\xfd", b"null", b"[]", b"{}", b"1", b'"x"', b"{", b"\n\n\n", b"\x1f\x8b\x08\x00junk"]
JUNK += [bytes(range(256)) * 40, b"[" * DEEP, b'{"a": NaN}', b"%PDF-1.7", b'{"cells": []}', b'{"scenarios": 1}']


@dataclass(frozen=True)
class Change:
    """One change of one file: ``content`` is what stands there then, ``None``: nothing, or with ``folder`` a folder."""

    file: str
    what: str
    content: bytes | None
    folder: bool = False

    def do(self, batch: Path) -> None:
        """Change the file of ``batch``."""
        path = batch / self.file
        if self.content is not None:
            path.write_bytes(self.content)
            return
        path.unlink()
        if self.folder:
            (path / "inside").mkdir(parents=True)


@st.composite
def changes(draw: st.DrawFn, batch: Path) -> Change:
    """A change of a file of ``batch``."""
    file = draw(st.sampled_from(sorted(path.relative_to(batch).as_posix() for path in batch.rglob("*.*"))))
    content = (batch / file).read_bytes()
    if not file.endswith((".json", ".jsonl", ".jsonl.gz", ".ipynb")) or draw(st.integers(0, 4)) == 0:
        return draw(changes_of_bytes(file, content))
    if ".jsonl" not in file:
        what, text = draw(changes_of_json(content.decode()))
        return Change(file, what, text.encode())
    packed = file.endswith(".gz")
    what, text = draw(changes_of_lines((gzip.decompress(content) if packed else content).decode()))
    return Change(file, what, gzip.compress(text.encode()) if packed else text.encode())


@st.composite
def changes_of_bytes(draw: st.DrawFn, file: str, content: bytes) -> Change:
    """A change of a file of which nothing is known but that it has bytes."""
    place = draw(st.integers(0, max(len(content) - 1, 0)))
    junk = draw(st.sampled_from(JUNK))
    done: dict[str, Callable[[], bytes | None]] = {
        "is gone": lambda: None,
        "is a folder": lambda: None,
        "is cut": lambda: content[:place],
        "is other bytes": lambda: junk,
        "begins with other bytes": lambda: junk + content,
        "has other bytes inside": lambda: content[:place] + junk + content[place:],
        "has another byte": lambda: content[:place] + b"\xff" + content[place + 1 :],
        "begins with a mark of UTF-8": lambda: b"\xef\xbb\xbf" + content,
        "is UTF-16": lambda: content.decode("latin-1").encode("utf-16"),
        "stands there twice": lambda: content + content,
        "is packed": lambda: gzip.compress(content),
    }
    what = draw(st.sampled_from(sorted(done)))
    return Change(file, f"{what} ({place}, {junk[:9]!r})", done[what](), folder=what == "is a folder")


@st.composite
def changes_of_lines(draw: st.DrawFn, text: str) -> tuple[str, str]:
    """A change of one line of JSON, or of the lines' order."""
    lines = text.splitlines()
    number = draw(st.sampled_from([0, min(1, len(lines) - 1), draw(st.integers(0, len(lines) - 1))]))
    how = draw(st.sampled_from(["deleted", "twice", "first", "blank", *["inside"] * 8]))
    if how == "inside":
        how, lines[number] = draw(changes_of_json(lines[number]))
    elif how == "deleted":
        del lines[number]
    elif how == "twice":
        lines.insert(number, lines[number])
    elif how == "first":
        lines.insert(0, lines.pop(number))
    else:
        lines.insert(number, "")
    return f"line {number + 1}: {how}", "".join(f"{line}\n" for line in lines)


@st.composite
def changes_of_json(draw: st.DrawFn, text: str) -> tuple[str, str]:
    """A change at one place of a document of JSON."""
    document = {"root": deepcopy(json.loads(text))}
    parent, key, path = draw(places(document))
    value = draw(st.sampled_from(NASTY))
    can = ["replace", "replace", "replace", "delete", "nest", "nest deep"]
    how = draw(st.sampled_from([*can, "double"] if isinstance(parent, list) else [*can, "twice", "rename", "add"]))
    _change(parent, key, how, value)
    shown = value if how in ("replace", "rename", "twice", "add") else ""
    return f"{how} {path} {str(shown)[:40]!r}", _written(document.get("root"))


@st.composite
def places(draw: st.DrawFn, document: Any) -> tuple[Any, Any, str]:
    """A container in ``document``, a key or index in it, and how one gets there."""
    key: Any = "root"
    path, value = "", document["root"]
    while isinstance(value, dict | list) and value and (not path or draw(st.integers(0, 9))):
        document, key = value, draw(st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value))))
        path, value = f"{path}.{key}", value[key]
    return document, key, path


def _change(parent: Any, key: Any, how: str, value: Any) -> None:
    if how == "replace":
        parent[key] = value
    elif how == "delete":
        del parent[key]
    elif how == "nest":
        parent[key] = [parent[key]] if isinstance(parent[key], dict) else {"value": parent[key]}
    elif how == "nest deep":
        for _ in range(200):
            parent[key] = [parent[key]]
    elif how == "double":
        parent.insert(key, deepcopy(parent[key]))
    elif how == "twice":
        parent[f"{key}{TWICE}"] = value
    elif how == "rename":
        parent[str(value)] = parent.pop(key)
    else:
        parent[str(value)] = deepcopy(parent[key])


def _written(document: Any) -> str:
    text = json.dumps(document).replace(f'{TWICE}":', '":')
    for name, raw in RAWS.items():
        text = text.replace(f'"{RAW.format(name)}"', raw)
    return text
