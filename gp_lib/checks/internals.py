"""The promise that no user is shown a secret, or how the platform works inside."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any

from gp_lib.checks import traces_of_code, traces_of_stores
from gp_lib.checks.promise import Finding, promise
from gp_lib.checks.said import searched_in
from gp_lib.checks.stories import stories
from gp_lib.checks.traces_of_settings import environments_in, is_marked, names_secret, passwords_in, shapes_in
from gp_lib.checks.traces_of_stores import statements_in
from gp_lib.dialects.visible import without_formats
from gp_lib.history import Event, History, Operation

DEEPEST = 4
"""How often JSON inside of a text is taken apart: an error may quote another service's answer, which quotes a third."""

SHAPES = {
    "jwt": "a token",
    "bearer": "a bearer header",
    "basic": "a password",
    "named": "a password",
    "url-password": "a URL with a password",
}
"""How a sentence calls what the redaction of evidence finds; every other kind is a maker's key."""

FINDERS: dict[str, Callable[[str], Iterator[str]]] = {
    "a password": passwords_in,
    "an environment": environments_in,
    "SQL": statements_in,
}
RULES = {
    "a token": (re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}"),),
    "a bearer header": (re.compile(r"(?i)\bbearer (?=\S*\d)[\w.~+/-]{16,}"),),
    "a URL with a password": (re.compile(r"(?<![\w+.-])[a-z][a-z0-9+.-]*://[^\s/:@\"']*:[^\s/@\"']+@"),),
    **traces_of_code.RULES,
    **traces_of_stores.RULES,
}
_HARMLESS = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9TtZz:.+ -]{0,40}|[a-z_]{0,24}")
"""Ids, times and words, which most fields hold: they need no search."""

KINDS = ("a secret that the workbench took out of it", "a key", *FINDERS, *RULES)


@promise("no frame carries a secret or an internal: {kinds}".format(kinds=", ".join(KINDS)))
def no_secret_in_any_frame(history: History, *, actors: Collection[str] | None = None) -> Finding:
    """Neither a frame as it came, nor the deltas of a run put together.

    What a person asked is their own: a platform may repeat it to them.
    """
    finding = Finding("no frame was received")
    own = _own_words(history)
    for index, event in history.indexed(Event):
        if actors is None or event.actor in actors:
            finding.seen += 1
            for kind in dict.fromkeys(_kinds_in(event.frame, own[event.actor])):
                finding.break_(f"{event.type} of {event.actor} carries {kind}", index)
    for story in stories(history, actors):
        deltas = [(i, text) for i, e in story.told if (text := searched_in(e, "delta"))]
        for kind in internals_in("".join(text for _, text in deltas)):
            finding.break_(f"the answer to {story.receiver} carries {kind}", *(i for i, _ in deltas[-1:]))
    return finding


def _own_words(history: History) -> Mapping[str, set[str]]:
    """What each person asked."""
    own: dict[str, set[str]] = defaultdict(set)
    for _, operation in history.indexed(Operation):
        if isinstance(content := operation.detail.get("content"), str):
            own[operation.actor].add(content)
    return own


def _kinds_in(frame: str, own: Collection[str]) -> Iterator[str]:
    """What a frame carries, in any of its texts, and as the name and value of any of its fields."""
    for name, text in _texts(frame):
        if names_secret(name) and next(passwords_in(f"{name}={text}"), None) is not None:
            yield "a password"
        if text not in own and _HARMLESS.fullmatch(text) is None:
            yield from internals_in(text)


def _texts(text: str, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """The text itself, or every text in it with its field's name, when it is JSON."""
    body = _json(text) if depth < DEEPEST else None
    if body is None:
        yield name, text
        return
    todo: list[tuple[str, Any]] = [(name, body)]
    while todo:
        field, value = todo.pop()
        if isinstance(value, dict):
            todo += reversed([(str(key), inner) for key, inner in value.items()])
            yield from (("", key) for key in value)
        elif isinstance(value, list):
            todo += reversed([(field, inner) for inner in value])
        elif isinstance(value, str):
            yield from _texts(value, field, depth + 1)


def _json(text: str) -> Any:
    """What ``text`` says in JSON; ``None`` when it is something else."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


@lru_cache(maxsize=65_536)
def internals_in(text: str) -> tuple[str, ...]:
    """Every kind of secret and internal that ``text`` carries; characters that nobody sees hide none."""
    return tuple(dict.fromkeys(_found_in(without_formats(text))))


def _found_in(text: str) -> Iterator[str]:
    if is_marked(text):
        yield "a secret that the workbench took out of it"
    else:
        yield from (SHAPES.get(kind, "a key") for kind in shapes_in(text))
    for kind, found in FINDERS.items():
        if next(found(text), None) is not None:
            yield kind
    for kind, expressions in RULES.items():
        if any(expression.search(text) for expression in expressions):
            yield kind
