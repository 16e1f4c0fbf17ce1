"""Events only after commit: what a lost or late COMMIT does, on the wire."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Iterator
from typing import TypeAlias

import asyncpg
import pytest

from .gateways import Gateway, Home, running
from .people import Person, at
from .relay import Relay, relayed

Auditor: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
EVENTS = b"insert into platform.events"
EFFECT = b"insert into platform.saving_actions"
LOSSES = ["lose the request", "lose the answer", "lose the answer and be late"]
STORED = "select event_id::text, seq from platform.events where run_id = $1 order by seq"


@pytest.fixture(scope="module")
async def wired_gateway(home: Home) -> AsyncIterator[tuple[Gateway, Relay]]:
    """A gateway whose way to the database leads through our wire."""
    async with (
        relayed(home.app_url) as (relay, url),
        running(dataclasses.replace(home, app_url=url)) as gateway,
    ):
        yield gateway, relay


@pytest.fixture
def wired(wired_gateway: tuple[Gateway, Relay]) -> Iterator[tuple[Gateway, Relay]]:
    """The same for one test, mended afterwards."""
    yield wired_gateway
    wired_gateway[1].mend()


async def _quiet(person: Person, for_s: float) -> None:
    with pytest.raises(TimeoutError):
        await person.receive(for_s)


async def test_nothing_is_announced_while_the_answer_to_commit_is_held_back(wired: tuple[Gateway, Relay]) -> None:
    gateway, relay = wired
    async with at(gateway) as person:
        relay.strike_once(EVENTS, "hold the answer")
        await person.say()
        await relay.struck.wait()
        await _quiet(person, 0.7)
        relay.may_answer.set()
        events = await person.until_end()
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))


@pytest.mark.parametrize("loss", LOSSES)
async def test_a_commit_without_an_answer_is_neither_lost_nor_doubled(
    wired: tuple[Gateway, Relay], auditor: Auditor, loss: str
) -> None:
    gateway, relay = wired
    async with at(gateway) as person:
        await person.say()
        await person.receive()
        relay.strike_once(EVENTS, loss)
        events = [person.frames[0], *await person.until_end()]
    assert relay.struck.is_set()
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    stored = await auditor.fetch(STORED, events[0]["run_id"])
    assert [(row["event_id"], row["seq"]) for row in stored] == [(e["event_id"], e["seq"]) for e in events]


@pytest.mark.parametrize("loss", LOSSES)
async def test_an_opening_without_an_answer_makes_one_run(
    wired: tuple[Gateway, Relay], auditor: Auditor, loss: str
) -> None:
    gateway, relay = wired
    async with at(gateway) as person:
        relay.strike_once(EVENTS, loss)
        events = await person.ask()
    assert relay.struck.is_set()
    assert events[-1]["payload"]["status"] == "completed"
    assert await auditor.fetchval("select count(*) from platform.runs where user_id = $1", person.user_id) == 1
    assert await auditor.fetchval("select count(*) from platform.messages where user_id = $1", person.user_id) == 2


@pytest.mark.parametrize("loss", LOSSES)
async def test_an_opening_in_a_known_thread_without_an_answer_is_conducted(
    wired: tuple[Gateway, Relay], auditor: Auditor, loss: str
) -> None:
    gateway, relay = wired
    async with at(gateway) as person:
        (first, *_) = await person.ask()
        relay.strike_once(EVENTS, loss)
        events = await person.ask(thread_id=first["thread_id"])
    assert relay.struck.is_set()
    assert (events[-1]["payload"]["status"], events[-1]["thread_id"]) == ("completed", first["thread_id"])
    assert await auditor.fetchval("select count(*) from platform.runs where user_id = $1", person.user_id) == 2


@pytest.mark.parametrize("loss", LOSSES)
async def test_an_effect_happens_once_although_its_commit_had_no_answer(
    wired: tuple[Gateway, Relay], auditor: Auditor, loss: str
) -> None:
    gateway, relay = wired
    async with at(gateway) as person:
        relay.strike_once(EFFECT, loss)
        events = await person.ask("Find savings and file the best saving.")
    assert relay.struck.is_set()
    told = [event["type"] for event in events if event["payload"].get("tool_name") == "file_saving"]
    assert told == ["tool_executing", "tool_completed"]
    assert events[-1]["payload"]["status"] == "completed"
    rows = await auditor.fetchval("select count(*) from platform.saving_actions where user_id = $1", person.user_id)
    assert rows == 1


async def test_a_short_loss_of_the_database_only_delays_a_run(wired: tuple[Gateway, Relay]) -> None:
    gateway, relay = wired
    async with at(gateway) as person:
        await person.say()
        await person.receive()
        relay.lose()
        await asyncio.sleep(1.0)
        relay.refusing = False
        events = [person.frames[0], *await person.until_end()]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))


async def test_a_question_without_a_database_is_refused_with_a_typed_error(wired: tuple[Gateway, Relay]) -> None:
    gateway, relay = wired
    async with at(gateway) as person:
        relay.lose()
        await person.say()
        assert (await person.receive(20))["error_code"] == "UNAVAILABLE"
        relay.refusing = False
        assert (await person.ask())[-1]["payload"]["status"] == "completed"


async def test_at_the_moment_an_event_arrives_its_row_can_be_read(gateway: Gateway, auditor: Auditor) -> None:
    async with at(gateway) as person:
        await person.say()
        while True:
            event = await person.receive()
            row = await auditor.fetchval("select seq from platform.events where event_id = $1", event["event_id"])
            assert row == event["seq"]
            if event["type"] == "agent_completed" and event["agent_name"] == "supervisor":
                break
        status = await auditor.fetchval("select status from platform.runs where run_id = $1", event["run_id"])
    assert status == "completed"
