"""Seeded defects of contexts, answers, tools and degradation: each does what its story says."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from gp_lib.reference_platform import defects
from gp_lib.reference_platform.defects.registry import known_defects

from .gateways import Home, StartGateway, running
from .people import Frame, at, deltas, results_of, token_for

P0 = {
    *("S01", "S03", "S04", "S05", "S06", "S07", "S09", "S10", "S11", "S12", "S14", "S15", "S16", "S17", "S19"),
    *("S20", "S21", "S22", "S23", "S25", "S26", "S28", "S30", "S31", "S33", "S35", "S37", "S38", "S39"),
}
"""What the P0 catalogue asks for; there may be more."""


def test_every_defect_of_the_catalogue_is_there_with_a_story_and_a_killer() -> None:
    known = known_defects()
    assert known.keys() >= P0
    assert all(defect.id == name and defect.story.endswith(".") for name, defect in known.items())
    assert all(defect.expected_killer.scenario[2] == "_" for defect in known.values())


def test_every_file_of_a_defect_is_named_after_it_and_no_id_is_given_twice() -> None:
    modules = [path.stem for path in Path(defects.__file__).parent.glob("s[0-9]*.py")]
    assert sorted(name.split("_")[0].upper() for name in modules) == sorted(known_defects())


async def test_s01_mixes_up_runs_at_the_same_time(start: StartGateway) -> None:
    gateway = await start(defects="S01")
    async with at(gateway) as one, at(gateway) as other:
        first, second = await asyncio.gather(one.ask("savings ref:one"), other.ask("savings ref:other"))
        assert await gateway.hits("S01") > 0
    request_ids = [{e["payload"]["request_id"] for e in run if "request_id" in e["payload"]} for run in (first, second)]
    assert request_ids[0] & request_ids[1]


async def test_s03_says_nothing_successfully(start: StartGateway) -> None:
    gateway = await start(defects="S03")
    async with at(gateway) as person:
        events = await person.ask()
        assert await gateway.hits("S03") == 1
    assert events[-1]["payload"]["status"] == "completed"
    assert events[-1]["payload"]["result"] == ""


async def test_s04_gives_everybody_the_same_answer(start: StartGateway) -> None:
    gateway = await start(defects="S04")
    async with at(gateway) as one, at(gateway) as other:
        first, second = await one.ask(), await other.ask()
        assert await gateway.hits("S04") == 2
    assert deltas(first) == deltas(second) == first[-1]["payload"]["result"]
    assert results_of(first, "cost_by_service") != results_of(second, "cost_by_service")


async def test_s05_tells_everything_at_the_end(start: StartGateway) -> None:
    gateway = await start(defects="S05")
    async with at(gateway) as person:
        await person.say()
        await person.receive()
        first_heard = datetime.now(UTC)
        events = await person.until_end()
        assert await gateway.hits("S05") == 1
    assert first_heard > datetime.fromisoformat(events[-1]["timestamp"])


async def test_s06_never_thinks(start: StartGateway) -> None:
    gateway = await start(defects="S06")
    async with at(gateway) as person:
        events = await person.ask()
        assert await gateway.hits("S06") > 1
    assert "agent_thinking" not in {event["type"] for event in events}
    assert events[-1]["payload"]["result"]


async def test_s10_gives_the_second_the_figures_of_the_first(start: StartGateway) -> None:
    gateway = await start(defects="S10")
    async with at(gateway) as one, at(gateway) as other:
        first, second = await one.ask(), await other.ask()
        assert await gateway.hits("S10") > 0
    assert results_of(first, "utilization_by_service") == results_of(second, "utilization_by_service")


async def test_s12_calls_a_partial_answer_complete(start: StartGateway) -> None:
    gateway = await start(defects="S12")
    async with at(gateway) as person:
        events = await person.ask("savings and invoice INV-404")
        assert await gateway.hits("S12") == 1
    assert events[-1]["payload"]["status"] == "completed"


async def test_s14_waits_for_ever_for_a_silent_model(start: StartGateway) -> None:
    gateway = await start(defects="S14", model_deadline_s="0.5")
    async with at(gateway) as person:
        await person.say("savings (model: silent at triage)")
        with pytest.raises(TimeoutError):
            await person.until_end(3)
        assert await gateway.hits("S14") > 0


async def _with_a_row_locked(home: Home, gateway_ask: "asyncio.Task[list[Frame]]", table: str) -> list[Frame]:
    """Hold a lock that makes whoever writes to ``table`` run into a lock timeout, until the story has ended."""
    owner = await asyncpg.connect(home.owner_url)
    try:
        async with owner.transaction():
            await owner.execute(f"lock table platform.{table} in exclusive mode")
            return await gateway_ask
    finally:
        await owner.close()


async def test_s25_reports_a_refused_saving_as_filed(lonely_home: Home) -> None:
    async with running(lonely_home, defects="S25", tool_deadline_s="6") as gateway, at(gateway) as person:
        asking = asyncio.create_task(person.ask("Find savings and file the best saving."))
        events = await _with_a_row_locked(lonely_home, asking, "saving_actions")
        usage = (await gateway.get("/usage", token_for(person.user_id, lonely_home.secret))).json()
        assert await gateway.hits("S25") == 1
    assert results_of(events, "file_saving")[0]["status"] == "filed"
    assert usage["saving_actions"] == 0
