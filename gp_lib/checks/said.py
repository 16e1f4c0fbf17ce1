"""What an event or an operation says in one of its fields, as checks read it; each place that cannot tell says why."""

from datetime import datetime
from typing import Any

from gp_lib.checks.promise import Finding
from gp_lib.dialects import fields
from gp_lib.dialects.blocks import words_in
from gp_lib.history import Event, Operation


def text_of(event: Event, field: str) -> str | None:
    """The text in a field of the payload; ``None`` when there is none."""
    return fields.text(event.payload.get(field))


def id_of(event: Event, field: str) -> str | None:
    """The id or name in a field of the payload; ``None`` when there is none."""
    return fields.identity(event.payload.get(field))


def is_odd(event: Event, field: str) -> bool:
    """Whether a field of the payload is there and no text can be read from it."""
    return event.payload.get(field) is not None and text_of(event, field) is None


def searched_in(event: Event, field: str) -> str:
    """What a search for leaks looks through: the text of a field, or every word in what is not understood."""
    text = text_of(event, field)
    return words_in(event.payload.get(field)) if text is None else text


def rows_in(operation: Operation, field: str) -> list[dict[str, Any]] | None:
    """The rows that an answer over REST lists under ``field``; ``None`` when it is not an object with such a list."""
    body = operation.detail.get("body")
    rows = body.get(field) if isinstance(body, dict) else None
    return rows if isinstance(rows, list) and all(isinstance(row, dict) for row in rows) else None


def run_of(operation: Operation) -> str | None:
    """The run that an operation is about; ``None`` when none was announced, or without an id."""
    return fields.identity(operation.detail.get("run_id"))


def seq_of(event: Event) -> int | None:
    """The number of an event in its run; ``None`` when it has none that can be counted with."""
    seq = fields.whole(event.seq)
    return fields.whole(event.body.get("seq")) if seq is None else seq


def made_at(event: Event) -> datetime | None:
    """When the server made an event; ``None`` when it does not say, or not as RFC 3339."""
    return fields.moment(event.server_time)


def doubt_time(finding: Finding, event: Event, index: int) -> None:
    """Note that the age of an event is not known, because of what stands in the place of its time."""
    stamp = fields.first(event.body, "timestamp", "server_time")
    what = f"{event.type} (seq {event.seq}) of {event.actor}"
    finding.doubt(f"{what}: its timestamp is {fields.shown(stamp)}, which is not a time as in RFC 3339", index)


def doubt_field(finding: Finding, event: Event, field: str, index: int) -> None:
    """Note that a field of the payload was needed and could not be read."""
    what = f"{event.type} (seq {event.seq}) of {event.actor}"
    finding.doubt(f"{what}: its {field} is {fields.shown(event.payload.get(field))}, which cannot be read", index)
