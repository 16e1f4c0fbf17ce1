"""The REST side: history, status, deletion."""

import asyncio
import hashlib
import json
import re
import uuid

import asyncpg
import clickhouse_connect
import pytest
from redis.asyncio import Redis

from gp_lib.clock import wait_until

from .gateways import Gateway, facts_are_carried
from .people import at, somebody, token_for


async def test_history_is_found_again(gateway: Gateway) -> None:
    async with at(gateway) as person:
        events = await person.ask("What can I save tomorrow?")
    token, run = token_for(person.user_id, gateway.home.secret), events[0]
    threads = (await gateway.get("/threads", token)).json()["threads"]
    assert [(thread["thread_id"], thread["title"]) for thread in threads] == [
        (run["thread_id"], "What can I save tomorrow?")
    ]
    messages = (await gateway.get(f"/threads/{run['thread_id']}/messages", token)).json()["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant"]
    assert messages[1]["content"] == events[-1]["payload"]["result"]
    stored = (await gateway.get(f"/runs/{run['run_id']}", token)).json()
    assert (stored["status"], stored["result"]) == ("completed", events[-1]["payload"]["result"])
    assert (await gateway.get(f"/runs/{run['run_id']}/events?after=3", token)).json()["events"] == events[3:]


async def test_pages_of_messages_fit_together(gateway: Gateway) -> None:
    async with at(gateway) as person:
        thread_id = (await person.ask("savings one"))[0]["thread_id"]
        await person.ask("savings two", thread_id=thread_id)
    token = token_for(person.user_id, gateway.home.secret)
    pages = [
        (await gateway.get(f"/threads/{thread_id}/messages?limit=2&offset={offset}", token)).json()["messages"]
        for offset in (0, 2)
    ]
    whole = (await gateway.get(f"/threads/{thread_id}/messages", token)).json()["messages"]
    assert [*pages[0], *pages[1]] == whole
    assert len(whole) == 4


@pytest.mark.parametrize("path", ["/threads/{}/messages", "/runs/{}", "/runs/{}/events"])
async def test_a_foreign_id_is_answered_like_an_unknown_one(gateway: Gateway, path: str) -> None:
    async with at(gateway) as owner:
        run = (await owner.ask())[0]
    token = token_for(somebody(), gateway.home.secret)
    own_id = run["thread_id"] if "threads" in path else run["run_id"]
    foreign = await gateway.get(path.format(own_id), token)
    unknown = await gateway.get(path.format(uuid.uuid4()), token)
    nonsense = await gateway.get(path.format("nonsense"), token)
    assert foreign.status_code == unknown.status_code == nonsense.status_code == 404
    assert foreign.json() == unknown.json()


async def test_bad_numbers_are_refused(gateway: Gateway) -> None:
    token = token_for(somebody(), gateway.home.secret)
    assert (await gateway.get("/threads?limit=-1", token)).status_code == 400
    assert (await gateway.get("/threads?offset=x", token)).json()["error_code"] == "INVALID_PAYLOAD"


async def test_every_dependency_is_reported(gateway: Gateway) -> None:
    report = (await gateway.get("/readyz")).json()
    assert report["ready"] is True
    assert report["dependencies"].keys() == {"postgres", "valkey", "clickhouse", "model"}
    assert (await gateway.get("/healthz")).status_code == 200


async def test_the_version_names_the_process(gateway: Gateway) -> None:
    version = (await gateway.get("/version")).json()
    assert version["pid"] == gateway.process.pid
    assert {"version", "gateway_id", "started_at"} <= version.keys()
    assert re.fullmatch("sha256:[0-9a-f]{64}", version["digest"])


async def test_runs_and_contexts_are_counted_while_they_live(gateway: Gateway) -> None:
    async with at(gateway) as person:
        await person.say()
        await person.receive()
        assert await gateway.metric("gp_live_runs") >= 1
        assert await gateway.metric("gp_live_contexts") >= 1
        await person.until_end()

    async def none_lives() -> bool:
        return await gateway.metric("gp_live_contexts") == 0

    assert await wait_until(none_lives, deadline_s=10)
    assert await gateway.metric("gp_pool_size") == 10


async def test_a_healthy_platform_has_no_defects_to_show(gateway: Gateway) -> None:
    assert (await gateway.get("/defects")).status_code == 404


async def test_a_deleted_user_is_gone_from_all_three_tiers(
    gateway: Gateway, auditor: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    async with at(gateway) as person:
        run_id = (await person.ask())[0]["run_id"]
    await facts_are_carried(gateway.home, run_id)
    token = token_for(person.user_id, gateway.home.secret)
    answer = await gateway.get("/users/me", token, method="DELETE")
    assert (answer.status_code, answer.json()) == (200, {"deleted": person.user_id})
    for table in ("users", "threads", "messages", "runs", "events", "invoices"):
        assert await auditor.fetchval(f"select count(*) from platform.{table} where user_id = $1", person.user_id) == 0
    async with Redis.from_url(gateway.home.valkey_url) as hot:
        assert await hot.exists(f"gp:run:{run_id}", f"gp:run:{run_id}:events") == 0
        assert [key async for key in hot.scan_iter(f"gp:cache:{person.user_id}:*")] == []


async def test_facts_reach_the_cold_tier_once_and_with_the_same_hashes(gateway: Gateway) -> None:
    async with at(gateway) as person:
        events = await person.ask()
    await facts_are_carried(gateway.home, events[0]["run_id"])
    client = await asyncio.to_thread(clickhouse_connect.get_client, dsn=gateway.home.clickhouse_url)
    query = "select event_id, content_hash from golden_path.event_facts final where run_id = {run:String} order by seq"
    rows = (await asyncio.to_thread(client.query, query, {"run": events[0]["run_id"]})).result_rows
    spelled = [json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False) for event in events]
    hashes = [hashlib.sha256(frame.encode()).hexdigest() for frame in spelled]
    assert [tuple(row) for row in rows] == list(zip([event["event_id"] for event in events], hashes, strict=True))
    runs = "select status, event_count from golden_path.run_facts final where run_id = {run:String}"
    told = (await asyncio.to_thread(client.query, runs, {"run": events[0]["run_id"]})).result_rows
    assert [tuple(row) for row in told] == [("completed", len(events))]
    client.close()
