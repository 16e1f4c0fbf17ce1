"""Listening on a wire hears what was said and how long it took, changes nothing, and says what it missed."""

import asyncio
import json
from itertools import pairwise

import asyncpg
import pytest

from gp_lib.clock import wait_until
from gp_lib.errors import SettingsError
from gp_lib.faults.control import LINE_BYTES, Control, ControlServer, fault_handlers
from gp_lib.faults.listening import KEPT_CHARACTERS, MOST_CHARACTERS, MOST_EXCHANGES, Exchange, Listener
from gp_lib.faults.postgres_wire import PostgresWire
from gp_lib.faults.proxy import Proxy
from gp_lib.faults.rules import Latency

TOKEN = "a control token"


def said(text: str) -> Exchange:
    return Exchange(asked_s=123_456.123456, answered_s=123_456.654321, said=text)


def texts(heard: dict[str, list]) -> list[str]:  # type: ignore[type-arg]
    """What was said, exchange by exchange."""
    return [heard["texts"][number] for _, _, _, number, _, _ in heard["exchanges"]]


def test_a_listener_keeps_each_text_once_and_every_exchange() -> None:
    listener = Listener()
    for connection, text in ((1, "a"), (2, "b"), (2, "a")):
        listener.hear(connection, said(text))
    written = listener.written()
    assert written["texts"] == ["a", "b"]
    assert [row[0] for row in written["exchanges"]] == [1, 2, 2]
    assert texts(written) == ["a", "b", "a"]
    assert written["missed"] == 0


def test_a_listener_misses_nothing_that_does_not_match_and_hears_in_any_case() -> None:
    listener = Listener("into Notes")
    for text in ("INSERT INTO NOTES", "select 1"):
        listener.hear(1, said(text))
    assert texts(listener.written()) == ["INSERT INTO NOTES"]
    assert listener.missed == 0


def test_what_comes_when_a_listener_is_full_is_counted_as_missed() -> None:
    listener = Listener()
    for _ in range(MOST_EXCHANGES + 7):
        listener.hear(1, said("select 1"))
    assert len(listener.written()["exchanges"]) == MOST_EXCHANGES
    assert listener.written()["missed"] == 7


def test_texts_for_which_there_is_no_room_are_counted_as_missed_and_known_ones_are_still_heard() -> None:
    listener = Listener()
    fitting = MOST_CHARACTERS // KEPT_CHARACTERS
    for number in range(fitting + 3):
        listener.hear(1, said(f"{number:09d}" + "x" * 2 * KEPT_CHARACTERS))
    listener.hear(1, said("000000000" + "x" * 2 * KEPT_CHARACTERS))
    assert len(listener.written()["exchanges"]) == fitting + 1
    assert listener.missed == 3


def test_what_a_full_listener_has_to_say_fits_into_one_message() -> None:
    listener = Listener(late_ms=[0.12345] * 12_000)
    for number in range(MOST_EXCHANGES):
        listener.hear(1_000, said(f"{number % 20:09d}" + "\ufffd" * KEPT_CHARACTERS))
    assert listener.missed == 0
    assert len(json.dumps(listener.written())) < LINE_BYTES


async def test_after_its_end_a_listener_neither_hears_nor_misses() -> None:
    listener = Listener()
    listener.start()
    listener.end()
    await listener.ended()
    listener.hear(1, said("select 1"))
    assert (listener.written()["exchanges"], listener.missed) == ([], 0)


