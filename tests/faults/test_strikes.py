"""Faults as a scenario holds them, through a real control server to real proxies and processes."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from typing import Any

import psutil
import pytest

from gp_lib.clock import wait_until
from gp_lib.errors import ConnectionLost, WorkbenchError
from gp_lib.faults.control import Control, ControlServer, Handler, fault_handlers
from gp_lib.faults.proxy import Proxy
from gp_lib.faults.rules import Latency, Stall
from gp_lib.faults.strikes import FaultLog, Faults

TOKEN = "a control token"


class Sleeper:
    """Handlers for one real process that does nothing."""

    def __init__(self) -> None:
        self.started: list[Sequence[str] | None] = []
        self.process: asyncio.subprocess.Process | None = None

    async def start(
        self, *, service: str, defects: Sequence[str] | None = None, environment: dict[str, str] | None = None
    ) -> dict[str, Any]:
        if service != "sleeper":
            raise WorkbenchError(f"{service!r} is no service of this stack")
        self.process = await asyncio.create_subprocess_exec("sleep", "600")
        self.started.append(defects)
        return {"pid": self.process.pid}

    async def signal(self, *, service: str, signal: str) -> dict[str, Any]:
        assert self.process is not None
        self.process.send_signal(SIGNALS[signal])
        if signal in ("KILL", "TERM"):
            await self.process.wait()
        return {"pid": self.process.pid}

    async def restart(self, *, service: str, defects: Sequence[str] | None = None) -> dict[str, Any]:
        await self.signal(service=service, signal="TERM")
        return await self.start(service=service, defects=defects)

    async def becomes(self, state: str) -> bool:
        assert self.process is not None
        process = psutil.Process(self.process.pid)

        async def is_so() -> bool:
            return bool(process.status() == state)

        return bool(await wait_until(is_so, deadline_s=20))


SIGNALS = {name: getattr(signal, f"SIG{name}") for name in ("KILL", "STOP", "CONT", "TERM")}


@pytest.fixture
async def sleeper() -> AsyncIterator[Sleeper]:
    sleeper = Sleeper()
    await sleeper.start(service="sleeper")
    yield sleeper
    assert sleeper.process is not None
    if sleeper.process.returncode is None:
        sleeper.process.kill()
        await sleeper.process.wait()


@pytest.fixture
async def server(echo_proxy: Proxy, sleeper: Sleeper) -> AsyncIterator[ControlServer]:
    processes: dict[str, Handler] = {
        "process.start": sleeper.start,
        "process.signal": sleeper.signal,
        "process.restart": sleeper.restart,
    }
    server = ControlServer({**fault_handlers({"echo": echo_proxy}), **processes}, TOKEN)
    await server.start()
    yield server
    await server.close()


@pytest.fixture
def log() -> list[FaultLog]:
    return []


@pytest.fixture
async def faults(server: ControlServer, log: list[FaultLog]) -> AsyncIterator[Faults]:
    async with Control(*server.address, TOKEN) as control, Faults(control, log.append) as faults:
        yield faults


async def test_a_strike_is_healed_and_logged_at_the_end_of_its_block(
    faults: Faults, log: list[FaultLog], echo_proxy: Proxy
) -> None:
    reader, writer = await asyncio.open_connection(*echo_proxy.address)
    async with faults.strikes("echo", Stall(direction="up")) as strike:
        writer.write(b"hello")
        assert await strike.struck(deadline_s=20)
        assert (await strike.touched()).bytes == 5
        assert log == []
    assert await reader.readexactly(5) == b"hello"
    writer.close()
    (fault,) = log
    assert fault is strike.log
    assert (fault.name, fault.target, fault.connections, fault.bytes) == ("Stall", "echo", 1, 5)
    assert fault.rule["direction"] == "up"
    assert fault.healed_s is not None
    assert fault.started_s < fault.struck_s[0] < fault.healed_s
    assert not fault.touched_nothing


async def test_a_strike_that_met_nobody_says_so(faults: Faults, log: list[FaultLog]) -> None:
    async with faults.strikes("echo", Stall()) as strike:
        assert not await strike.struck(deadline_s=0.05)
    assert log[0].touched_nothing
    assert (log[0].connections, log[0].bytes, log[0].matches) == (0, 0, 0)


async def test_somebody_acts_beside_a_strike_and_never_before_it(faults: Faults, echo_proxy: Proxy) -> None:
    acted: list[str] = []

    async def act() -> str:
        acted.append("now")
        return "done"

    async with faults.strikes("echo", Stall(direction="up")) as strike:
        beside = asyncio.create_task(faults.once(strike, act()))
        await asyncio.sleep(0.1)
        assert acted == []
        _, writer = await asyncio.open_connection(*echo_proxy.address)
        writer.write(b"hello")
        assert await beside == "done"
    writer.close()


async def test_nobody_acts_beside_a_strike_that_met_nobody(faults: Faults) -> None:
    async with faults.strikes("echo", Stall()) as strike:
        assert await faults.once(strike, asyncio.sleep(0, "done"), deadline_s=0.05) is None


async def test_a_failing_block_still_heals_and_keeps_its_error(
    faults: Faults, log: list[FaultLog], echo_proxy: Proxy
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with faults.strikes("echo", Stall()):
            raise ZeroDivisionError
    assert len(log) == 1
    assert echo_proxy.in_force == []


async def test_a_deadline_in_the_block_still_heals(faults: Faults, log: list[FaultLog], echo_proxy: Proxy) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05), faults.strikes("echo", Stall()):
            await asyncio.sleep(60)
    assert log[0].healed_s is not None
    assert echo_proxy.in_force == []


async def test_a_rule_refused_is_no_fault(faults: Faults, log: list[FaultLog]) -> None:
    with pytest.raises(WorkbenchError, match="'nowhere' is none of echo"):
        async with faults.strikes("nowhere", Stall()):
            pytest.fail("the block must not run")
    assert log == []


async def test_a_lost_stack_is_told_beside_the_first_error(
    faults: Faults, log: list[FaultLog], server: ControlServer
) -> None:
    async def strike() -> None:
        async with faults.strikes("echo", Stall()):
            await server.close()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as first:
        await strike()
    assert "control connection was lost" in first.value.__notes__[0]
    assert log[0].healed_s is None


async def test_a_lost_stack_is_an_error_by_itself(faults: Faults, server: ControlServer) -> None:
    with pytest.raises(ConnectionLost):
        async with faults.strikes("echo", Stall()):
            await server.close()


async def test_a_long_filter_text_is_logged_as_its_hash(faults: Faults, log: list[FaultLog]) -> None:
    secret = "jwt." + "e" * 200
    async with faults.strikes("echo", Latency(delay_s=1, head_contains=secret)):
        pass
    assert secret not in str(log[0].rule)
    assert "204 characters" in log[0].rule["head_contains"]


async def test_a_kill_lasts_until_the_start(faults: Faults, log: list[FaultLog], sleeper: Sleeper) -> None:
    pid = await faults.kill("sleeper")
    assert not psutil.pid_exists(pid)
    assert log == []
    await faults.starts("sleeper", defects=("S07",))
    assert sleeper.started[-1] == ["S07"]
    (fault,) = log
    assert (fault.name, fault.target, fault.pid) == ("kill", "sleeper", pid)
    assert not fault.touched_nothing
    assert fault.healed_s is not None


async def test_a_kill_without_a_start_is_logged_at_the_end(server: ControlServer, log: list[FaultLog]) -> None:
    async with Control(*server.address, TOKEN) as control, Faults(control, log.append) as faults:
        await faults.kill("sleeper")
    assert (log[0].name, log[0].healed_s) == ("kill", None)


async def test_a_stopped_process_that_is_killed_is_two_faults(faults: Faults, log: list[FaultLog]) -> None:
    await faults.stop("sleeper")
    await faults.kill("sleeper")
    await faults.starts("sleeper")
    assert [fault.name for fault in log] == ["stop", "kill"]
    assert all(fault.healed_s for fault in log)


async def test_a_stopped_process_is_continued_at_the_end(
    server: ControlServer, log: list[FaultLog], sleeper: Sleeper
) -> None:
    async with Control(*server.address, TOKEN) as control, Faults(control, log.append) as faults:
        await faults.stop("sleeper")
        assert await sleeper.becomes("stopped")
    assert await sleeper.becomes("sleeping")
    assert log[0].name == "stop"
    assert log[0].healed_s is not None


async def test_a_restart_is_one_fault(faults: Faults, log: list[FaultLog], sleeper: Sleeper) -> None:
    assert sleeper.process is not None
    before = sleeper.process.pid
    await faults.restarts("sleeper", defects=[])
    assert sleeper.process.pid != before
    assert sleeper.started[-1] == []
    assert [(fault.name, fault.pid) for fault in log] == [("restart", sleeper.process.pid)]


async def test_what_the_stack_refuses_is_an_error(faults: Faults, log: list[FaultLog]) -> None:
    with pytest.raises(WorkbenchError, match="'nobody' is no service"):
        await faults.starts("nobody")
    assert log == []
