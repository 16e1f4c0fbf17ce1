"""A part is broken: the user still gets an answer, and it says what is missing."""

import asyncio
import dataclasses
import itertools
import time
from collections.abc import AsyncIterator, Iterator
from datetime import datetime

import pytest

from .gateways import Gateway, Home, facts_are_carried, running
from .people import DETAILED, Frame, at, deltas, is_end
from .relay import Relay, relayed


def _honest_and_partial(events: list[Frame]) -> None:
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert [is_end(event) for event in events].count(True) == 1
    assert events[-1]["payload"]["status"] == "partial"
    assert "partial" in events[-1]["payload"]["result"]
    assert deltas(events) == events[-1]["payload"]["result"]


@pytest.fixture(scope="module")
async def impatient(home: Home) -> AsyncIterator[Gateway]:
    """A gateway that waits for a model for a tenth of the usual time."""
    async with running(home, model_deadline_s="0.5") as gateway:
        yield gateway


@pytest.mark.parametrize("agent", ["triage", "data", "optimization", "report"])
async def test_a_silent_model_ends_in_a_partial_answer_within_its_deadline(impatient: Gateway, agent: str) -> None:
    async with at(impatient) as person:
        events = await person.ask(f"Which savings are there? (model: silent at {agent})")
        silent_s = max(later - earlier for earlier, later in itertools.pairwise(_moments(events)))
    _honest_and_partial(events)
    assert silent_s < 4.5


def _moments(events: list[Frame]) -> list[float]:
    return [datetime.fromisoformat(event["timestamp"]).timestamp() for event in events]


@pytest.mark.parametrize("fault", ["error 500", "rate limited", "cut", "error 500 at report", "cut at report"])
async def test_a_failing_model_ends_in_a_partial_answer(gateway: Gateway, fault: str) -> None:
    async with at(gateway) as person:
        _honest_and_partial(await person.ask(f"Which savings are there? (model: {fault})"))
        assert (await person.ask())[-1]["payload"]["status"] == "completed"


async def test_a_model_that_calls_tools_badly_does_not_break_a_run(gateway: Gateway) -> None:
    async with at(gateway) as person:
        events = await person.ask("Which savings are there? (model: bad tool)")
    assert is_end(events[-1])
    assert events[-1]["type"] == "agent_completed"


@pytest.fixture(scope="module")
async def cold_tier_behind_a_wire(home: Home) -> AsyncIterator[tuple[Gateway, Relay]]:
    """A gateway whose cold tier can be lost."""
    async with (
        relayed(home.clickhouse_url) as (relay, url),
        running(dataclasses.replace(home, clickhouse_url=url)) as gateway,
    ):
        yield gateway, relay


@pytest.fixture
def without_cold_tier(cold_tier_behind_a_wire: tuple[Gateway, Relay]) -> Iterator[tuple[Gateway, Relay]]:
    """The same for one test, mended afterwards."""
    yield cold_tier_behind_a_wire
    cold_tier_behind_a_wire[1].mend()


async def test_a_lost_cold_tier_gives_a_partial_answer_and_facts_catch_up(
    without_cold_tier: tuple[Gateway, Relay],
) -> None:
    gateway, relay = without_cold_tier
    async with at(gateway) as person:
        relay.lose()
        events = await person.ask()
        _honest_and_partial(events)
        assert (await gateway.get("/readyz")).status_code == 503
        relay.refusing = False
        await facts_are_carried(gateway.home, events[0]["run_id"])
        assert (await person.ask())[-1]["payload"]["status"] == "completed"


async def test_a_new_user_gets_in_while_the_cold_tier_is_lost(without_cold_tier: tuple[Gateway, Relay]) -> None:
    gateway, relay = without_cold_tier
    relay.lose()
    began_s = time.monotonic()
    async with at(gateway) as person:
        assert time.monotonic() - began_s < 2
        _honest_and_partial(await person.ask())


@pytest.fixture(scope="module")
async def hot_tier_behind_a_wire(lonely_home_of_a_file: Home) -> AsyncIterator[tuple[Gateway, Relay]]:
    """A gateway whose hot tier can be lost. Others would not be cut off, and take this one for dead."""
    home = lonely_home_of_a_file
    async with (
        relayed(home.valkey_url) as (relay, url),
        running(dataclasses.replace(home, valkey_url=url)) as gateway,
    ):
        yield gateway, relay


@pytest.fixture
def without_hot_tier(hot_tier_behind_a_wire: tuple[Gateway, Relay]) -> Iterator[tuple[Gateway, Relay]]:
    """The same for one test, mended afterwards."""
    yield hot_tier_behind_a_wire
    hot_tier_behind_a_wire[1].mend()


async def test_a_run_is_told_to_its_end_without_the_hot_tier(without_hot_tier: tuple[Gateway, Relay]) -> None:
    gateway, relay = without_hot_tier
    async with at(gateway) as person:
        await person.ask()
        relay.lose()
        events = await person.ask()
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[-1]["payload"]["status"] == "completed"


async def test_a_hot_tier_that_comes_back_during_a_run_doubles_nothing(without_hot_tier: tuple[Gateway, Relay]) -> None:
    gateway, relay = without_hot_tier
    async with at(gateway) as person:
        await person.say(DETAILED)
        await person.receive()
        relay.lose()
        await asyncio.sleep(0.6)
        relay.refusing = False
        events = [person.frames[0], *await person.until_end()]
        again = await person.ask()
    for story in (events, again):
        assert [event["seq"] for event in story] == list(range(1, len(story) + 1))


async def test_a_user_who_comes_while_the_hot_tier_is_lost_is_served(without_hot_tier: tuple[Gateway, Relay]) -> None:
    gateway, relay = without_hot_tier
    relay.lose()
    async with at(gateway) as person:
        assert (await person.ask())[-1]["payload"]["status"] == "completed"


async def test_a_gateway_without_the_hot_tier_says_that_it_is_not_ready_and_why(
    without_hot_tier: tuple[Gateway, Relay],
) -> None:
    gateway, relay = without_hot_tier
    relay.lose()
    told = await gateway.get("/readyz")
    dependencies = told.json()["dependencies"]
    assert told.status_code == 503
    assert dependencies["valkey"] == {"ok": False, "error": "StoreLost"}
    assert [name for name, one in dependencies.items() if not one["ok"]] == ["valkey"]
