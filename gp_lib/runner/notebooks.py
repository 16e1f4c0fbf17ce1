"""The one reader of notebook files: for listing, running, debugging and judging.

What tools leave out or put in makes no difference here: a byte order mark or UTF-16, ids that are missing or twice,
no tags, line ends, an older format. What cannot be read is one sentence. Importing nbformat costs a second: only an
older format needs it.
"""

import json
import math
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gp_lib.errors import ParameterError

FORMAT, MINOR = 4, 5
KINDS = ("code", "markdown", "raw")

Cell = tuple[dict[str, Any], str]
"""A cell of a notebook file and its source as one text."""

_FIT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def notebook_cells(path: Path) -> list[Cell]:
    """The cells of the notebook at ``path``.

    Raises:
        ParameterError: it is not a readable notebook.
    """
    return [(cell, cell["source"]) for cell in read_notebook(path)["cells"]]


def cell_source(cells: Sequence[Cell], name: str, tag: str) -> str:
    """The source of the one code cell tagged ``tag``."""
    tagged = [source for cell, source in cells if tag in cell["metadata"]["tags"] and cell["cell_type"] == "code"]
    if len(tagged) != 1:
        raise ParameterError(name, f"it has {len(tagged)} cells tagged {tag!r} instead of one")
    return tagged[0]


def read_notebook(path: Path) -> dict[str, Any]:
    """The notebook at ``path`` in format 4.5: every cell has a type, an id, a source in one text, metadata and tags.

    Raises:
        ParameterError: it is not a readable notebook; the sentence says why.
    """
    try:
        return _whole(_of_this_format(_json(_bytes(path))))
    except OSError as error:
        why = f"it could not be read: {error.strerror or error}"
    except RecursionError:
        why = "it is nested too deeply"
    except ValueError as error:
        why = str(error)
    raise ParameterError(path.stem, f"{path.name} is not a readable notebook: {why}")


def _bytes(path: Path) -> bytes:
    """What the file holds; a pipe or a device would let us wait for ever."""
    kind = path.stat().st_mode
    if not stat.S_ISREG(kind):
        raise ValueError("it is a folder" if stat.S_ISDIR(kind) else "it is not a file")
    return path.read_bytes()


def _json(data: bytes) -> Any:
    """JSON in UTF-8, UTF-16 or UTF-32, with a byte order mark or without; a number without a finite value is text."""
    if not data.strip():
        raise ValueError("it is empty")
    try:
        return json.loads(data, parse_constant=str, parse_float=_number)
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not text ({error.reason} at byte {error.start})") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON ({error.msg} in line {error.lineno})") from None


def _number(text: str) -> float | str:
    return number if math.isfinite(number := float(text)) else text


def _of_this_format(notebook: Any) -> dict[str, Any]:
    if not isinstance(notebook, dict):
        raise ValueError("it is JSON, but not a notebook")
    version = notebook.get("nbformat", FORMAT if "cells" in notebook else None)
    if not isinstance(version, bool) and version in (1, 2, 3):
        return _converted(notebook)
    if version != FORMAT:
        raise ValueError(f"its nbformat is {str(version)[:20]}, and {FORMAT} is the one that can be read")
    return notebook


def _converted(notebook: dict[str, Any]) -> dict[str, Any]:
    import nbformat

    try:
        node = nbformat.convert(nbformat.reader.reads(json.dumps(notebook)), FORMAT)
        return dict(json.loads(nbformat.v4.writes_json(node)))
    except Exception as error:  # its converters raise whatever a damaged notebook makes of them
        raise ValueError(f"its nbformat is {notebook['nbformat']}, and it cannot be converted ({error!r})") from error


def _whole(notebook: Mapping[str, Any]) -> dict[str, Any]:
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise ValueError("it has no list of cells")
    ids: set[str] = set()
    return {
        **notebook,
        "nbformat": FORMAT,
        "nbformat_minor": MINOR,
        "metadata": _mapping(notebook.get("metadata")),
        "cells": [_cell(cell, f"cell {number}", ids) for number, cell in enumerate(cells, start=1)],
    }


def _cell(cell: Any, which: str, ids: set[str]) -> dict[str, Any]:
    if not isinstance(cell, dict):
        raise ValueError(f"its {which} is not a cell")
    if cell.get("cell_type") not in KINDS:
        raise ValueError(f"its {which} is not of a type that there is: {', '.join(KINDS)}")
    metadata = _mapping(cell.get("metadata"))
    return {
        **cell,
        "id": _id(cell.get("id"), which.replace(" ", "-"), ids),
        "metadata": {**metadata, "tags": _tags(metadata.get("tags"))},
        "source": _source(cell.get("source"), which),
    }


def _mapping(found: Any) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def _tags(found: Any) -> list[str]:
    found = [found] if isinstance(found, str) else found
    return [tag for tag in found if isinstance(tag, str)] if isinstance(found, list) else []


def _id(found: Any, otherwise: str, taken: set[str]) -> str:
    """The cell's own id; another one where that is missing, not one that the format allows, or taken."""
    fit = isinstance(found, str) and _FIT_ID.fullmatch(found) and found not in taken
    chosen = found if fit else next(name for name in _numbered(otherwise) if name not in taken)
    taken.add(chosen)
    return str(chosen)


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 1
    while True:
        number += 1
        yield f"{name}-{number}"


def _source(found: Any, which: str) -> str:
    lines = [found] if isinstance(found, str) else found
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise ValueError(f"the source of its {which} is not text")
    source = "".join(lines).replace("\r\n", "\n")
    try:
        source.encode()
    except UnicodeEncodeError:
        raise ValueError(f"the source of its {which} is not valid Unicode") from None
    return source
