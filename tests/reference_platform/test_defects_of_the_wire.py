"""Seeded defects of door, bridge and sockets: each does what its story says."""

import asyncio
import base64
import json
from typing import Any

import jwt
import pytest
from websockets.asyncio.client import connect

from .gateways import StartGateway
from .people import DETAILED, SAVINGS, at, somebody, token_for


async def test_s30_greets_strangers(start: StartGateway) -> None:
    gateway = await start(defects="S30")
    async with connect(gateway.ws, proxy=None) as connection:
        assert json.loads(await connection.recv())["type"] == "connection_established"
        await connection.wait_closed()
    async with at(gateway) as person:
        assert (await person.ask())[-1]["payload"]["status"] == "completed"
    assert await gateway.hits("S30") == 1


async def test_s31_lets_an_expired_session_in(start: StartGateway) -> None:
    gateway = await start(defects="S31")
    async with at(gateway, exp=1_000_000_000) as person:
        assert (await person.ask(SAVINGS))[-1]["payload"]["status"] == "completed"
    token = token_for(somebody(), gateway.home.secret, exp=1_000_000_000)
    assert (await gateway.get("/threads", token)).status_code == 200
    assert await gateway.hits("S31") >= 2


async def test_s33_tells_everybody(start: StartGateway) -> None:
    gateway = await start(defects="S33")
    async with at(gateway) as person, at(gateway) as stranger:
        events = await person.ask()
        assert await stranger.until_end() == events
    assert await gateway.hits("S33") == len(events)


async def test_s37_forgets_one_event_at_each_resume(start: StartGateway) -> None:
    gateway = await start(defects="S37")
    user_id = somebody()
    async with at(gateway, user_id) as person:
        events = await person.ask()
    async with at(gateway, user_id) as person:
        await person.send("resume", run_id=events[0]["run_id"], last_seq=5)
        assert await person.until_end() == events[6:]
    assert await gateway.hits("S37") == 1


async def test_s38_is_deaf_after_a_bad_frame(start: StartGateway) -> None:
    gateway = await start(defects="S38")
    async with at(gateway) as person:
        await person.connection.send("{oops")
        await person.send("ping")
        with pytest.raises(TimeoutError):
            await person.receive(1)
    assert await gateway.hits("S38") == 1


async def test_s39_slows_everybody_down(start: StartGateway) -> None:
    gateway = await start(defects="S39")
    async with at(gateway) as person:
        await person.ask()
        assert await gateway.hits("S39") > 5


async def test_s80_does_not_ask_for_whom_a_token_is(start: StartGateway) -> None:
    gateway = await start(defects="S80")
    async with at(gateway, aud="another-platform") as person:
        assert person.welcome["user_id"] == person.user_id
    assert await gateway.hits("S80") == 1


async def test_s81_forgets_how_the_token_came(start: StartGateway) -> None:
    gateway = await start(defects="S81")
    token = base64.urlsafe_b64encode(token_for(somebody(), gateway.home.secret).encode()).decode().rstrip("=")
    async with connect(gateway.ws, subprotocols=[f"jwt.{token}"], proxy=None) as connection:  # type: ignore[list-item]
        assert connection.subprotocol is None
        assert json.loads(await connection.recv())["type"] == "connection_established"
    assert await gateway.hits("S81") == 1


async def test_s82_leaves_the_connection_id_out(start: StartGateway) -> None:
    gateway = await start(defects="S82")
    async with at(gateway) as person:
        assert "connection_id" not in person.welcome
    assert await gateway.hits("S82") == 1


async def test_s83_lets_everybody_wait(start: StartGateway) -> None:
    gateway = await start(defects="S83")
    began_s = asyncio.get_running_loop().time()
    async with at(gateway):
        assert asyncio.get_running_loop().time() - began_s >= 0.7
    assert await gateway.hits("S83") == 1


@pytest.mark.parametrize(("defect", "secret"), [("S84", ""), ("S85", "another secret that is long enough for HS256")])
async def test_s84_and_s85_believe_whatever_a_token_says(start: StartGateway, defect: str, secret: str) -> None:
    gateway = await start(defects=defect)
    user_id = somebody()
    claims: dict[str, Any] = jwt.decode(token_for(user_id, "x" * 32), options={"verify_signature": False})
    token = jwt.encode(claims, secret, algorithm="HS256" if secret else "none")
    async with connect(gateway.ws, additional_headers={"Authorization": f"Bearer {token}"}, proxy=None) as connection:
        assert json.loads(await connection.recv())["user_id"] == user_id
    assert await gateway.hits(defect) == 1
    expired = token_for(user_id, gateway.home.secret, exp=1_000_000_000)
    assert (await gateway.get("/threads", expired)).status_code == 401


async def test_s86_loses_a_thought_when_there_are_many(start: StartGateway) -> None:
    gateway = await start(defects="S86")
    async with at(gateway) as person:
        places = [event["seq"] for event in await person.ask(DETAILED)]
    missing = set(range(1, places[-1] + 1)) - set(places)
    assert await gateway.hits("S86") == len(missing) > 0


async def test_s87_tells_a_result_in_the_other_thread(start: StartGateway) -> None:
    gateway = await start(defects="S87")
    async with at(gateway) as person:
        await person.say(SAVINGS)
        await person.say(SAVINGS)
        for _ in range(2):
            await person.until_end()
    threads = {event["run_id"]: event["thread_id"] for event in person.frames if event.get("seq") == 1}
    strays = [event for event in person.frames if event["thread_id"] != threads[event["run_id"]]]
    assert await gateway.hits("S87") == len(strays) > 0


async def test_s88_runs_a_repeated_message_once_more(start: StartGateway) -> None:
    gateway = await start(defects="S88")
    async with at(gateway) as person:
        for _ in range(3):
            await person.say(SAVINGS, message_id="m")
        await person.until_end()
        await person.until_end()
    assert len({frame["run_id"] for frame in person.frames}) == 2
    assert await gateway.hits("S88") == 2


async def test_s89_drops_what_is_too_big_in_silence(start: StartGateway) -> None:
    gateway = await start(defects="S89")
    async with at(gateway) as person:
        await person.say("x" * 70_000)
        await person.send("ping")
        assert (await person.receive())["type"] == "pong"
    assert await gateway.hits("S89") == 1
