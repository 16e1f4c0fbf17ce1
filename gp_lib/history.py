"""What happened, as a list of frozen records: the only thing a check may look at.

Saved (``history.jsonl``), its first line is a header and every other line one record. Times are seconds since
the history began, on the monotonic clock; the header's wall-clock time lets them be compared with a server's.
"""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TextIO, TypeVar, overload

from gp_lib import strict_json
from gp_lib.contract.platform import Tools
from gp_lib.dialects import fields
from gp_lib.errors import Damaged

if TYPE_CHECKING:
    import pandas as pd

Outcome = Literal["ok", "failed", "unknown"]
VERSION = 1
PACKED = ".gz"
"""What is added to the name of a packed history; one is read like any other."""
EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An actor did something: it worked, it failed, or nobody knows (cut off, connection lost in between)."""

    kind: ClassVar[str] = "operation"
    actor: str
    action: str
    outcome: Outcome
    started_s: float
    ended_s: float
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def at_s(self) -> float:
        """When it began."""
        return self.started_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A frame that a client received. ``connection`` tells an actor's tabs and reconnections apart.

    Fields the frame did not carry are ``None``; ``frame`` is the raw text as it came.
    """

    kind: ClassVar[str] = "event"
    actor: str
    connection: str
    type: str
    run_id: str | None
    thread_id: str | None
    user_id: str | None
    seq: int | None
    server_time: str | None
    received_s: float
    frame: str

    @property
    def at_s(self) -> float:
        """When it was received."""
        return self.received_s

    @property
    def body(self) -> dict[str, Any]:
        """The whole frame, parsed; empty when it is no JSON object."""
        return _parsed(self.frame)

    @property
    def payload(self) -> dict[str, Any]:
        """The frame's ``payload``; empty when there is none."""
        payload = self.body.get("payload")
        return payload if isinstance(payload, dict) else {}

    @property
    def agent_name(self) -> str | None:
        """Which agent speaks; ``None`` when the frame does not say it."""
        return fields.identity(self.body.get("agent_name"))

    @property
    def event_id(self) -> str | None:
        """The platform's own id of this event; ``None`` when the frame names none."""
        return fields.identity(self.body.get("event_id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a store answered to a question, and about whom (``subject``: a user, run or event id)."""

    kind: ClassVar[str] = "reading"
    store: str
    question: str
    subject: str
    answer: Any
    asked_s: float
    answered_s: float

    @property
    def at_s(self) -> float:
        """When it was asked."""
        return self.asked_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What struck, when, and how much it touched. ``struck_s`` are the moments at which it interfered."""

    kind: ClassVar[str] = "fault"
    name: str
    target: str
    started_s: float
    healed_s: float
    connections: int
    bytes: int
    frames: int
    struck_s: tuple[float, ...]
    rule: Mapping[str, Any] = field(default_factory=dict)

    @property
    def at_s(self) -> float:
        """When it was imposed."""
        return self.started_s

    @property
    def touched(self) -> bool:
        """Whether it interfered with anything at all."""
        return bool(self.struck_s)


Record = Operation | Event | Reading | Fault
_KINDS: dict[str, type[Record]] = {"operation": Operation, "event": Event, "reading": Reading, "fault": Fault}
R = TypeVar("R", Operation, Event, Reading, Fault)


@lru_cache(maxsize=65_536)
def _parsed(frame: str) -> dict[str, Any]:
    try:
        body = json.loads(frame)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def open_history(path: Path) -> TextIO:
    """The history at ``path``, or the packed one beside it, opened for reading.

    Raises:
        OSError: there is neither.
    """
    packed = path.with_name(path.name + PACKED)
    if not path.exists() and packed.exists():
        return gzip.open(packed, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def read_header(path: Path) -> dict[str, Any]:
    """What the history at ``path``, or packed beside it, says of its run in its first line.

    Raises:
        WorkbenchError: as ``History.load`` does.
    """
    return _header(path, next(strict_json.lines(path, open_history), None))


def _header(path: Path, line: strict_json.Line | None) -> dict[str, Any]:
    try:
        about = strict_json.parse(line.text if line else "")
        version = _schemas().fitted(_schemas().HeaderSchema, about).version
        _tools(about)
    except ValueError as error:
        raise Damaged(path, f"line 1: {error}") from error
    if version != VERSION:
        raise Damaged(path, f"it is a history of version {version}, and this workbench reads version {VERSION}")
    return dict(about)


def _tools(header: Mapping[str, Any]) -> Tools:
    return Tools(**header.get("tools") or {})


class History(Sequence[Record]):
    """A list of records, in the order in which they were written down.

    ``began`` is its second 0, in UTC; ``tools`` are those of the platform that it tells about.
    """

    truncated = False
    """Whether the file it was loaded from ends in the middle of a line, as after a kill."""

    about: Mapping[str, Any] = MappingProxyType({})
    """What the first line of the file says that it was loaded from."""

    def __init__(self, records: Iterable[Record] = (), *, began: datetime = EPOCH, tools: Tools | None = None) -> None:
        self.began = began
        self.tools = tools or Tools()
        self._records = list(records)

    @classmethod
    def load(cls, path: Path) -> "History":
        """The history saved at ``path``, or packed beside it. A last line cut short by a kill is left out.

        Raises:
            WorkbenchError: there is no such file.
            Damaged: it is not a history of this version, or cannot be read before its last line.
        """
        lines = strict_json.lines(path, open_history)
        header = _header(path, next(lines, None))
        history = cls(began=datetime.fromisoformat(header["began"]), tools=_tools(header))
        history.about = header
        for line in lines:
            if not line.whole:
                history.truncated = True
                break
            try:
                history._records.append(record_from_json(strict_json.parse(line.text)))
            except ValueError as error:
                raise Damaged(path, f"line {line.number}: {error}") from error
        return history

    def wall(self, at_s: float) -> datetime:
        """The wall-clock time of a moment in this history."""
        return self.began.astimezone(UTC) + timedelta(seconds=at_s)

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Record]: ...
    def __getitem__(self, index: int | slice) -> Record | Sequence[Record]:
        return self._records[index]

    def __len__(self) -> int:
        return len(self._records)

    def indexed(self, kind: type[R]) -> Iterator[tuple[int, R]]:
        """Every record of ``kind`` with its index."""
        for index, record in enumerate(self._records):
            if isinstance(record, kind):
                yield index, record

    def table(self) -> "pd.DataFrame":
        """One row a record, in order; the index is what witnesses point at."""
        import pandas as pd  # not at the top: whoever runs a batch reads histories, and should not wait for it

        rows = [
            {"kind": record.kind, "at_s": round(record.at_s, 4), **record_to_json(record)} for record in self._records
        ]
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        counts = {kind: sum(r.kind == kind for r in self._records) for kind in _KINDS}
        return "<History: " + ", ".join(f"{count} {kind}s" for kind, count in counts.items()) + ">"


def record_to_json(record: Record) -> dict[str, Any]:
    """The JSON object of one line of ``history.jsonl``."""
    return {"kind": record.kind, **asdict(record)}


def record_from_json(data: Mapping[str, Any]) -> Record:
    """The record of one line of ``history.jsonl``.

    Raises:
        ValueError: it is not a record; the message says why.
    """
    if not isinstance(data, dict):
        raise ValueError("it should be an object")
    kind = data.get("kind")
    if type(kind) is not str or kind not in _KINDS:
        raise ValueError(f"kind: it should be one of {', '.join(_KINDS)}")
    fields = _schemas().fitted(_schemas().RECORDS[kind], data).__dict__
    del fields["kind"]
    if kind == Fault.kind:
        fields["struck_s"] = tuple(fields["struck_s"])
    return _KINDS[kind](**fields)


@cache
def _schemas() -> ModuleType:
    """Not imported at the top: pydantic takes as long to import as everything else that a command needs."""
    from gp_lib import schemas

    return schemas
