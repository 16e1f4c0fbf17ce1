"""What was said on a wire is written into the history: how long it took, for whom, and how much was missed."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from gp_lib import checks, evidence, scenario
from gp_lib.errors import UnsafeTarget, WorkbenchError
from gp_lib.faults import Control, listening
from gp_lib.faults.control import ControlServer, fault_handlers
from gp_lib.faults.proxy import Proxy
from gp_lib.history import History, Reading
from gp_lib.platforms import find_platform
from gp_lib.scenario import Run
from gp_lib.scenario.wires import Wires
from gp_lib.settings import StackDescription, Target
from gp_lib.verdict import Ruling
from gp_lib.workload import Recording, reads_page

TOKEN = "a control token"


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()


@pytest.fixture
def recording(tmp_path: Path) -> Iterator[Recording]:
    recording = Recording(tmp_path / "history.jsonl", scenario="x1")
    yield recording
    recording.seal()


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """A proxy called as the store is, in front of a server that answers the same."""
    server = await asyncio.start_server(_echo, "127.0.0.1", 0)
    async with Proxy("postgres", server.sockets[0].getsockname()) as proxy:
        yield proxy
    server.close()


@pytest.fixture
async def wires(proxy: Proxy, recording: Recording) -> AsyncIterator[Wires]:
    server = ControlServer(fault_handlers({"postgres": proxy}), TOKEN)
    await server.start()
    async with Control(*server.address, TOKEN) as control:
        yield Wires(control, recording)
    await server.close()


async def asks(proxy: Proxy, *texts: bytes) -> None:
    """One after the other on one connection."""
    reader, writer = await asyncio.open_connection(*proxy.address)
    for text in texts:
        writer.write(text)
        await reader.readexactly(len(text))
    writer.close()


def readings(history: History, question: str) -> list[Reading]:
    return [reading for _, reading in history.indexed(Reading) if reading.question == question]


async def test_each_exchange_is_written_down_with_the_time_of_the_history(
    wires: Wires, proxy: Proxy, recording: Recording
) -> None:
    await asks(proxy, b"before")
    since_s = recording.now_s()
    async with wires.heard("postgres", matching="SELECT"):
        await asks(proxy, b"select 1", b"begin", b"select\n  2")
    await asks(proxy, b"select behind")
    (heard,) = readings(recording, "exchanges")
    assert (heard.store, heard.subject) == ("postgres", "postgres")
    assert [one["said"] for one in heard.answer] == ["select 1", "select 2"]
    assert all(since_s - 0.001 <= one["asked_s"] <= recording.now_s() for one in heard.answer)
    assert all(0 <= one["took_ms"] < 5_000 for one in heard.answer)
    assert {one["user"] for one in heard.answer} == {None}
    assert [missed.answer for missed in readings(recording, "unheard")] == [0]
    assert len(readings(recording, "loop_lag")) == 1


async def test_what_the_listener_missed_makes_the_checks_unknown(
    wires: Wires, proxy: Proxy, recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "MOST_EXCHANGES", 2)
    async with wires.heard("postgres"):
        await asks(proxy, b"one", b"two", b"three")
    assert [missed.answer for missed in readings(recording, "unheard")] == [1]
    found = checks.queries_within(recording, limit_ms=60_000.0, max_lag_ms=60_000.0)
    assert found.verdict is Ruling.UNKNOWN
    assert "no room for 1 statements more" in found.message


async def test_what_was_heard_is_kept_when_the_act_breaks_off(wires: Wires, proxy: Proxy, recording: Recording) -> None:
    async def breaks_off() -> None:
        async with wires.heard("postgres"):
            await asks(proxy, b"one")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await breaks_off()
    assert [len(heard.answer) for heard in readings(recording, "exchanges")] == [1]


async def test_there_is_no_listening_to_a_wire_that_does_not_exist(wires: Wires, recording: Recording) -> None:
    with pytest.raises(WorkbenchError, match="is none of postgres"):
        async with wires.heard("oracle"):
            pass
    assert list(recording) == []


async def test_wires_that_are_not_ours_are_not_listened_to(tmp_path: Path) -> None:
    target = Target(name="nowhere", platform_http="http://127.0.0.1:9", platform_ws="ws://127.0.0.1:9/ws")
    run = Run(scenario="x1", target=target, platform=find_platform("golden_path"), folder=tmp_path, about={})
    with pytest.raises(UnsafeTarget, match="embedded stack"):
        async with run.wires():
            pass


async def test_a_page_of_history_is_heard_in_its_readers_own_transactions(
    stack: StackDescription, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPATH_STACK", str(stack.state_dir / "stack.json"))
    monkeypatch.setenv("GPATH_EVIDENCE", str(tmp_path / "runs" / "now" / "x1"))
    run = await scenario.begin("x1")
    async with run.acting(deadline_s=60), run.people() as people, run.wires() as wires:
        ana, bob = people.called("ana", "bob")
        await ana.connects()
        asked = await ana.asks("Which savings do you find in my costs?")
        async with wires.heard("postgres", people=[ana, bob]):
            await reads_page(ana, asked.thread_id, limit=10)
    history = History.load(run.folder / evidence.HISTORY)
    (heard,) = readings(history, "exchanges")
    assert [one["user"] for one in heard.answer if one["begins"] and one["user"]] == [ana.user_id]
    assert checks.transactions_within(history, limit_ms=60_000.0, max_lag_ms=60_000.0).verdict is Ruling.PASS
