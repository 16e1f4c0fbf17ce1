"""Secrets that a platform has said in pieces: each delta of a run holds a few letters, and together they are one."""

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from gp_lib import redaction
from gp_lib.history import Event, Record

DELTA = "delta"


def without_secrets_in_pieces(records: Sequence[Record]) -> list[Record]:
    """The records with every secret taken out that several deltas hold together; empty if there is none.

    Deltas belong together that one connection received of one run. A mark stands in the one where the secret began.
    """
    changed = {}
    deltas = [
        (index, event)
        for index, event in enumerate(records)
        if isinstance(event, Event) and isinstance(event.payload.get(DELTA), str)
    ]
    by_stream = sorted(deltas, key=lambda pair: (_stream(pair[1]), pair[0]))
    for _, group in groupby(by_stream, key=lambda pair: _stream(pair[1])):
        of_one = list(group)
        texts = [event.payload[DELTA] for _, event in of_one]
        for (index, event), text, cleaned in zip(of_one, texts, redaction.clean_pieces(texts), strict=True):
            if cleaned != text:
                changed[index] = _saying(event, cleaned)
    return [changed.get(index, record) for index, record in enumerate(records)] if changed else []


def _stream(event: Event) -> tuple[str, str, str]:
    return event.actor, event.connection, event.run_id or ""


def _saying(event: Event, delta: str) -> Event:
    """The event with another delta in its frame."""
    body = {**event.body, "payload": {**event.payload, DELTA: delta}}
    compact = (",", ":") if '": ' not in event.frame else None
    return replace(event, frame=json.dumps(body, separators=compact, ensure_ascii=event.frame.isascii()))
