"""Each seeded defect is off unless named, does what its story says, and counts its hits."""

import dataclasses
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
import pytest
from redis.asyncio import Redis
from websockets.exceptions import ConnectionClosed

from gp_lib.clock import wait_until
from gp_lib.reference_platform.defects.board import counter_key

from .gateways import Gateway, Home, StartGateway, events_are_committed, running
from .people import Person, at, deltas, is_end, somebody
from .relay import Relay, relayed
from .test_slow_reader import LONG, asleep


@asynccontextmanager
async def wired(home: Home, defect: str) -> AsyncIterator[tuple[Relay, Gateway]]:
    """A gateway with a defect, whose way to the database leads through our wire."""
    async with (
        relayed(home.app_url) as (relay, url),
        running(dataclasses.replace(home, app_url=url), defects=defect) as gateway,
    ):
        yield relay, gateway


FILE_IT = "Find savings and file the best saving."


async def test_s07_leaves_a_failing_tool_without_its_completion(start: StartGateway) -> None:
    gateway = await start(defects="S07")
    async with at(gateway) as person:
        events = await person.ask("savings and invoice INV-404")
    begun = {e["payload"]["call_id"] for e in events if e["type"] == "tool_executing"}
    ended = {e["payload"]["call_id"] for e in events if e["type"] == "tool_completed"}
    assert len(begun - ended) == 1
    assert await gateway.hits("S07") == 1


async def test_s09_files_a_saving_twice_when_the_answer_is_lost(
    home: Home, auditor: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    async with wired(home, "S09") as (relay, gateway), at(gateway) as person:
        relay.strike_once(b"insert into platform.saving_actions", "lose the answer")
        await person.ask(FILE_IT)
        assert await gateway.hits("S09") == 1
    rows = await auditor.fetchval("select count(*) from platform.saving_actions where user_id = $1", person.user_id)
    assert rows == 2


async def test_s90_refuses_what_the_database_took_in_late(
    home: Home, auditor: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    async with wired(home, "S90") as (relay, gateway), at(gateway) as person:
        relay.strike_once(b"insert into platform.events", "lose the answer and be late")
        await person.say()
        assert (await person.receive())["type"] == "error_message"
        assert await gateway.hits("S90") == 1
    assert await auditor.fetchval("select count(*) from platform.messages where user_id = $1", person.user_id) == 1


async def test_s20_announces_while_commit_is_stalled(home: Home) -> None:
    async with wired(home, "S20") as (relay, gateway), at(gateway) as person:
        relay.strike_once(b"insert into platform.events", "hold the answer")
        await person.say()
        await relay.struck.wait()
        assert (await person.receive())["seq"] == 1
        relay.may_answer.set()
        await person.until_end()
        assert await gateway.hits("S20") > 1


async def test_s21_shows_a_step_that_is_not_stored(home: Home, auditor: "asyncpg.Connection[asyncpg.Record]") -> None:
    async with wired(home, "S21") as (relay, gateway), at(gateway) as person:
        await person.say()
        await person.receive()
        relay.strike_once(b"insert into platform.events", "lose the request")
        events = [person.frames[0], *await person.until_end()]
        assert await gateway.hits("S21") == 1
    stored = await auditor.fetchval("select count(*) from platform.events where run_id = $1", events[0]["run_id"])
    assert 0 < stored < len(events)


async def test_s22_never_shows_what_was_stored_before_the_crash(lonely_home: Home) -> None:
    user_id = somebody()
    async with relayed(lonely_home.valkey_url) as (relay, url):
        wired = dataclasses.replace(lonely_home, valkey_url=url)
        async with running(wired, defects="S22", gateway_id="s22") as doomed:
            with suppress(ConnectionClosed):
                async with at(doomed, user_id) as person:
                    await person.say("Please explain my savings in detail.")
                    first = await person.receive()
                    relay.lose()
                    await events_are_committed(lonely_home, first["run_id"], 10)
                    await doomed.stop(signal.SIGKILL)
    async with running(lonely_home, defects="S22", gateway_id="s22") as again, at(again, user_id) as person:
        await person.send("resume", run_id=first["run_id"], last_seq=0)
        events = await person.until_end()
        assert await again.hits("S22") > 1
    assert len(events) < events[-1]["seq"]


async def test_s35_tells_one_more_delta_after_the_end(start: StartGateway) -> None:
    gateway = await start(defects="S35")
    async with at(gateway) as person:
        events = await person.ask()
        late = await person.receive()
        assert await gateway.hits("S35") == 1
    assert (late["seq"], late["run_id"]) == (events[-1]["seq"] + 1, events[0]["run_id"])
    assert deltas([*events, late]) == events[-1]["payload"]["result"]


async def _freezes(tab: Person) -> bool:
    try:
        for _ in range(20):
            await tab.say(LONG)
            await tab.until_end(10)
    except TimeoutError:
        return True
    return False


async def test_s40_lets_a_slow_reader_stop_everybody(start: StartGateway) -> None:
    gateway = await start(defects="S40")
    user_id = somebody()
    async with asleep(gateway, user_id), at(gateway, user_id) as tab, at(gateway) as stranger:
        assert await _freezes(tab)
        await stranger.say()
        with pytest.raises(TimeoutError):
            await stranger.receive(1)
        assert await gateway.hits("S40") > 0


async def test_hits_are_still_known_after_a_crash(lonely_home: Home) -> None:
    async with running(lonely_home, defects="S35") as doomed, at(doomed) as person:
        before = (await doomed.get("/defects")).json()["S35"]["hits"]
        await person.ask()
        async with Redis.from_url(lonely_home.valkey_url) as hot:

            async def kept() -> bool:
                return bool(int(await hot.get(counter_key("S35")) or 0) > before)

            assert await wait_until(kept, deadline_s=10)
        await doomed.stop(signal.SIGKILL)
    async with running(lonely_home, defects="S35") as again:
        report = (await again.get("/defects")).json()["S35"]
    assert (report["hits"], report["hits_here"]) == (before + 1, 0)


async def test_two_defects_may_be_on_if_they_replace_different_parts(start: StartGateway) -> None:
    gateway = await start(defects="s07, S35")
    async with at(gateway) as person:
        assert is_end((await person.ask())[-1])
    assert set((await gateway.get("/defects")).json()) == {"S07", "S35"}
