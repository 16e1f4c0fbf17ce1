"""Whatever a client sends, it gets a typed error, and its next valid message is answered."""

import asyncio
import json
import uuid

import pytest

from .gateways import Gateway, StartGateway
from .people import Person, at, token_for, until_closed

BAD: dict[str, tuple[str | bytes, str]] = {
    "not json": ("{oops", "JSON_PARSE_ERROR"),
    "binary": (b"\x00\x01", "JSON_PARSE_ERROR"),
    "deep nesting": ("[" * 60_000, "JSON_PARSE_ERROR"),
    "array": ("[1]", "INVALID_PAYLOAD"),
    "no type": ("{}", "INVALID_PAYLOAD"),
    "unknown type": ('{"type":"dance"}', "UNKNOWN_TYPE"),
    "payload is a list": ('{"type":"user_message","payload":[]}', "INVALID_PAYLOAD"),
    "no content": ('{"type":"user_message","payload":{"message_id":"m"}}', "INVALID_PAYLOAD"),
    "blank content": ('{"type":"user_message","payload":{"message_id":"m","content":" "}}', "INVALID_PAYLOAD"),
    "no message id": ('{"type":"user_message","payload":{"content":"hi"}}', "INVALID_PAYLOAD"),
    "NUL": ('{"type":"user_message","payload":{"message_id":"m","content":"a\\u0000b"}}', "INVALID_PAYLOAD"),
    "lone surrogate": ('{"type":"user_message","payload":{"message_id":"m","content":"\\ud800"}}', "INVALID_PAYLOAD"),
    "resume without last_seq": ('{"type":"resume","payload":{"run_id":"x"}}', "INVALID_PAYLOAD"),
    "resume of nonsense": ('{"type":"resume","payload":{"run_id":"x","last_seq":0}}', "NOT_FOUND"),
    "cancel of nothing": (f'{{"type":"cancel","payload":{{"run_id":"{uuid.UUID(int=0)}"}}}}', "NOT_FOUND"),
}


async def _still_answers(person: Person) -> None:
    await person.send("ping")
    assert (await person.receive())["type"] == "pong"


@pytest.mark.parametrize("kind", list(BAD))
async def test_bad_input_is_answered_and_the_conversation_goes_on(gateway: Gateway, kind: str) -> None:
    frame, code = BAD[kind]
    async with at(gateway) as person:
        await person.connection.send(frame)
        error = await person.receive()
        assert error["type"] == "error_message"
        assert error["error_code"] == code
        assert {"message", "details"} <= error.keys()
        await _still_answers(person)


async def test_an_unknown_thread_is_not_found(gateway: Gateway) -> None:
    async with at(gateway) as person:
        await person.say(thread_id=str(uuid.uuid4()))
        assert (await person.receive())["error_code"] == "NOT_FOUND"
        await _still_answers(person)


async def test_an_oversized_frame_closes_with_1009(gateway: Gateway) -> None:
    async with at(gateway) as person:
        await person.connection.send(json.dumps({"type": "ping", "payload": {"x": "x" * 70_000}}))
        closed = await until_closed(person)
    assert closed.rcvd is not None
    assert closed.rcvd.code == 1009


async def test_a_read_only_session_may_not_ask(gateway: Gateway) -> None:
    async with at(gateway, permissions=["read_only"]) as person:
        await person.say()
        assert (await person.receive())["error_code"] == "FORBIDDEN"
        await _still_answers(person)


async def test_too_many_messages_are_refused_until_some_time_has_passed(start: StartGateway) -> None:
    async with at(await start(rate_burst="5", rate_per_s="20")) as person:
        for _ in range(8):
            await person.send("ping")
        answers = [await person.receive() for _ in range(8)]
        assert [answer.get("error_code") for answer in answers].count("RATE_LIMITED") >= 1
        await _eventually_answers(person)


async def _eventually_answers(person: Person) -> None:
    async with asyncio.timeout(20):
        while True:
            await person.send("ping")
            if (await person.receive())["type"] == "pong":
                return
            await asyncio.sleep(0.05)


async def test_hostile_text_is_stored_and_returned_verbatim(gateway: Gateway) -> None:
    hostile = "'; drop table platform.users; -- \u202e <script>  \\u0041 🦆 savings"
    async with at(gateway) as person:
        events = await person.ask(hostile)
        token = token_for(person.user_id, gateway.home.secret)
        messages = (await gateway.get(f"/threads/{events[0]['thread_id']}/messages", token)).json()["messages"]
    assert messages[0]["content"] == hostile
    assert events[0]["payload"]["content"] == hostile
