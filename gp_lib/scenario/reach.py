"""What each user could reach in the stores, read beside the platform: rows, keys, facts; and the platform's gauges."""

import json
from collections.abc import Sequence
from typing import Any

import httpx

from gp_lib import contract
from gp_lib.clients.clickhouse import ClickHouse
from gp_lib.clients.postgres import Postgres
from gp_lib.clients.valkey import Valkey
from gp_lib.errors import UnexpectedReply
from gp_lib.workload import Person


async def rows_of(postgres: Postgres, person: Person) -> dict[str, list[Any]]:
    """Everything of a person's in the warm tier, by table."""
    return {
        table: [json.loads(row["row"]) for row in await postgres.rows(_own_rows(table), person.user_id)]
        for table in contract.OWNED_TABLES
    }


def _own_rows(table: str) -> str:
    return contract.OWN_ROWS.format(table=table)


async def facts_of(clickhouse: ClickHouse, person: Person) -> dict[str, list[dict[str, Any]]]:
    """Everything of a person's in the cold tier, by table."""
    return {table: await clickhouse.rows(sql, user_id=person.user_id) for table, sql in contract.OWN_FACTS.items()}


async def facts_are_there(postgres: Postgres, people: Sequence[Person]) -> bool:
    """Whether everything stored of these people was carried to the cold tier."""
    waiting = [await postgres.rows(contract.WITHOUT_FACTS, person.user_id) for person in people]
    return all(rows[0]["waiting"] == 0 for rows in waiting)


async def entries(valkey: Valkey) -> dict[str, Any]:
    """Every key of the platform's in the hot tier, with its value."""
    keys = [key async for key in valkey.commands.scan_iter(match=contract.HOT_KEYS, count=500)]
    return {key: await _value(valkey, key) for key in sorted(set(keys))}


async def _value(valkey: Valkey, key: str) -> Any:
    """A key's value, whatever its type; ``None`` when it has expired meanwhile."""
    match kind := await valkey.commands.type(key):
        case "string":
            return await valkey.commands.get(key)
        case "hash":
            return await valkey.commands.hgetall(key)
        case "stream":
            return [fields for _, fields in await valkey.commands.xrange(key) or ()]
        case "none":
            return None
    raise UnexpectedReply("a string, a hash or a stream", f"{kind!r} at {key}")


async def gauge(platform: httpx.AsyncClient, name: str) -> float | None:
    """A gauge on the platform's page of metrics; ``None`` when it is not there or the page cannot be had."""
    try:
        page = (await platform.get("/metrics")).raise_for_status().text
    except httpx.HTTPError:
        return None
    found = [line.split()[-1] for line in page.splitlines() if line.split(" ")[0] == name]
    return float(found[0]) if found else None
