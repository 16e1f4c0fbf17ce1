import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import closing

import asyncpg
import psutil
import pytest
from redis.asyncio import Redis

from gp_lib.clock import wait_until
from gp_lib.errors import WorkbenchError
from gp_lib.faults.control import Control
from gp_lib.services.options import StackOptions
from gp_lib.services.stack import RunningStack, find_stack, start_stack
from gp_lib.services.status import ServiceStatus, status
from gp_lib.settings import ServiceDescription, StackDescription


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """Valkey and PostgreSQL, to be killed and restarted at will."""
    options = StackOptions(services=("valkey", "postgres"))
    folder = tmp_path_factory.mktemp("stores")
    with start_stack(folder, options, detached=False, on_progress=lambda *_: None) as running:
        yield running


@pytest.fixture
async def control(stores: RunningStack) -> AsyncIterator[Control]:
    address = stores.description.control
    async with Control(address.host, address.port, address.token) as control:
        yield control
        for service, report in (await control.call("process.status")).items():
            if report["state"] != "ready":
                await control.call("process.restart", service=service)


def now(stores: RunningStack) -> StackDescription:
    description = find_stack(stores.description.state_dir)
    assert description is not None
    return description


def service_now(stores: RunningStack, name: str) -> ServiceDescription:
    return now(stores).services[name]


def status_of(stores: RunningStack, name: str) -> ServiceStatus:
    return next(each for each in status(stores.description.state_dir) if each.name == name)


@pytest.mark.parametrize("signal", ["KILL", "TERM"])
async def test_valkey_comes_back_on_its_port_with_what_it_had_acknowledged(
    stores: RunningStack, control: Control, signal: str
) -> None:
    before = service_now(stores, "valkey")
    async with Redis.from_url(stores.description.urls.valkey) as valkey:
        await valkey.set("kept", signal)
    assert (await control.call("process.signal", service="valkey", signal=signal))["pid"] == before.pid
    assert await wait_until(lambda: ended(before.pid), deadline_s=10)
    await control.call("process.start", service="valkey")
    after = service_now(stores, "valkey")
    assert (after.port, after.pid != before.pid) == (before.port, True)
    async with Redis.from_url(now(stores).urls.valkey, decode_responses=True) as valkey:
        assert await valkey.get("kept") == signal


async def test_postgres_comes_back_after_a_kill_with_what_was_committed(stores: RunningStack, control: Control) -> None:
    url = stores.description.urls.postgres_admin
    session = await asyncpg.connect(url)
    await session.execute("CREATE TABLE kept (what text)")
    await session.execute("INSERT INTO kept VALUES ('this')")
    await control.call("process.signal", service="postgres", signal="KILL")
    assert status_of(stores, "postgres").state == "killed"
    await session.close()
    report = await control.call("process.start", service="postgres")
    assert report["state"] == "ready"
    session = await asyncpg.connect(url)
    assert await session.fetchval("SELECT what FROM kept") == "this"
    await session.close()


async def test_a_paused_service_is_told_as_paused_and_goes_on_afterwards(
    stores: RunningStack, control: Control
) -> None:
    await control.call("process.signal", service="postgres", signal="STOP")
    assert await wait_until(lambda: told(stores, "postgres", "paused"), deadline_s=20)
    assert (await control.call("process.status"))["postgres"]["state"] == "paused"
    await control.call("process.signal", service="postgres", signal="CONT")
    session = await asyncpg.connect(stores.description.urls.postgres_app)
    assert await session.fetchval("SELECT 1") == 1
    await session.close()
    assert status_of(stores, "postgres").state == "ready"


async def test_a_service_that_dies_by_itself_is_told_and_not_restarted(stores: RunningStack, control: Control) -> None:
    async def noted() -> bool:
        return status_of(stores, "valkey").ending != ""

    psutil.Process(service_now(stores, "valkey").pid).kill()
    assert await wait_until(lambda: told(stores, "valkey", "died"), deadline_s=20)
    assert await wait_until(noted, deadline_s=20)  # anybody sees the death at once; how it died, only its supervisor
    found = status_of(stores, "valkey")
    assert (found.state, found.ending, found.pid, found.uptime_s) == ("died", "signal SIGKILL", None, None)
    assert (await control.call("process.status"))["valkey"]["state"] == "died"


async def test_status_tells_pid_memory_uptime_and_port_of_a_ready_service(
    stores: RunningStack, control: Control
) -> None:
    found, described = status_of(stores, "postgres"), service_now(stores, "postgres")
    assert (found.pid, found.port, found.state) == (described.pid, described.port, "ready")
    assert found.uptime_s is not None
    assert found.uptime_s >= 0
    assert found.memory_bytes is not None
    assert found.memory_bytes > 10 << 20


async def test_a_service_whose_port_was_taken_meanwhile_says_so_and_stays_down(
    stores: RunningStack, control: Control
) -> None:
    port = service_now(stores, "valkey").port
    await control.call("process.signal", service="valkey", signal="KILL")
    with closing(socket.create_server(("127.0.0.1", port))):
        with pytest.raises(WorkbenchError, match=f"end the process that listens on port {port}"):
            await control.call("process.start", service="valkey")
        assert status_of(stores, "valkey").pid is None


async def test_a_running_service_is_not_started_twice(stores: RunningStack, control: Control) -> None:
    before = service_now(stores, "valkey").pid
    with pytest.raises(WorkbenchError, match=r"running already.*\n.*use process\.restart"):
        await control.call("process.start", service="valkey")
    assert service_now(stores, "valkey").pid == before


async def test_a_service_that_is_down_gets_no_signal(stores: RunningStack, control: Control) -> None:
    await control.call("process.signal", service="valkey", signal="KILL")
    with pytest.raises(WorkbenchError, match="not running"):
        await control.call("process.signal", service="valkey", signal="STOP")


@pytest.mark.parametrize(
    ("op", "arguments", "words"),
    [
        ("process.restart", {"service": "mysql"}, "'mysql' is none of valkey, postgres"),
        ("process.signal", {"service": "valkey", "signal": "HUP"}, "none of KILL, STOP, CONT, TERM"),
        ("process.restart", {"service": "valkey", "defects": ["S07"]}, "only the platform"),
        ("process.restart", {"service": "valkey", "environment": {"PATH": "/"}}, "does not begin with GP_"),
    ],
)
async def test_an_order_that_makes_no_sense_is_refused_before_anything_is_done(
    stores: RunningStack, control: Control, op: str, arguments: dict[str, object], words: str
) -> None:
    before = service_now(stores, "valkey").pid
    with pytest.raises(WorkbenchError, match=words):
        await control.call(op, **arguments)
    assert service_now(stores, "valkey").pid == before


async def test_a_stack_stops_by_order(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("ordered")
    options = StackOptions(services=("valkey",))
    running = start_stack(folder, options, detached=False, on_progress=lambda *_: None)
    address = running.description.control
    async with Control(address.host, address.port, address.token) as control:
        await control.call("stack.stop")
    assert await wait_until(lambda: ended(running.description.services["valkey"].pid), deadline_s=10)
    running.stop()
    assert find_stack(folder) is None


async def ended(pid: int) -> bool:
    return not psutil.pid_exists(pid)


async def told(stores: RunningStack, name: str, state: str) -> bool:
    return status_of(stores, name).state == state
