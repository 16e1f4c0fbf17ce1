"""What saved evidence has to look like: the types and bounds of every field, held against it when it is read.

Fields that are not named here are left out, as what a newer version of the workbench writes; those of a history are
refused, because its header says of which version it is.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

LONGEST_NAME_BYTES = 255
"""Of a file or folder, on every system in use."""

MOST_SECONDS = 1e9
"""About thirty years, before and after: more than any run, and a date can still be made of it."""

LONGEST_PROBLEM = 300


def _number(value: object) -> object:
    """Figures without an end are written as texts, for JSON has no words for them."""
    return float(value) if value in ("NaN", "Infinity", "-Infinity") else value


def _list(value: object) -> object:
    """What was never written has tuples still."""
    return list(value) if isinstance(value, tuple) else value


def _moment(text: str) -> str:
    """A date with its offset from UTC that can be turned into any time zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("it has no time zone")
    if not 1900 <= moment.year <= 9000:
        raise ValueError("its year is not between 1900 and 9000")
    moment.astimezone(UTC)
    return text


def file_name(text: str) -> str:
    """``text`` when a file or folder can bear it as its name, right below the folder that it is in.

    Raises:
        ValueError: it cannot.
    """
    if text in ("", ".", "..") or "/" in text or "\0" in text:
        raise ValueError(f"{text[:60]!r} is not the name of a file or folder")
    if len(text.encode()) > LONGEST_NAME_BYTES:
        raise ValueError(f"it is longer than {LONGEST_NAME_BYTES} bytes")
    return text


Ruling = Literal["pass", "fail", "unknown"]
Figure = Annotated[float, BeforeValidator(_number)]
Seconds = Annotated[float, Field(ge=-MOST_SECONDS, le=MOST_SECONDS, allow_inf_nan=False)]
Duration = Annotated[float, Field(ge=0, le=MOST_SECONDS, allow_inf_nan=False)]
Moment = Annotated[str, AfterValidator(_moment)]
Name = Annotated[str, AfterValidator(file_name)]
"""The name of one file or folder."""


class Schema(BaseModel):
    """A JSON object whose fields have exactly the types that are written here."""

    model_config = ConfigDict(strict=True, extra="ignore")


class CheckSchema(Schema):
    """One check of a verdict."""

    name: str
    verdict: Ruling
    requirement: str
    measured: Figure | None = None
    unit: str = ""
    limit: Figure | None = None
    witnesses: Annotated[list[Annotated[int, Field(ge=0)]], BeforeValidator(_list)] = []
    message: str = ""


class VerdictSchema(Schema):
    """``verdict.json``."""

    verdict: Ruling
    checks: list[CheckSchema]


class ToolsSchema(Schema):
    """The names of a platform's tools, in the first line of a history."""

    model_config = ConfigDict(strict=True, extra="forbid")

    costs: str = ""
    utilization: str = ""
    lookup: str = ""
    effect: str = ""


class HeaderSchema(Schema):
    """The first line of a history; what else it says of its run is kept as it is."""

    model_config = ConfigDict(strict=True, extra="allow")

    kind: Literal["history"]
    version: int
    began: Moment
    tools: ToolsSchema | None = None


class _RecordSchema(Schema):
    model_config = ConfigDict(strict=True, extra="forbid")


class OperationSchema(_RecordSchema):
    """A line of a history: somebody did something."""

    kind: Literal["operation"]
    actor: str
    action: str
    outcome: Literal["ok", "failed", "unknown"]
    started_s: Seconds
    ended_s: Seconds
    detail: dict[str, Any] = {}


class EventSchema(_RecordSchema):
    """A line of a history: somebody received something."""

    kind: Literal["event"]
    actor: str
    connection: str
    type: str
    run_id: str | None
    thread_id: str | None
    user_id: str | None
    seq: int | None
    server_time: str | None
    received_s: Seconds
    frame: str


class ReadingSchema(_RecordSchema):
    """A line of a history: a store answered."""

    kind: Literal["reading"]
    store: str
    question: str
    subject: str
    answer: Any
    asked_s: Seconds
    answered_s: Seconds


class FaultSchema(_RecordSchema):
    """A line of a history: something struck."""

    kind: Literal["fault"]
    name: str
    target: str
    started_s: Seconds
    healed_s: Seconds
    connections: int
    bytes: int
    frames: int
    struck_s: list[Seconds]
    rule: dict[str, Any] = {}


RECORDS: Mapping[str, type[Schema]] = {
    "operation": OperationSchema,
    "event": EventSchema,
    "reading": ReadingSchema,
    "fault": FaultSchema,
}

S = TypeVar("S", bound=Schema)


def fitted(schema: type[S], data: object) -> S:
    """``data`` as ``schema`` describes it.

    Raises:
        ValueError: it is not like that; the message names the first field that is not, and says what it should be.
    """
    try:
        return schema.model_validate(data)
    except ValidationError as error:
        raise ValueError(_problem(error)) from None


def _problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
    what = _WORDS.get(first["type"], first["msg"]).removeprefix("Value error, ")
    what = what.replace("Input should", "it should")
    said = f"{where}: {what}" if where else what
    return said.encode("ascii", "backslashreplace").decode()[:LONGEST_PROBLEM]


_WORDS = {
    "model_type": "it should be an object",
    "dict_type": "it should be an object",
    "missing": "it is missing",
    "extra_forbidden": "there is no such field",
}
"""What pydantic says in words of Python."""
