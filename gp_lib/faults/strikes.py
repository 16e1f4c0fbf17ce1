"""What a scenario holds to break things: faults on the wire and to processes, each healed and logged."""

import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, TypeVar

from gp_lib.clock import monotonic_s, wait_until
from gp_lib.errors import WorkbenchError
from gp_lib.faults.control import Control
from gp_lib.faults.rule_form import rule_to_json
from gp_lib.faults.rules import Rule
from gp_lib.faults.touched import Touched

T = TypeVar("T")

SHOWN_CHARACTERS = 64  # a longer filter text may be a token, and is logged as its hash


@dataclass(frozen=True)
class FaultLog:
    """One fault from beginning to end, for the history.

    ``name`` is the rule's kind, or ``kill``, ``stop``, ``start``, ``restart``; ``target`` the proxy or service.
    Times are monotonic seconds; ``healed_s`` is ``None`` when nobody could heal it. ``pid`` is the process that a
    process fault met, ``None`` for faults on the wire. The counts are those of ``Touched``.
    """

    name: str
    target: str
    rule: Mapping[str, Any]
    started_s: float
    healed_s: float | None = None
    connections: int = 0
    bytes: int = 0
    frames: int = 0
    matches: int = 0
    struck_s: list[float] = field(default_factory=list)
    pid: int | None = None

    @property
    def touched_nothing(self) -> bool:
        """Whether the fault met nobody: whatever was observed says nothing about it."""
        return not self.struck_s


class Strike:
    """A rule in force on a proxy; ``id`` names it there, ``log`` is there once it is healed."""

    def __init__(self, control: Control, proxy: str, rule: Rule) -> None:
        self.proxy = proxy
        self.rule = rule
        self.id = ""
        self.log: FaultLog | None = None
        self._control = control
        self._started_s = monotonic_s()
        self._healed: tuple[float, Touched] | None = None

    async def impose(self) -> None:
        """Put the rule in force.

        Raises:
            WorkbenchError: the rule makes no sense, or there is no such proxy.
            ConnectionLost: the control server is gone.
        """
        reply = await self._control.call("faults.impose", proxy=self.proxy, rule=rule_to_json(self.rule))
        self.id = reply["id"]

    async def touched(self) -> Touched:
        """What the rule has touched so far."""
        if self._healed is not None:
            return self._healed[1]
        return Touched(**await self._control.call("faults.touched", proxy=self.proxy, id=self.id))

    async def struck(self, deadline_s: float) -> bool:
        """Wait until the rule has struck at least once; ``False`` when ``deadline_s`` (scaled) seconds passed."""

        async def has_struck() -> bool:
            return bool((await self.touched()).struck_s)

        return await wait_until(has_struck, deadline_s=deadline_s, every_s=0.005) is not None

    async def heal(self) -> Touched:
        """End the rule now; what it touched. Healing again changes nothing."""
        if self._healed is None:
            reply = await self._control.call("faults.heal", proxy=self.proxy, id=self.id)
            self._healed = monotonic_s(), Touched(**reply)
        return self._healed[1]

    def written(self) -> FaultLog:
        """The log as of now; with nothing touched when the proxy could not be asked."""
        healed_s, touched = self._healed or (None, Touched())
        self.log = FaultLog(
            name=type(self.rule).__name__,
            target=self.proxy,
            rule=_shown(rule_to_json(self.rule)),
            started_s=self._started_s,
            healed_s=healed_s,
            connections=touched.connections,
            bytes=touched.bytes,
            frames=touched.frames,
            matches=touched.matches,
            struck_s=touched.struck_s,
        )
        return self.log


