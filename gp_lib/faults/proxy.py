"""A TCP proxy that stands between two real parts and does to their connections what its rules say."""

import asyncio
import logging
import socket
from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType
from typing import Any, Literal

from gp_lib.errors import SettingsError
from gp_lib.faults.connection import Connection
from gp_lib.faults.dial import Upstream
from gp_lib.faults.door import Door
from gp_lib.faults.editor import Editor
from gp_lib.faults.effects import Effect
from gp_lib.faults.ending_effects import CutEffect, HangEffect, RefuseEffect
from gp_lib.faults.event_effects import (
    CorruptSeqEffect,
    DelayEffect,
    DropEffect,
    EventEffect,
    HoldEffect,
    InjectEffect,
    ReaddressEffect,
    RepeatEffect,
    SwapEffect,
    TruncateEffect,
)
from gp_lib.faults.event_rules import EventRule
from gp_lib.faults.listening import Listeners
from gp_lib.faults.postgres_wire import PostgresWire
from gp_lib.faults.rules import CommitRule, FrameRule, Rule
from gp_lib.faults.stream_effects import BandwidthEffect, BlackHoleEffect, LatencyEffect, StallEffect
from gp_lib.faults.touched import Touched
from gp_lib.faults.websocket_wire import WebSocketWire
from gp_lib.faults.wire import PlainWire, Wire
from gp_lib.faults.wire_effects import CutAtCommitEffect, CutInFrameEffect, StallAtFrameEffect, StallCommitEffect

Protocol = Literal["tcp", "postgres", "websocket"]
LOOPBACK = "127.0.0.1"
QUEUE_BYTES = 1 << 20

_log = logging.getLogger(__name__)
_EFFECTS: Mapping[str, Callable[..., Effect[Any]]] = {
    "Refuse": RefuseEffect,
    "Hang": HangEffect,
    "Reset": CutEffect,
    "CutAtByte": CutEffect,
    "Stall": StallEffect,
    "BlackHole": BlackHoleEffect,
    "Latency": LatencyEffect,
    "Bandwidth": BandwidthEffect,
    "CutInFrame": CutInFrameEffect,
    "StallAtFrame": StallAtFrameEffect,
    "StallCommit": StallCommitEffect,
    "CutAtCommit": CutAtCommitEffect,
    "DropEvent": DropEffect,
    "RepeatEvent": RepeatEffect,
    "SwapEvents": SwapEffect,
    "DelayEvent": DelayEffect,
    "ReaddressEvent": ReaddressEffect,
    "CorruptSeq": CorruptSeqEffect,
    "InjectForeign": InjectEffect,
    "HoldEvents": HoldEffect,
    "TruncateEvent": TruncateEffect,
}
_WIRES: Mapping[Protocol, Callable[[], Wire]] = {
    "tcp": PlainWire,
    "postgres": PostgresWire,
    "websocket": WebSocketWire,
}


