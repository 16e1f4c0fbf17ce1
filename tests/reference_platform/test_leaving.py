"""A gateway that is told to stop leaves in good order; one that is told nonsense does not start."""

import asyncio
import signal
import time
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed

from .gateways import Gateway, Home, launched, running
from .people import DETAILED, at, is_end, somebody, until_closed
from .test_slow_reader import LONG, asleep


async def test_sockets_are_closed_with_1012_and_the_exit_is_clean_and_quick(home: Home) -> None:
    async with running(home) as gateway, at(gateway) as person:
        began_s = time.monotonic()
        leaving = asyncio.create_task(gateway.stop())
        closed = await until_closed(person)
        assert await leaving == 0
        assert time.monotonic() - began_s < 9
    assert closed.rcvd is not None
    assert closed.rcvd.code == 1012


async def test_a_run_that_cannot_finish_in_time_is_ended_and_can_be_read_elsewhere(
    gateway: Gateway, home: Home
) -> None:
    user_id = somebody()
    async with running(home, drain_s="0.2") as leaver, at(gateway, user_id) as watcher:
        with suppress(ConnectionClosed):
            async with at(leaver, user_id) as person:
                await person.say(DETAILED)
                await person.receive()
                began_s = time.monotonic()
                assert await leaver.stop() == 0
                assert time.monotonic() - began_s < 9
        events = await watcher.until_end()
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[-1]["payload"]["code"] == "RUN_INTERRUPTED"


async def test_a_short_run_is_finished_before_the_gateway_leaves(gateway: Gateway, home: Home) -> None:
    user_id = somebody()
    async with running(home, drain_s="10") as leaver, at(gateway, user_id) as watcher:
        with suppress(ConnectionClosed):
            async with at(leaver, user_id) as person:
                await person.say()
                await person.receive()
                assert await leaver.stop() == 0
        events = await watcher.until_end()
    assert is_end(events[-1])
    assert events[-1]["payload"]["status"] == "completed"


async def test_a_reader_who_is_asleep_does_not_delay_the_leaving(home: Home) -> None:
    user_id = somebody()
    async with running(home) as gateway, asleep(gateway, user_id), at(gateway, user_id) as tab:
        for _ in range(6):
            await tab.ask(LONG)
        began_s = time.monotonic()
        assert await gateway.stop() == 0
        assert time.monotonic() - began_s < 9


async def test_no_new_socket_is_let_in_while_a_gateway_leaves(home: Home) -> None:
    async with running(home) as gateway, at(gateway) as person:
        await person.say(DETAILED)
        await person.receive()
        gateway.process.send_signal(signal.SIGTERM)
        await until_closed(person)
        with pytest.raises(Exception, match=r"503|refused|did not receive|Connect call failed|closed"):
            async with at(gateway):
                pass


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"jwt_secret": ""}, "GP_PLATFORM_JWT_SECRET"),
        ({"jwt_secret": "short"}, "GP_PLATFORM_JWT_SECRET"),
        ({"database_url": "mysql://x"}, "GP_PLATFORM_DATABASE_URL"),
        ({"pool_size": "none"}, "GP_PLATFORM_POOL_SIZE"),
        ({"model_deadline_s": "-1"}, "GP_PLATFORM_MODEL_DEADLINE_S"),
        ({"defects": "S99"}, "GP_PLATFORM_DEFECTS"),
        ({"defects": "S07", "host": "0.0.0.0"}, "GP_PLATFORM_DEFECTS"),
    ],
)
async def test_a_setting_that_makes_no_sense_is_named_in_one_sentence(
    home: Home, variables: dict[str, str], named: str
) -> None:
    gateway = launched(home, variables)
    assert await asyncio.to_thread(gateway.process.wait, 20) == 64
    sentence = gateway.log.read_text().strip()
    assert sentence.startswith(named)
    assert "\n" not in sentence
