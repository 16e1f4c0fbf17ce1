"""Seeded defects of the hot tier: each does what its story says."""

import asyncio
import time
from typing import Any

from redis.asyncio import Redis

from gp_lib.reference_platform.defects.s75_hot_tier_blocked import BLOCKED_S

from .gateways import Gateway, StartGateway
from .people import at, somebody, token_for


def _hot(gateway: Gateway) -> Any:
    return Redis.from_url(gateway.home.valkey_url, decode_responses=True)


async def test_s71_lets_keys_expire_early(start: StartGateway) -> None:
    gateway = await start(defects="S71")
    async with at(gateway) as person, _hot(gateway) as hot:
        run_id = (await person.ask())[0]["run_id"]
        lives_s = [await hot.ttl(f"gp:run:{run_id}"), await hot.ttl(f"gp:run:{run_id}:events")]
    assert all(0 < life_s <= 30 for life_s in lives_s)
    assert await gateway.hits("S71") > 0


async def test_s73_leaves_a_finished_run_running(start: StartGateway) -> None:
    gateway = await start(defects="S73")
    async with at(gateway) as person, _hot(gateway) as hot:
        events = await person.ask()
        state = await hot.hgetall(f"gp:run:{events[0]['run_id']}")
    assert (state["status"], state["last_seq"]) == ("running", str(events[-1]["seq"]))
    assert await gateway.hits("S73") == 1


async def test_s74_has_no_events_of_a_run_whose_keys_are_lost(start: StartGateway) -> None:
    gateway, owner = await start(defects="S74"), somebody()
    async with at(gateway, owner) as person, _hot(gateway) as hot:
        run_id = (await person.ask())[0]["run_id"]
        assert await hot.delete(f"gp:run:{run_id}", f"gp:run:{run_id}:events") == 2
    served = (await gateway.get(f"/runs/{run_id}/events", token_for(owner, gateway.home.secret))).json()
    assert served["events"] == []
    assert await gateway.hits("S74") > 0


async def test_s75_keeps_the_hot_tier_from_answering(start: StartGateway) -> None:
    gateway, waits_s = await start(defects="S75"), list[float]()
    async with at(gateway) as person, _hot(gateway) as hot:
        asking = asyncio.create_task(person.ask())
        while not asking.done():
            began_s = time.monotonic()
            await hot.ping()
            waits_s.append(time.monotonic() - began_s)
            await asyncio.sleep(0.005)
        await asking
    assert max(waits_s) > BLOCKED_S / 2
    assert await gateway.hits("S75") > 0