class Proxy:
    """Listens on loopback and forwards to ``upstream``; without a rule it changes nothing but the route.

    ``port`` 0 takes a free one. ``upstream`` must be loopback or its host be in ``allowed_hosts``. ``protocol``
    says what to recognise in the stream. ``seed`` repeats jitter. ``queue_bytes`` bounds what is held per direction
    of each connection.

    Raises:
        UnsafeTarget: the upstream is neither loopback nor listed.
    """

    def __init__(
        self,
        name: str,
        upstream: tuple[str, int],
        *,
        port: int = 0,
        allowed_hosts: frozenset[str] = frozenset(),
        protocol: Protocol = "tcp",
        seed: int = 0,
        queue_bytes: int = QUEUE_BYTES,
    ) -> None:
        self.name = name
        self.protocol = protocol
        self._seed = seed
        self._queue_bytes = queue_bytes
        self._upstream = Upstream(name, upstream, allowed_hosts)
        self._door = Door(name, (LOOPBACK, port), self._greet)
        self._effects: dict[str, Effect[Any]] = {}
        self._in_force: list[Effect[Any]] = []
        self._live: dict[Connection, asyncio.Task[None]] = {}
        self._accepted = 0
        self._open = False
        self._listeners = Listeners(name)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port that clients connect to; the port is known after :meth:`start`."""
        return self._door.address

    async def start(self) -> None:
        """Listen.

        Raises:
            NotReady: the port is taken.
        """
        self._door.open()
        self._open = True

    async def close(self) -> None:
        """Stop listening and end every connection; harmless when closed."""
        self._open = False
        self._door.close()
        tasks = list(self._live.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._listeners.end_all()

    async def __aenter__(self) -> "Proxy":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def impose(self, rule: Rule) -> str:
        """Put a rule in force, for new and live connections; the id to heal it with.

        Raises:
            SettingsError: the rule needs a protocol that this proxy does not follow.
        """
        for needed, kind in (("postgres", CommitRule), ("websocket", FrameRule), ("websocket", EventRule)):
            if isinstance(rule, kind) and self.protocol != needed:
                problem = f"needs a proxy that follows {needed}; {self.name!r} follows {self.protocol}"
                raise SettingsError(type(rule).__name__, problem)
        rule_id = f"{self.name}-{len(self._effects) + 1}"
        effect = _EFFECTS[type(rule).__name__](rule, seed=f"{self._seed} {rule_id}", since=self._accepted)
        self._effects[rule_id] = effect
        self._in_force.append(effect)
        effect.on_impose(list(self._live))
        self._rules_changed()
        return rule_id

    def heal(self, rule_id: str) -> Touched:
        """End a rule and say what it touched; healing twice changes nothing.

        Raises:
            SettingsError: there was never a rule with this id.
        """
        effect = self._effect(rule_id)
        if effect in self._in_force:
            self._in_force.remove(effect)
            effect.on_heal(list(self._live))
            self._rules_changed()
        return effect.ledger.touched()

    def listen(self, matching: str = "") -> str:
        """Hear every exchange that contains ``matching`` (in any case) from now on; the id to ask with."""
        listener_id = self._listeners.add(matching)
        self._listeners_changed()
        return listener_id

    async def heard(self, listener_id: str) -> dict[str, Any]:
        """End a listener; what it has heard, as JSON (see :meth:`Listener.written`). It is forgotten then.

        Raises:
            SettingsError: there is no listener with this id.
        """
        listener = self._listeners.remove(listener_id)
        self._listeners_changed()
        await listener.ended()
        return listener.written()

    def unlisten(self, listener_id: str) -> None:
        """Forget a listener and what it has heard; nothing happens when it is forgotten already."""
        if listener_id in self._listeners:
            self._listeners.remove(listener_id)
            self._listeners_changed()

    def _listeners_changed(self) -> None:
        for connection in self._live:
            self._connect_listeners(connection)

    def _connect_listeners(self, connection: Connection) -> None:
        hear = partial(self._listeners.hear, connection.number)
        connection.wire.on_exchange = hear if self._listeners else None

    def heal_all(self) -> dict[str, Touched]:
        """End all rules in force; what each touched, by id."""
        return {rule_id: self.heal(rule_id) for rule_id in self.in_force}

    @property
    def in_force(self) -> list[str]:
        """The ids of the rules that are not healed."""
        return [rule_id for rule_id, effect in self._effects.items() if effect in self._in_force]

    def touched(self, rule_id: str) -> Touched:
        """What a rule has touched so far, or had touched when it was healed.

        Raises:
            SettingsError: there was never a rule with this id.
        """
        return self._effect(rule_id).ledger.touched()

    def _effect(self, rule_id: str) -> Effect[Any]:
        if rule_id not in self._effects:
            known = ", ".join(self._effects) or "none"
            raise SettingsError("rule id", f"{rule_id!r} is not known to proxy {self.name!r} (known: {known})")
        return self._effects[rule_id]

    def _rules_changed(self) -> None:
        if any(effect.closes_listener for effect in self._in_force):
            self._door.shut()
        elif self._open:
            self._door.open()
        for connection in self._live:
            connection.wake()

    def _greet(self, client: socket.socket) -> None:
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._accepted += 1
        connection = Connection(
            self._accepted,
            client,
            _WIRES[self.protocol](),
            effects=self._in_force,
            limit_bytes=self._queue_bytes,
        )
        if any(isinstance(effect, EventEffect) for effect in self._in_force):
            connection.pipes["down"].editor = Editor(connection, self._in_force)
        self._connect_listeners(connection)
        if any(effect.refuses(connection) for effect in self._in_force):
            return connection.reset()
        task = asyncio.create_task(connection.run(self._upstream.dial), name=f"{self.name} {connection.number}")
        self._live[connection] = task
        task.add_done_callback(lambda task: self._ended(connection, task))
        return None

    def _ended(self, connection: Connection, task: asyncio.Task[None]) -> None:
        del self._live[connection]
        connection.release()
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("proxy %s: connection %d broke: %r", self.name, connection.number, error)
