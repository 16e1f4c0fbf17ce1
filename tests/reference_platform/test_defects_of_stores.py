"""Seeded defects of the database and the tiers: each does what its story says."""

import asyncio
import hashlib
import json
import uuid
from urllib.parse import urlsplit

import asyncpg
import clickhouse_connect

from gp_lib.clock import wait_until
from gp_lib.reference_platform import protocol
from gp_lib.settings import StackDescription

from .gateways import Gateway, Home, StartGateway, facts_are_carried, running
from .people import DETAILED, at, somebody, token_for


async def _failing(gateway: Gateway, times: int) -> None:
    async with at(gateway) as person:
        for _ in range(times):
            await person.say(thread_id=str(uuid.uuid4()))
            assert (await person.receive())["type"] == "error_message"


async def test_s11_shows_a_foreign_run(start: StartGateway) -> None:
    gateway = await start(defects="S11")
    async with at(gateway) as owner:
        run = (await owner.ask())[0]
    stranger = token_for(somebody(), gateway.home.secret)
    assert (await gateway.get(f"/runs/{run['run_id']}/events", stranger)).json()["events"][0] == run
    assert await gateway.hits("S11") > 0


async def test_s15_loses_a_connection_with_each_failing_request(start: StartGateway) -> None:
    gateway = await start(defects="S15")
    await _failing(gateway, 4)
    assert await gateway.metric("gp_pool_in_use") >= 4
    assert await gateway.hits("S15") == 4


async def test_a_healthy_gateway_loses_none(gateway: Gateway) -> None:
    await _failing(gateway, 12)

    async def none_lost() -> bool:
        return await gateway.metric("gp_pool_in_use") <= 1

    assert await wait_until(none_lost, deadline_s=10)


async def test_s16_lets_people_into_each_others_transactions(start: StartGateway) -> None:
    gateway = await start(defects="S16")

    async def asking() -> bool:
        try:
            async with at(gateway) as person, asyncio.timeout(8):
                return bool((await person.ask())[-1]["payload"].get("status") == "completed")
        except (AssertionError, TimeoutError, OSError):
            return False

    answered = await asyncio.gather(*(asking() for _ in range(8)))
    assert not all(answered)
    assert await gateway.hits("S16") > 0


async def _facts(gateway: Gateway, run_id: str) -> list[tuple[int, str]]:
    await facts_are_carried(gateway.home, run_id)
    client = await asyncio.to_thread(clickhouse_connect.get_client, dsn=gateway.home.clickhouse_url)
    query = "select seq, content_hash from golden_path.event_facts final where run_id = {run:String} order by seq"
    rows = (await asyncio.to_thread(client.query, query, {"run": run_id})).result_rows
    client.close()
    return [(row[0], row[1]) for row in rows]


async def test_s17_leaves_events_out_of_the_cold_tier(lonely_home: Home) -> None:
    async with running(lonely_home, defects="S17") as gateway, at(gateway) as person:
        events = await person.ask()
        facts = await _facts(gateway, events[0]["run_id"])
        assert await gateway.hits("S17") > 0
    assert len(facts) < len(events)


async def test_s19_makes_hashes_disagree(lonely_home: Home) -> None:
    async with running(lonely_home, defects="S19") as gateway, at(gateway) as person:
        events = await person.ask()
        facts = await _facts(gateway, events[0]["run_id"])
        assert await gateway.hits("S19") > 0
    hashes = [(event["seq"], hashlib.sha256(protocol.encode(event).encode()).hexdigest()) for event in events]
    assert len(facts) == len(hashes)
    assert facts != hashes


async def test_s23_shows_the_history_of_whoever_came_first(start: StartGateway) -> None:
    gateway = await start(defects="S23", pool_size="1")
    async with at(gateway) as first:
        await first.ask()
        theirs = (await gateway.get("/threads", token_for(somebody(), gateway.home.secret))).json()["threads"]
        async with at(gateway) as second:
            await first.ask()
            mine = (await gateway.get("/usage", token_for(second.user_id, gateway.home.secret))).json()
    assert await gateway.hits("S23") > 0
    assert mine["threads"] == 2 or theirs


async def test_s26_makes_the_next_users_request_fail(lonely_home: Home, stack: StackDescription) -> None:
    async with running(lonely_home, defects="S26") as gateway, at(gateway) as innocent, at(gateway) as unlucky:
        owner = await asyncpg.connect(lonely_home.owner_url)
        async with owner.transaction():
            await owner.execute("lock table platform.threads in exclusive mode")
            await unlucky.say()
            assert await wait_until(lambda: _a_transaction_has_failed(stack, lonely_home), deadline_s=30)
            token = token_for(innocent.user_id, lonely_home.secret)
            answers = [await gateway.get("/usage", token) for _ in range(2)]
        await owner.close()
        assert await gateway.hits("S26") > 0
    assert [answer.status_code for answer in answers] == [500, 200]


async def _a_transaction_has_failed(stack: StackDescription, home: Home) -> bool:
    admin = await asyncpg.connect(stack.urls.postgres_admin)
    query = "select count(*) from pg_stat_activity where state = 'idle in transaction (aborted)' and datname = $1"
    try:
        return bool(await admin.fetchval(query, urlsplit(home.app_url).path[1:]))
    finally:
        await admin.close()


async def test_s28_asks_once_for_each_message(start: StartGateway) -> None:
    gateway = await start(defects="S28")
    async with at(gateway) as person:
        thread_id = (await person.ask())[0]["thread_id"]
        await person.ask(thread_id=thread_id)
    path = f"/threads/{thread_id}/messages"
    messages = (await gateway.get(path, token_for(person.user_id, gateway.home.secret))).json()["messages"]
    assert await gateway.hits("S28") == len(messages) == 4


async def test_a_frame_is_the_same_text_in_every_tier(gateway: Gateway) -> None:
    async with at(gateway) as person:
        await person.say(DETAILED)
        frame = str(await person.connection.recv())
        body = json.loads(frame)
        stored = await gateway.get(f"/runs/{body['run_id']}/events", token_for(person.user_id, gateway.home.secret))
    assert frame == protocol.encode(body) == protocol.encode(stored.json()["events"][0])
