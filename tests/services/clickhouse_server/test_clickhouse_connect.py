"""The ordinary clients of ClickHouse's own driver, synchronous and asynchronous."""

import asyncio
import datetime
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from typing import Any

import clickhouse_connect
import pandas as pd
import pytest
from clickhouse_connect.driver.exceptions import DatabaseError
from clickhouse_connect.driver.external import ExternalData

from .serving import Running

COSTS = (
    "CREATE TABLE costs (user_id String, day Date, service LowCardinality(String), cost Decimal(18, 2), "
    "usage_pct Float64) ENGINE = MergeTree ORDER BY (user_id, day)"
)
COLUMNS = ["user_id", "day", "service", "cost", "usage_pct"]
ROWS = [
    [
        f"u{number % 3}",
        datetime.date(2026, 1, 1 + number % 30),
        f"s\n\n;{number % 10}",
        Decimal(number) / 100,
        number / 7,
    ]
    for number in range(3000)
]


@pytest.fixture
def client(server: Running, database: str) -> Iterator[Any]:
    client = clickhouse_connect.get_client(host="127.0.0.1", port=server.port, database=database)
    client.command(COSTS)
    yield client
    client.close()


@pytest.fixture
async def async_client(server: Running, database: str) -> AsyncIterator[Any]:
    client = await clickhouse_connect.get_async_client(host="127.0.0.1", port=server.port, database=database)
    await client.command(COSTS)
    yield client
    await client.close()


def test_ddl_inserts_and_queries_with_parameters(client: Any) -> None:
    assert client.insert("costs", ROWS, column_names=COLUMNS).written_rows == 3000
    result = client.query(
        "SELECT * FROM costs WHERE user_id = {user:String} AND cost <= {most:Decimal(18, 2)} ORDER BY cost",
        parameters={"user": "u1", "most": Decimal("0.07")},
    )
    assert [list(row) for row in result.result_rows] == [ROWS[1], ROWS[4], ROWS[7]]
    assert client.query("SELECT count() FROM costs WHERE user_id = %(user)s", {"user": "u1"}).first_row == (1000,)
    assert client.command("TRUNCATE TABLE costs").written_rows == 0
    assert client.command("SELECT count() FROM costs") == 0


def test_a_data_frame_goes_in_and_comes_out(client: Any) -> None:
    frame = pd.DataFrame({"user_id": ["a", "b"], "usage_pct": [1.5, 2.5]})
    assert client.insert_df("costs", frame).written_rows == 2
    pd.testing.assert_frame_equal(
        client.query_df("SELECT user_id, usage_pct FROM costs ORDER BY user_id"), frame, check_dtype=False
    )


@pytest.mark.parametrize(
    "value", ["", "it's", "tab\tline\nback\\slash", "x; -- y", "{a:String}", "ä\U0001f600", "x" * 200_000]
)
def test_a_text_parameter_comes_back_as_it_was(client: Any, value: str) -> None:
    assert client.query("SELECT {value:String} AS x", {"value": value}).first_row == (value,)
    assert client.query("SELECT {values:Array(String)} AS x", {"values": [value, "b"]}).first_row == ([value, "b"],)


def test_values_of_many_types_come_back_as_they_were(client: Any) -> None:
    row = client.query(
        "SELECT {a:Nullable(String)}, {b:DateTime}, map('k', 1), {d:Float64}, tuple(1, 'x'), "
        "toIPv4('1.2.3.4'), [NULL, 'a']::Array(Nullable(String)), toDateTime64('2026-01-01', 3, 'Europe/Berlin')",
        {"a": None, "b": datetime.datetime(2026, 1, 2, 3, 4, 5), "d": -1.5},
    ).first_row
    assert row[:5] == (None, datetime.datetime(2026, 1, 2, 3, 4, 5), {"k": 1}, -1.5, (1, "x"))
    assert (str(row[5]), row[6], row[7].isoformat()) == ("1.2.3.4", [None, "a"], "2026-01-01T00:00:00+01:00")


def test_blocks_are_streamed(client: Any) -> None:
    with client.query_row_block_stream("SELECT number FROM numbers(200000)") as stream:
        blocks = [len(block) for block in stream]
    assert sum(blocks) == 200_000
    assert len(blocks) > 1
    with client.query_df_stream("SELECT number FROM numbers(200000)") as frames:
        assert sum(len(frame) for frame in frames) == 200_000


