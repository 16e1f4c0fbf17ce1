"""Sabotage of events between a platform and its clients: rules that know WebSocket frames and the events in them.

They need nothing of the platform and work in front of any: a proxy with ``protocol="websocket"`` takes whole text
frames from the server, changes, keeps or adds some, and writes them anew (RFC 6455), unmasked and with their lengths.
They act on connections opened after the rule was imposed. Not modelled: events in binary, compressed or fragmented
messages, which pass untouched, and TLS, in which no frame can be seen.
"""

from dataclasses import dataclass
from typing import Literal

from gp_lib.faults.rules import Rule

Address = Literal["user", "run", "thread"]


@dataclass(frozen=True, kw_only=True)
class EventRule(Rule):
    """What rules about events share: which events of a run they strike. One strike is one event.

    ``event`` is the type of the events meant (``None``: every event of a run), ``terminal`` means only the last
    word of a run's root agent, and ``kth`` only the k-th of these in each run as one connection sees it.
    """

    event: str | None = None
    terminal: bool = False
    kth: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(self.event != "", "event", "is not empty; None means every event")
        self.require(self.kth is None or self.kth >= 1, "kth", "is at least 1, or None for all of them")


@dataclass(frozen=True, kw_only=True)
class DropEvent(EventRule):
    """An event never arrives; with ``terminal``, a run seems to go on for ever.

    Models a lost publication. Does not model an event that was never made: the stores know it.
    """


@dataclass(frozen=True, kw_only=True)
class RepeatEvent(EventRule):
    """An event arrives twice in a row.

    Models at-least-once delivery without de-duplication. Does not model a step that was done twice.
    """


@dataclass(frozen=True, kw_only=True)
class SwapEvents(EventRule):
    """An event changes places with the next one of its run.

    Without a next one it arrives at the end of the connection, or when the rule is healed.
    Models two publishers that race. Does not model events that overtake those of other runs.
    """


@dataclass(frozen=True, kw_only=True)
class DelayEvent(EventRule):
    """An event comes ``delay_s`` seconds late, and what is behind it on the connection waits.

    Models a queue that stalls. Does not model a late event that others overtake (see SwapEvents, HoldEvents).
    """

    delay_s: float

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(self.delay_s > 0, "delay_s", "is more than 0 seconds")


@dataclass(frozen=True, kw_only=True)
class ReaddressEvent(EventRule):
    """An event says that it belongs to another ``address``: to one seen on this proxy, else to one made up.

    ``user``, ``run`` or ``thread`` is changed in what the event says of itself; the socket stays the same.
    Models contexts that are mixed up. Does not model a payload that is somebody else's.
    """

    address: Address


@dataclass(frozen=True, kw_only=True)
class CorruptSeq(EventRule):
    """An event carries a ``seq`` that is ``by`` too high (negative: too low).

    Models a counter that is shared. Does not model a counter that stays wrong from there on (leave out ``kth``).
    """

    by: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(self.by != 0, "by", "is not 0")


@dataclass(frozen=True, kw_only=True)
class InjectForeign(EventRule):
    """Behind an event comes the last one that another user got, unchanged.

    Events that arrive before anybody else got one are no match.
    Models a broadcast to the wrong socket. Does not model a socket that gets all of somebody else's run.
    """


@dataclass(frozen=True, kw_only=True)
class HoldEvents(EventRule):
    """Events are held back until their run's terminal event, and then come right before or behind it (``until``).

    Of all events this is batching to the end; of one type, news that is too late. The terminal event itself is never
    held. A connection that ends before gets them at its end.
    Models a buffer that is flushed late. Does not model a buffer of limited size.
    """

    until: Literal["before", "behind"] = "before"


@dataclass(frozen=True, kw_only=True)
class TruncateEvent(EventRule):
    """Only the first half of an event's text arrives, in a frame that is whole.

    Models a buffer that was too small. Does not model a frame that breaks off with its connection (see CutInFrame).
    """
