"""What a fault proxy can be told to do to a connection: frozen rules. Their JSON form is in ``rule_form``.

Directions are named from the client's point of view: ``up`` is client to server, ``down`` is server to client.
Every rule can be narrowed with the fields of :class:`Rule`. A rule says what it models and what it does not.
"""

from dataclasses import dataclass
from typing import Literal

from gp_lib.errors import SettingsError

Direction = Literal["up", "down"]
Directions = Literal["up", "down", "both"]
Ending = Literal["reset", "close"]
Side = Literal["request", "answer"]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What all rules share: which strikes of those possible are carried out.

    ``skip`` lets the first matches through and ``times`` ends the rule after so many strikes (``None``: no end);
    what one strike is, the rule says (mostly: one connection). ``nth`` is the n-th connection accepted after the
    rule was imposed, ``client_port`` the client's own TCP port (one socket and no other), ``head_contains`` a text
    in the first request head or start-up message of the connection (case counts). ``None`` means any.

    Raises:
        SettingsError: a value makes no sense.
    """

    times: int | None = None
    skip: int = 0
    nth: int | None = None
    client_port: int | None = None
    head_contains: str | None = None

    def __post_init__(self) -> None:
        self.require(self.times is None or self.times >= 1, "times", "is at least 1, or None for no end")
        self.require(self.skip >= 0, "skip", "is at least 0")
        self.require(self.nth is None or self.nth >= 1, "nth", "is at least 1: 1 is the next connection")
        self.require(self.head_contains != "", "head_contains", "is not empty; None means any connection")

    def require(self, holds: bool, field: str, problem: str) -> None:
        """Refuse the rule with a sentence about ``field`` unless ``holds``."""
        if not holds:
            raise SettingsError(f"{type(self).__name__}.{field}", problem)


@dataclass(frozen=True, kw_only=True)
class Refuse(Rule):
    """Nobody answers at the door: new connections get a RST; with ``drop_live`` live ones do too, at once.

    ``answer="reset"`` accepts and resets, so every attempt is counted. ``answer="closed"`` closes the listener, so
    that ``connect`` itself fails with ECONNREFUSED as for a dead process; such attempts never reach the proxy
    and can't be counted (only the live connections that were reset are), and no filter can be combined with it.
    One strike is one connection.

    Models a service that is down. Does not model a host that is down (nothing answers at all: see BlackHole)
    or a full accept queue.
    """

    answer: Literal["reset", "closed"] = "reset"
    drop_live: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(self.head_contains is None, "head_contains", "is unknown before anything was read")
        filtered = self.times, self.skip or None, self.nth, self.client_port
        self.require(self.answer == "reset" or filtered == (None,) * 4, "answer", "'closed' can't choose connections")


@dataclass(frozen=True, kw_only=True)
class Hang(Rule):
    """New connections are accepted and then nothing happens, until the rule is healed; then they are served.

    No byte is lost. Live connections are not touched (see Stall). One strike is one connection.

    Models a server whose kernel accepts while its process is stuck. Does not model a connect that itself hangs.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(self.head_contains is None, "head_contains", "is unknown before anything was read")


@dataclass(frozen=True, kw_only=True)
class Reset(Rule):
    """A true RST (``SO_LINGER`` 0) to both sides: at once (``after_bytes=0``), or after so many bytes.

    At once means: live connections when the rule is imposed, new ones as they are accepted. Bytes are counted from
    when the rule was imposed, in ``direction`` (``both``: the sum). One strike is one connection.

    Models a crashed peer, or a middlebox that forgot the connection. Does not model a RST that only one side gets.
    """

    after_bytes: int = 0
    direction: Directions = "both"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(self.after_bytes >= 0, "after_bytes", "is at least 0 bytes")


@dataclass(frozen=True, kw_only=True)
class Stall(Rule):
    """Nothing moves in ``direction``, and nobody is told; after heal every byte arrives, in order.

    The proxy keeps up to its queue limit and then stops reading, so the sender feels back-pressure. An end of the
    stream (FIN, RST) waits in its place too. One strike is one connection with something to hold back.

    Models a half-open connection, a route that flaps. Does not model retransmission time-outs: the kernels on both
    sides believe that their bytes were acknowledged.
    """

    direction: Directions = "both"


@dataclass(frozen=True, kw_only=True)
class BlackHole(Rule):
    """Bytes are swallowed and counted, and nobody is told; what was swallowed dooms its connection.

    A doomed connection is reset when the rule is healed, since a TCP stream with a hole can't go on; a connection
    that lost nothing lives on. Ends of streams are swallowed too. One strike is one connection.

    Models a peer that is gone without a word. Does not model packet loss that TCP repairs (use Latency).
    """

    direction: Directions = "both"