def test_bad_sql_raises_the_drivers_error_and_the_client_goes_on(client: Any) -> None:
    with pytest.raises(DatabaseError, match="UNKNOWN_IDENTIFIER") as caught:
        client.query("SELECT nope FROM costs")
    assert caught.value.code == 47
    with pytest.raises(DatabaseError, match="code: 60"):
        client.command("DROP TABLE nope")
    assert client.command("SELECT 1") == 1


def test_settings_of_a_query_do_not_stay(client: Any) -> None:
    sql = "SELECT getSetting('max_block_size')"
    assert client.query(sql, settings={"max_block_size": 7}).first_row == (7,)
    assert client.query(sql).first_row == (65409,)


def test_a_session_of_the_client_keeps_temporary_tables(client: Any) -> None:
    client.command("CREATE TEMPORARY TABLE t (x UInt8)")
    client.insert("t", [[1], [2]], column_names=["x"])
    assert client.query("SELECT sum(x) FROM t").first_row == (3,)


def test_columns_are_known_without_rows(client: Any) -> None:
    assert list(client.query("SELECT * FROM costs LIMIT 0").column_names) == COLUMNS
    assert client.query("SELECT * FROM costs").result_rows == []
    assert client.command("SELECT user_id FROM costs") == ""


def test_raw_formats_go_in_and_come_out(client: Any) -> None:
    assert client.raw_insert("costs", ["user_id"], b"a\nb\n", fmt="TSV").written_rows == 2
    assert client.raw_query("SELECT user_id FROM costs ORDER BY 1", fmt="JSONCompactEachRow") == b'["a"]\n["b"]\n'
    assert client.query_arrow("SELECT user_id FROM costs").num_rows == 2


def test_external_data_is_a_table_of_the_query(client: Any) -> None:
    data = ExternalData(file_name="ext.csv", data=b"1,x\n2,x\n", fmt="CSV", structure="a UInt32, b String")
    assert client.query("SELECT sum(a), any(b) FROM ext", external_data=data).first_row == (3, "x")


@pytest.mark.parametrize("compress", [False, "gzip", "zstd", "lz4"])
def test_every_compression_of_the_client_works(server: Running, client: Any, compress: bool | str) -> None:
    other = clickhouse_connect.get_client(
        host="127.0.0.1", port=server.port, database=client.database, compress=compress
    )
    other.insert("costs", ROWS, column_names=COLUMNS)
    rows = other.query("SELECT * FROM costs ORDER BY cost").result_rows
    other.close()
    assert [list(row) for row in rows] == ROWS


async def test_the_asynchronous_client_inserts_and_queries(async_client: Any) -> None:
    assert (await async_client.insert("costs", ROWS, column_names=COLUMNS)).written_rows == 3000
    result = await async_client.query("SELECT count() + {x:UInt32} FROM costs", {"x": 4})
    assert result.first_row == (3004,)
    frame = await async_client.query_df("SELECT user_id, count() AS n FROM costs GROUP BY user_id ORDER BY 1")
    assert frame.to_dict("list") == {"user_id": ["u0", "u1", "u2"], "n": [1000, 1000, 1000]}
    await async_client.insert_df("costs", pd.DataFrame({"user_id": ["z"]}))
    assert await async_client.command("SELECT count() FROM costs") == 3001


async def test_the_asynchronous_client_reads_in_parallel(async_client: Any) -> None:
    async def read(number: int) -> int:
        result = await async_client.query("SELECT {x:UInt32}, sum(number) FROM numbers(10000)", {"x": number})
        return int(result.first_row[0])

    assert await asyncio.gather(*map(read, range(50))) == list(range(50))


async def test_the_asynchronous_client_streams_and_survives_errors(async_client: Any) -> None:
    async with await async_client.query_row_block_stream("SELECT number FROM numbers(200000)") as stream:
        assert sum([len(block) async for block in stream]) == 200_000
    with pytest.raises(DatabaseError, match="UNKNOWN_IDENTIFIER"):
        await async_client.query("SELECT nope")
    assert (await async_client.query("SELECT {x:String} AS x", {"x": "y" * 100_000})).first_row == ("y" * 100_000,)
