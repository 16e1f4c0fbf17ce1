"""A notebook without secrets: the texts in it are cleaned as values, and its structure stays."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import nbformat

from gp_lib import redaction

STRUCTURE = ("kernelspec", "language_info")
"""Metadata that say how a notebook is run, and hold no secrets."""

_NO_ID = re.compile(r"[^A-Za-z0-9_-]+")
_BINARY = ("image/", "audio/", "video/", "application/pdf")


def text_of(nb: Any) -> str:
    """``nb`` as the text of a file, cleaned, in strict JSON."""
    nb = nbformat.v4.rwbase.strip_transient(nbformat.v4.rwbase.split_lines(cleaned(nb)))
    how: dict[str, Any] = {"sort_keys": True, "separators": (",", ": "), "ensure_ascii": False, "default": _of_bytes}
    return redaction.strict_json(nb, indent=1, **how) + "\n"


def _of_bytes(value: Any) -> str:
    return value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)


def cleaned(nb: Any) -> Any:
    """A copy of ``nb`` without secrets.

    What a cell has printed is cleaned as one text, in however many pieces it came, and what all cells have printed as
    one once more: it may have been printed letter by letter.
    """
    metadata = {
        key: value if key in STRUCTURE else redaction.clean_data(value, key) for key, value in nb.metadata.items()
    }
    cells = [_cell(cell) for cell in nb.cells]
    clean = nbformat.from_dict({**nb, "metadata": metadata, "cells": cells})
    _clean_together([output for cell in clean.cells for output in cell.get("outputs", ())])
    return clean


def _cell(cell: Any) -> dict[str, Any]:
    clean = dict(cell) | {"source": redaction.clean(cell.source), "metadata": redaction.clean_data(cell.metadata)}
    if "id" in cell:
        clean["id"] = _NO_ID.sub("-", redaction.clean(cell.id)).strip("-")[:64]
    if "attachments" in cell:
        clean["attachments"] = {redaction.clean(name): _bundle(data) for name, data in cell.attachments.items()}
    if "outputs" in cell:
        clean["outputs"] = [_output(output) for output in cell.outputs]
        _clean_together(clean["outputs"])
    return clean


def _output(output: Any) -> dict[str, Any]:
    clean = dict(output)
    if "traceback" in output:
        clean |= {name: redaction.clean(output[name]) for name in ("ename", "evalue") if name in output}
        whole = "\n".join(output.traceback)
        again = redaction.clean(whole)
        clean["traceback"] = list(output.traceback) if again == whole else again.split("\n")
    if "data" in output:
        clean["data"] = _bundle(output["data"])
    if "metadata" in output:
        clean["metadata"] = redaction.clean_data(output["metadata"])
    return clean


def _bundle(data: Any) -> dict[str, Any]:
    return {kind: _shown(kind, value) for kind, value in data.items()}


def _shown(kind: str, value: Any) -> Any:
    """A picture in base64 stays one, unless it holds a text with a secret; its letters have no meaning of their own."""
    if kind.startswith(_BINARY) and not kind.endswith("+xml") and isinstance(value, str):
        return redaction.clean_base64(value)
    return redaction.clean_data(value)


def _clean_together(outputs: Sequence[Any]) -> None:
    """Clean, in place, what was printed to each of the two streams, each as one text."""
    for name in ("stdout", "stderr"):
        streams = list(_streams(outputs, name))
        texts = [stream["text"] for stream in streams]
        for stream, text in zip(streams, redaction.clean_pieces(texts), strict=True):
            stream["text"] = text


def _streams(outputs: Sequence[Any], name: str) -> Iterator[Any]:
    return (output for output in outputs if output["output_type"] == "stream" and output.get("name") == name)
