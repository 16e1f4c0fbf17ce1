"""People read pages of their history; a page that could not be read is never told as one that was."""

import uuid
from pathlib import Path

import pytest

from gp_lib import scenario
from gp_lib.clock import wait_until
from gp_lib.faults import Stall
from gp_lib.history import History, Operation
from gp_lib.settings import StackDescription, Target, TokenIssuer
from gp_lib.workload import Person, Recording, read_in_bulk, reads_page, together


def told(history: History, action: str) -> list[Operation]:
    return [one for _, one in history.indexed(Operation) if one.action == action]


async def test_whether_a_page_was_read_is_not_known_when_nobody_answers(tmp_path: Path) -> None:
    jwt = TokenIssuer(secret="s" * 32, issuer="i", audience="a")
    nowhere = Target(name="nowhere", platform_http="http://127.0.0.1:9", platform_ws="ws://127.0.0.1:9/ws", jwt=jwt)
    history = Recording(tmp_path / "history.jsonl", scenario="x1")
    person = Person(history, nowhere, "ana")
    await reads_page(person, "some thread", limit=10)
    await read_in_bulk(person, "some thread", limit=10, tabs=2, times=2)
    history.seal()
    assert [one.outcome for one in history if isinstance(one, Operation)] == ["unknown", "unknown"]
    assert not any("messages" in one.detail for one in told(history, "reads a page"))


async def test_pages_are_read_with_their_length_and_a_thread_that_does_not_exist_is_none(
    stack: StackDescription, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPATH_STACK", str(stack.state_dir / "stack.json"))
    monkeypatch.setenv("GPATH_EVIDENCE", str(tmp_path / "runs" / "now" / "x1"))
    run = await scenario.begin("x1")
    async with run.acting(deadline_s=60) as history, run.people() as people:
        (ana,) = people.called("ana")
        await ana.connects()
        asked = await ana.asks("Which savings do you find in my costs?")
        await reads_page(ana, asked.thread_id, limit=10)
        await reads_page(ana, asked.thread_id, limit=1)
        await reads_page(ana, str(uuid.uuid4()), limit=10)
        await read_in_bulk(ana, asked.thread_id, limit=10, tabs=2, times=3)
    read = [(one.outcome, one.detail.get("messages"), one.detail["status"]) for one in told(history, "reads a page")]
    assert read == [("ok", 2, 200), ("ok", 1, 200), ("failed", None, 404)]
    assert [one.outcome for one in told(history, "reads in bulk")] == ["ok"]


async def test_a_page_that_is_read_in_bulk_is_asked_for_in_all_tabs_before_any_of_them_has_it(
    stack: StackDescription, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPATH_STACK", str(stack.state_dir / "stack.json"))
    monkeypatch.setenv("GPATH_EVIDENCE", str(tmp_path / "runs" / "now" / "x1"))
    run = await scenario.begin("x1", effect="breaks")
    async with run.acting(deadline_s=60) as history, run.people() as people, run.faults() as faults:
        (ana,) = people.called("ana")
        await ana.connects()
        asked = await ana.asks("Which savings do you find in my costs?")
        async with faults.strikes("edge", Stall(direction="up", head_contains="GET /threads")) as nobody_is_heard:

            async def all_are_waiting() -> bool:
                return (await nobody_is_heard.touched()).connections == 25

            async def until_all_are_waiting() -> None:
                assert await wait_until(all_are_waiting, deadline_s=8) is not None
                await nobody_is_heard.heal()

            await together([read_in_bulk(ana, asked.thread_id, limit=10, tabs=25, times=1), until_all_are_waiting()])
    assert [one.outcome for one in told(history, "reads in bulk")] == ["ok"]