def test_the_parser_tells_each_statement_when_it_is_answered() -> None:
    wire, heard = PostgresWire(), list[Exchange]()
    wire.on_exchange = heard.append
    for direction, data in (
        ("up", b"\0\0\0\x09\0\x03\0\0\0"),
        ("down", b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I"),
        ("up", b"Q\0\0\0\x12BEGIN; one;  \0"),
        ("down", b"C\0\0\0\x0aBEGIN\0"),
    ):
        wire.feed(direction, data)  # type: ignore[arg-type]
    assert heard == []
    wire.feed("down", b"Z\0\0\0\x05T")
    wire.feed("up", b"Q\0\0\0\x0bCOMMIT\0")
    wire.feed("down", b"C\0\0\0\x0bCOMMIT\0Z\0\0\0\x05I")
    assert [(one.said.strip(), one.begins, one.ends) for one in heard] == [
        ("BEGIN; one;", True, False),
        ("COMMIT", False, True),
    ]
    assert all(one.asked_s <= one.answered_s for one in heard)


async def test_a_transaction_is_heard_in_order_on_its_connection(
    postgres_proxy: Proxy, client: asyncpg.Connection, database: asyncpg.Connection
) -> None:
    ear = postgres_proxy.listen()
    async with client.transaction():
        await client.execute("INSERT INTO notes VALUES ($1)", "hello")
    heard = await postgres_proxy.heard(ear)
    rows = heard["exchanges"]
    assert [text.split()[0].strip(";").upper() for text in texts(heard)] == ["BEGIN", "INSERT", "COMMIT"]
    assert [row[4:] for row in rows] == [[True, False], [False, False], [False, True]]
    assert {row[0] for row in rows} == {1}
    assert all(one[2] <= other[1] for one, other in pairwise(rows))
    assert await database.fetchval("SELECT count(*) FROM notes") == 1


async def test_a_statement_is_heard_to_take_as_long_as_it_takes(
    postgres_proxy: Proxy, client: asyncpg.Connection
) -> None:
    ear = postgres_proxy.listen("pg_sleep")
    await client.execute("SELECT pg_sleep(0.2)")
    ((_, asked_s, answered_s, *_),) = (await postgres_proxy.heard(ear))["exchanges"]
    assert 0.2 <= answered_s - asked_s < 5


async def test_a_transaction_that_is_rolled_back_ends_too(postgres_proxy: Proxy, client: asyncpg.Connection) -> None:
    ear = postgres_proxy.listen()
    with pytest.raises(asyncpg.UndefinedTableError):
        async with client.transaction():
            await client.execute("SELECT * FROM nothing_of_this_name")
    heard = await postgres_proxy.heard(ear)
    assert heard["exchanges"][0][4:] == [True, False]
    assert heard["exchanges"][-1][4:] == [False, True]


async def test_two_listeners_hear_the_same_and_each_is_asked_by_its_own_id(echo_proxy: Proxy) -> None:
    first = echo_proxy.listen()
    await asks(echo_proxy, b"one")
    second = echo_proxy.listen()
    await asks(echo_proxy, b"two")
    assert texts(await echo_proxy.heard(first)) == ["one", "two"]
    third = echo_proxy.listen()
    assert len({first, second, third}) == 3
    assert texts(await echo_proxy.heard(second)) == ["two"]
    assert texts(await echo_proxy.heard(third)) == []
    with pytest.raises(SettingsError, match="is not known"):
        await echo_proxy.heard(first)


async def test_a_listener_says_how_late_its_own_loop_ran(echo_proxy: Proxy) -> None:
    ear = echo_proxy.listen()
    await asyncio.sleep(1.0)
    late_ms = (await echo_proxy.heard(ear))["late_ms"]
    assert len(late_ms) >= 2
    assert all(late >= 0 for late in late_ms)


async def test_where_nothing_is_recognised_the_answer_counts_from_its_first_byte(echo_proxy: Proxy) -> None:
    rule, ear = echo_proxy.impose(Latency(delay_s=0.1)), echo_proxy.listen()
    assert await asks(echo_proxy, b"ping") == b"ping"
    echo_proxy.heal(rule)
    heard = await echo_proxy.heard(ear)
    ((connection, asked_s, answered_s, *_),) = heard["exchanges"]
    assert connection == 1
    assert texts(heard) == ["ping"]
    assert 0 <= answered_s - asked_s < 5


async def test_a_listener_lives_no_longer_than_the_session_that_began_it(echo_proxy: Proxy) -> None:
    server = ControlServer(fault_handlers({"echo": echo_proxy}), TOKEN)
    await server.start()
    try:
        async with Control(*server.address, TOKEN) as control:
            ear = (await control.call("wires.listen", proxy="echo"))["id"]
            await asks(echo_proxy, b"one")
            assert texts(await control.call("wires.heard", proxy="echo", id=ear)) == ["one"]
            forgotten = (await control.call("wires.listen", proxy="echo"))["id"]

        async def gone() -> bool:
            return not any(task.get_name() == "listener" for task in asyncio.all_tasks())

        assert await wait_until(gone, deadline_s=20)
        with pytest.raises(SettingsError, match="is not known"):
            await echo_proxy.heard(forgotten)
    finally:
        await server.close()


async def asks(proxy: Proxy, text: bytes) -> bytes:
    """What comes back on a connection of its own."""
    reader, writer = await asyncio.open_connection(*proxy.address)
    writer.write(text)
    answer = await reader.readexactly(len(text))
    writer.close()
    return answer