class Faults:
    """Faults of one scenario; each is handed to ``on_fault`` when it is over.

    ``async with Faults(control, on_fault) as faults:`` continues, at its end, the processes that are stopped still.
    Services have the names of the stack: ``platform``, ``postgres``, ``valkey``, ``clickhouse``, ``model``.
    All methods raise ``WorkbenchError`` when the stack refuses and ``ConnectionLost`` when it is gone.
    """

    def __init__(self, control: Control, on_fault: Callable[[FaultLog], None]) -> None:
        self._control = control
        self._on_fault = on_fault
        self._open: dict[str, FaultLog] = {}  # killed or stopped, by service

    async def __aenter__(self) -> "Faults":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            for service in [name for name, fault in self._open.items() if fault.name == "stop"]:
                await self.cont(service)
        except WorkbenchError as failure:
            _tell(failure, error)
        finally:
            for service in list(self._open):
                self._on_fault(self._open.pop(service))

    @asynccontextmanager
    async def strikes(self, proxy: str, rule: Rule) -> AsyncIterator[Strike]:
        """The rule is in force within the block; it is healed and logged at its end, whatever happened."""
        strike = Strike(self._control, proxy, rule)
        await strike.impose()
        try:
            yield strike
        except BaseException as error:
            await self._end(strike, error)
            raise
        await self._end(strike, None)

    async def _end(self, strike: Strike, error: BaseException | None) -> None:
        try:
            await strike.heal()
        except WorkbenchError as failure:
            _tell(failure, error)
        finally:
            self._on_fault(strike.written())

    async def once(self, strike: Strike, doing: Coroutine[Any, Any, T], *, deadline_s: float = 20.0) -> T | None:
        """Begin with ``doing`` as soon as ``strike`` has struck, so that somebody acts beside a fault and never before.

        ``None``, and nothing is done, when it has not struck within ``deadline_s`` (scaled) seconds.
        """
        struck = False
        try:
            struck = await strike.struck(deadline_s)
        finally:
            if not struck:
                doing.close()
        return await doing if struck else None

    async def kill(self, service: str) -> int:
        """SIGKILL; the pid that was killed. The fault lasts until :meth:`starts`."""
        return await self._signal(service, "KILL", "kill")

    async def kills_once(self, strike: Strike, service: str, *, deadline_s: float = 20.0) -> bool:
        """SIGKILL as soon as ``strike`` has struck; ``False``, and nobody is killed, when it has not in time.

        A process that is killed while the strike lasts dies in the middle of what the strike holds up.
        """
        if not await strike.struck(deadline_s):
            return False
        await self.kill(service)
        return True

    async def stop(self, service: str) -> int:
        """SIGSTOP: connections stay open, nothing answers; the pid. It lasts until :meth:`cont`."""
        return await self._signal(service, "STOP", "stop")

    async def cont(self, service: str) -> int:
        """SIGCONT; the pid that goes on."""
        pid = (await self._control.call("process.signal", service=service, signal="CONT"))["pid"]
        self._over(service)
        return int(pid)

    async def starts(
        self,
        service: str,
        *,
        defects: Sequence[str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start a service that is down, on its old port, and wait until it is ready; ends its ``kill``.

        ``defects`` and ``environment`` of ``None`` leave those of its last start.
        """
        started_s = monotonic_s()
        arguments = {"service": service, **_given(defects=defects, environment=environment)}
        reply = await self._control.call("process.start", **arguments)
        if service in self._open:
            self._over(service)
        else:
            self._log_process("start", service, started_s, reply)

    async def restarts(self, service: str, *, defects: Sequence[str] | None = None) -> None:
        """Stop a service gracefully, start it on its old port and wait until it is ready.

        ``defects`` of ``None`` leaves those of its last start.
        """
        started_s = monotonic_s()
        reply = await self._control.call("process.restart", service=service, **_given(defects=defects))
        self._over(service)
        self._log_process("restart", service, started_s, reply)

    @asynccontextmanager
    async def configured(self, service: str, **environment: str) -> AsyncIterator[None]:
        """Within the block the service runs with these variables more; it is restarted before and after.

        It keeps its defects. Also when this process is killed the service gets its former environment back.
        """
        former = (await self._control.call("process.status"))[service]["environment"]
        await self._restart_with(service, former | environment, for_now=True)
        try:
            yield
        finally:
            await self._restart_with(service, former)

    async def _restart_with(self, service: str, environment: Mapping[str, str], **how: bool) -> None:
        started_s = monotonic_s()
        reply = await self._control.call("process.restart", service=service, environment=dict(environment), **how)
        self._over(service)
        self._log_process("restart", service, started_s, reply)

    async def _signal(self, service: str, signal: str, name: str) -> int:
        started_s = monotonic_s()
        pid = int((await self._control.call("process.signal", service=service, signal=signal))["pid"])
        self._over(service)  # a stopped process may be killed: two faults
        self._open[service] = FaultLog(name, service, {"signal": signal}, started_s, struck_s=[monotonic_s()], pid=pid)
        return pid

    def _over(self, service: str) -> None:
        if service in self._open:
            self._on_fault(replace(self._open.pop(service), healed_s=monotonic_s()))

    def _log_process(self, name: str, service: str, started_s: float, reply: Mapping[str, Any]) -> None:
        now_s = monotonic_s()
        self._on_fault(FaultLog(name, service, {}, started_s, now_s, struck_s=[started_s], pid=reply.get("pid")))


def _given(**values: object) -> dict[str, object]:
    """The arguments that are not ``None``, sequences and mappings made plain for JSON."""
    plain = {name: dict(value) if isinstance(value, Mapping) else value for name, value in values.items()}
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in plain.items() if value is not None
    }


def _shown(rule: dict[str, Any]) -> dict[str, Any]:
    """The rule without secrets: a long filter text is likely a token."""
    text = rule["head_contains"]
    if text is not None and len(text) > SHOWN_CHARACTERS:
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        return rule | {"head_contains": f"sha256:{digest} of {len(text)} characters"}
    return rule


def _tell(failure: WorkbenchError, error: BaseException | None) -> None:
    """Report a failed clean-up without hiding the error that came first.

    Raises:
        WorkbenchError: ``failure``, when nothing came before it.
    """
    if error is None:
        raise failure
    error.add_note(f"and then: {failure}")