@dataclass(frozen=True, kw_only=True)
class Latency(Rule):
    """Each piece read is delivered ``delay_s`` plus up to ``jitter_s`` seconds later, never out of order.

    Jitter is drawn evenly from ``[0, jitter_s]`` with the proxy's seed; a piece behind a slower one waits for it.
    Healing releases what is waiting at once. Throughput is bounded by the queue limit divided by the delay.
    One strike is one connection.

    Models a longer way. Does not model a longer TCP handshake, or congestion control.
    """

    delay_s: float = 0.0
    jitter_s: float = 0.0
    direction: Directions = "both"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(self.delay_s >= 0, "delay_s", "is at least 0 seconds")
        self.require(self.jitter_s >= 0, "jitter_s", "is at least 0 seconds")
        self.require(self.delay_s + self.jitter_s > 0, "delay_s", "and jitter_s are both 0: nothing would happen")


@dataclass(frozen=True, kw_only=True)
class Bandwidth(Rule):
    """At most ``bytes_per_s`` pass in each ``direction`` of each connection, in slices of 20 ms.

    One strike is one connection. Models a narrow link per connection. Does not model a link that connections
    share, or losses at a full router queue.
    """

    bytes_per_s: float
    direction: Directions = "both"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(self.bytes_per_s > 0, "bytes_per_s", "is more than 0; use Stall for a link that is dead")


@dataclass(frozen=True, kw_only=True)
class CutAtByte(Rule):
    """The connection ends after exactly ``n`` bytes in ``direction``, by RST or (``how="close"``) by FIN.

    Bytes are counted from when the rule was imposed. One strike is one connection that got that far.

    Models a connection that breaks in mid-message. Does not model which packets the bytes travelled in.
    """

    direction: Direction
    n: int
    how: Ending = "reset"
    times: int | None = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(self.n >= 1, "n", "is at least 1 byte; Reset cuts before any")


@dataclass(frozen=True, kw_only=True)
class FrameRule(Rule):
    """What the rules about WebSocket frames share: they strike at the ``frame``-th data frame in ``direction``.

    Text, binary and continuation frames count, pings and other control frames don't; counting starts when the rule
    is imposed, and on each connection anew. One strike is one connection. Only on proxies with
    ``protocol="websocket"``, for connections whose first request is the upgrade.
    """

    frame: int
    direction: Direction = "down"
    times: int | None = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(self.frame >= 1, "frame", "is at least 1: 1 is the next data frame")


@dataclass(frozen=True, kw_only=True)
class CutInFrame(FrameRule):
    """The connection ends at the ``frame``-th WebSocket data frame in ``direction``, by ``how`` (RST or FIN).

    ``part="before"`` cuts between it and the one before, ``"header"`` after the first byte of its header,
    ``"payload"`` in the middle of its payload (frames with fewer than two payload bytes are passed over).

    Models a network cut in mid-event. Does not model TLS: an encrypted stream has no visible frames.
    """

    part: Literal["before", "header", "payload"]
    how: Ending = "reset"


@dataclass(frozen=True, kw_only=True)
class StallAtFrame(FrameRule):
    """From the ``frame``-th WebSocket data frame in ``direction`` on nothing moves, either way, and nobody is told.

    After heal every byte arrives, in order; ends of the stream (FIN, RST) wait in their places too.

    Models a connection that becomes half-open between two events. Does not model retransmission time-outs (see
    Stall).
    """


@dataclass(frozen=True, kw_only=True)
class CommitRule(Rule):
    """What the rules about PostgreSQL's COMMIT share; one strike is one matching COMMIT.

    ``matching`` (any case; ``None``: any) is a text that some statement of the transaction contains; names of
    prepared statements are resolved to their text, parameter values are not looked at. An explicit COMMIT or END
    counts, by simple or extended query; the implicit commit of a lone statement, COMMIT PREPARED, and a COMMIT
    behind TLS do not. ``side="answer"`` strikes only when the server has answered that it committed.
    """

    side: Side
    matching: str | None = None
    times: int | None = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(self.matching != "", "matching", "is not empty; None means any transaction")


@dataclass(frozen=True, kw_only=True)
class StallCommit(CommitRule):
    """A COMMIT is held back for ``hold_s`` seconds (``None``: until healed), without loss.

    ``side="request"``: the server has not seen it. ``side="answer"``: the server has committed, and others see the
    rows, but the client does not know yet. What follows on that direction of the connection waits too.
    ``hang_up``: the client's connection is closed as the COMMIT is stalled; what it has sent still arrives, so a
    ``"request"`` is committed when the client may have looked already, and found nothing.

    Models a slow network or disk around COMMIT, and with ``hang_up`` a pooler that gives up on its client meanwhile.
    Does not model a server that is slow to write its log: locks are released on time with ``side="answer"``, and held
    for as long as the transaction is open with ``"request"``.
    """

    hold_s: float | None
    hang_up: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(self.hold_s is None or self.hold_s > 0, "hold_s", "is more than 0 seconds, or None")


@dataclass(frozen=True, kw_only=True)
class CutAtCommit(CommitRule):
    """A COMMIT meets a true RST to both sides.

    ``side="request"``: the server never sees it and rolls back. ``side="answer"``: the server has committed, and
    the client never learns it. Models the two ways to lose a connection at COMMIT, which a client can't tell
    apart. Does not model a server that crashes (see ``Faults.kill``).
    """
