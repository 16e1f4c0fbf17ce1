"""Nothing lost and nothing twice: cut sockets, several tabs, several gateways, repeated messages."""

import asyncio
import json

from redis.asyncio import Redis

from .gateways import Gateway, StartGateway
from .people import DETAILED, Frame, Person, at, deltas, is_end, somebody


async def _some(person: Person, count: int) -> list[Frame]:
    await person.say(DETAILED)
    return [await person.receive() for _ in range(count)]


async def test_a_dropped_socket_resumes_without_loss_or_doubles(gateway: Gateway) -> None:
    user_id = somebody()
    async with at(gateway, user_id) as person:
        before = await _some(person, 30)
        person.connection.transport.abort()
    await asyncio.sleep(0.2)
    async with at(gateway, user_id) as person:
        await person.send("resume", run_id=before[0]["run_id"], last_seq=30)
        after = await person.until_end()
    seqs = [event["seq"] for event in [*before, *after]]
    assert seqs == list(range(1, len(seqs) + 1))


async def test_a_new_socket_gets_an_old_run_only_when_it_resumes(gateway: Gateway) -> None:
    user_id = somebody()
    async with at(gateway, user_id) as first, at(gateway, user_id) as witness:
        started = (await _some(first, 5))[0]
        async with at(gateway, user_id) as late:
            await witness.until_end()
            await late.send("ping")
            assert (await late.receive())["type"] == "pong"
            await late.send("resume", run_id=started["run_id"], last_seq=0)
            assert (await late.receive())["seq"] == 1


async def test_both_tabs_get_everything(gateway: Gateway) -> None:
    user_id = somebody()
    async with at(gateway, user_id) as one, at(gateway, user_id) as two:
        asked = await one.ask()
        watched = await two.until_end()
    assert asked == watched


async def test_a_tab_at_another_gateway_gets_everything_too(gateway: Gateway, start: StartGateway) -> None:
    other = await start()
    user_id = somebody()
    async with at(gateway, user_id) as one, at(other, user_id) as two:
        assert await one.ask() == await two.until_end()


async def test_nobody_else_gets_anything(gateway: Gateway) -> None:
    async with at(gateway) as one, at(gateway) as other:
        await one.ask()
        await other.send("ping")
        assert (await other.receive())["type"] == "pong"
        assert other.frames[0]["type"] == "pong"


async def test_a_foreign_run_is_not_found_whether_it_runs_or_has_ended(gateway: Gateway) -> None:
    async with at(gateway) as owner, at(gateway) as stranger:
        run_id = (await _some(owner, 3))[0]["run_id"]
        for _ in range(2):
            for type_ in ("resume", "cancel"):
                await stranger.send(type_, run_id=run_id, last_seq=0)
                assert (await stranger.receive())["error_code"] == "NOT_FOUND"
            await owner.until_end()
            await owner.say("savings")
            run_id = (await owner.receive())["run_id"]


async def test_the_same_message_ten_times_makes_one_run(gateway: Gateway) -> None:
    async with at(gateway) as person:
        await asyncio.gather(*(person.say(message_id="once") for _ in range(10)))
        events = await person.until_end()
        await person.send("ping")
        rest = [await person.receive()]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert rest[0]["type"] == "pong"
    assert len({frame["run_id"] for frame in person.frames if "run_id" in frame}) == 1


async def test_the_same_message_on_ten_sockets_at_once_makes_one_run_for_all(gateway: Gateway) -> None:
    user_id = somebody()
    sockets = [at(gateway, user_id) for _ in range(10)]
    people = [await socket.__aenter__() for socket in sockets]
    try:
        await asyncio.gather(*(person.say(message_id="same") for person in people))
        stories = await asyncio.gather(*(person.until_end() for person in people))
    finally:
        for socket in sockets:
            await socket.__aexit__(None, None, None)
    assert all(story == stories[0] for story in stories)


async def test_a_repeated_message_on_a_new_socket_tells_the_run_from_its_beginning(gateway: Gateway) -> None:
    user_id = somebody()
    async with at(gateway, user_id) as person:
        told = await person.ask(message_id="again")
    async with at(gateway, user_id) as person:
        await person.say(message_id="again")
        assert await person.until_end() == told


async def test_a_lost_hot_key_is_served_from_the_warm_tier_word_for_word(gateway: Gateway) -> None:
    async with at(gateway) as person:
        told = await person.ask()
        run_id = told[0]["run_id"]
        async with Redis.from_url(gateway.home.valkey_url) as hot:
            assert await hot.delete(f"gp:run:{run_id}", f"gp:run:{run_id}:events") == 2
        await person.send("resume", run_id=run_id, last_seq=0)
        assert await person.until_end() == told


async def test_a_cancelled_run_ends_with_one_error(gateway: Gateway) -> None:
    async with at(gateway) as person:
        started = (await _some(person, 25))[0]
        await person.send("cancel", run_id=started["run_id"])
        events = await person.until_end()
        await person.send("ping")
        assert (await person.receive())["type"] == "pong"
    assert events[-1]["type"] == "agent_error"
    assert events[-1]["payload"] == {
        "code": "RUN_CANCELLED",
        "message": "The run was cancelled as requested.",
        "retryable": False,
    }


async def test_a_run_at_another_gateway_can_be_cancelled(gateway: Gateway, start: StartGateway) -> None:
    other = await start()
    user_id = somebody()
    async with at(gateway, user_id) as here, at(other, user_id) as there:
        started = (await _some(here, 20))[0]
        await there.send("cancel", run_id=started["run_id"])
        assert (await here.until_end())[-1]["payload"]["code"] == "RUN_CANCELLED"


async def test_three_people_with_two_tabs_each_get_their_own_stories(gateway: Gateway) -> None:
    async def pair() -> None:
        user_id = somebody()
        async with at(gateway, user_id) as one, at(gateway, user_id) as two:
            asked, watched = await asyncio.gather(one.ask(), two.until_end())
            assert asked == watched
            assert {event["user_id"] for event in asked} == {user_id}
            assert deltas(asked) == asked[-1]["payload"]["result"]
            assert is_end(asked[-1])

    await asyncio.gather(*(pair() for _ in range(3)))


async def test_what_the_hot_tier_holds_lives_longer_than_any_run(gateway: Gateway) -> None:
    async with at(gateway) as person, Redis.from_url(gateway.home.valkey_url, decode_responses=True) as hot:
        run_id = (await _some(person, 5))[0]["run_id"]
        assert (await hot.hget(f"gp:run:{run_id}", "status")) == "running"
        assert await hot.ttl(f"gp:run:{run_id}") > 60
        events = await person.until_end()
        entries = await hot.xrange(f"gp:run:{run_id}:events")
        assert [json.loads(fields["frame"])["seq"] for _, fields in entries][-1] == events[-1]["seq"]  # type: ignore[union-attr,index]
