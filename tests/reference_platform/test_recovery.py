"""A gateway dies: what was stored still arrives, in order, and its run gets exactly one end."""

import asyncio
import dataclasses
import signal
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed

from .gateways import Gateway, Home, StartGateway, events_are_committed, launched, running
from .people import DETAILED, Frame, Person, at, is_end, somebody
from .relay import Relay, relayed


@pytest.fixture
async def wired(home: Home) -> AsyncIterator[tuple[Home, Relay]]:
    """A home whose hot tier is behind our wire."""
    async with relayed(home.valkey_url) as (relay, url):
        yield dataclasses.replace(home, valkey_url=url), relay


async def _asked(person: Person, count: int = 12) -> list[Frame]:
    await person.say(DETAILED)
    return [await person.receive() for _ in range(count)]


async def _all_of(gateway: Gateway, user_id: str, run_id: str) -> list[Frame]:
    """The run's events from the beginning, as a new socket gets them, with some time to see whether more come."""
    async with at(gateway, user_id) as person:
        await person.send("resume", run_id=run_id, last_seq=0)
        events = await person.until_end()
        with suppress(TimeoutError):
            while True:
                events.append(await person.receive(0.5))
    return events


def _complete_and_interrupted(events: list[Frame]) -> None:
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert [is_end(event) for event in events].count(True) == 1
    assert events[-1]["type"] == "agent_error"
    assert events[-1]["payload"]["code"] == "RUN_INTERRUPTED"
    assert events[-1]["payload"]["retryable"] is True


async def test_a_killed_gateway_that_comes_back_ends_its_run_once(home: Home) -> None:
    user_id = somebody()
    async with running(home, gateway_id="phoenix") as gateway, at(gateway, user_id) as person:
        run_id = (await _asked(person))[0]["run_id"]
        await gateway.stop(signal.SIGKILL)
    async with running(home, gateway_id="phoenix") as again:
        _complete_and_interrupted(await _all_of(again, user_id, run_id))


async def test_a_living_gateway_takes_over_and_its_sockets_hear_of_it(gateway: Gateway, home: Home) -> None:
    user_id = somebody()
    async with running(home) as doomed, at(gateway, user_id) as watcher, at(doomed, user_id) as person:
        told = await _asked(person)
        await doomed.stop(signal.SIGKILL)
        events = await watcher.until_end()
    assert events[0]["run_id"] == told[0]["run_id"]
    _complete_and_interrupted(events)


async def test_what_was_committed_and_not_delivered_arrives_after_the_crash(
    wired: tuple[Home, Relay], home: Home
) -> None:
    wired_home, relay = wired
    user_id = somebody()
    async with running(wired_home) as doomed:
        with suppress(ConnectionClosed):
            async with at(doomed, user_id) as person:
                await _asked(person, 8)
                # Without the hot tier everything is committed and nothing is delivered.
                relay.lose()
                run_id = person.frames[0]["run_id"]
                await events_are_committed(home, run_id, 10)
                await doomed.stop(signal.SIGKILL)
    async with running(home) as fresh:
        events = await _eventually_ended(fresh, user_id, run_id)
    _complete_and_interrupted(events)
    assert len(events) > 9


async def _eventually_ended(gateway: Gateway, user_id: str, run_id: str) -> list[Frame]:
    async with at(gateway, user_id) as person:
        await person.send("resume", run_id=run_id, last_seq=0)
        return await person.until_end()


async def test_a_stopped_gateway_that_wakes_up_adds_nothing_to_a_run_that_was_taken_over(
    gateway: Gateway, home: Home
) -> None:
    user_id = somebody()
    async with running(home) as sleeper, at(gateway, user_id) as watcher, at(sleeper, user_id) as person:
        told = await _asked(person)
        sleeper.process.send_signal(signal.SIGSTOP)
        events = await watcher.until_end()
        sleeper.process.send_signal(signal.SIGCONT)
        await asyncio.sleep(1.5)
        again = await _all_of(gateway, user_id, told[0]["run_id"])
    _complete_and_interrupted(events)
    assert again == events


async def test_a_living_gateway_is_not_taken_for_dead_when_the_hot_tier_was_away(
    wired: tuple[Home, Relay], start: StartGateway
) -> None:
    wired_home, relay = wired
    await start()
    async with running(wired_home) as gateway, at(gateway) as person:
        await person.say(DETAILED)
        await person.receive()
        relay.lose()
        await asyncio.sleep(0.3)
        relay.refusing = False
        events = [person.frames[0], *await person.until_end()]
    assert events[-1]["payload"].get("status") == "completed"
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))


async def test_a_gateway_refuses_to_start_on_a_taken_port(home: Home, gateway: Gateway) -> None:
    second = launched(home, {}, gateway.port)
    assert await second.stop(signal.SIGCONT) != 0
    assert "cannot start" in second.log.read_text()
