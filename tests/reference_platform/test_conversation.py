"""A question and its answer, as a user sees them."""

from .gateways import Gateway
from .people import DETAILED, at, deltas, is_end, token_for


async def test_the_welcome_is_complete(gateway: Gateway) -> None:
    async with at(gateway) as person:
        welcome = person.welcome
        assert welcome["type"] == "connection_established"
        assert welcome["user_id"] == person.user_id
        assert welcome["connection_ready"] is True
        assert welcome["protocol"] == "golden-path/1"
        assert {"connection_id", "server_time"} <= welcome.keys()


async def test_a_question_shows_all_five_events_from_all_five_agents(gateway: Gateway) -> None:
    async with at(gateway) as person:
        events = await person.ask()
    types = {event["type"] for event in events}
    assert types == {"agent_started", "agent_thinking", "tool_executing", "tool_completed", "agent_completed"}
    agents = {event["agent_name"] for event in events}
    assert agents == {"supervisor", "triage", "data", "optimization", "report"}


async def test_a_story_has_no_gaps_and_one_end(gateway: Gateway) -> None:
    async with at(gateway) as person:
        events = await person.ask()
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[0]["type"] == "agent_started"
    assert events[0]["agent_name"] == "supervisor"
    assert [is_end(event) for event in events].count(True) == 1
    assert len({(event["run_id"], event["thread_id"], event["user_id"]) for event in events}) == 1


async def test_the_deltas_add_up_to_the_result(gateway: Gateway) -> None:
    async with at(gateway) as person:
        events = await person.ask()
    assert events[-1]["payload"]["status"] == "completed"
    assert deltas(events) == events[-1]["payload"]["result"]
    assert "Total:" in deltas(events)


async def test_the_two_cost_tools_run_in_parallel(gateway: Gateway) -> None:
    async with at(gateway) as person:
        events = await person.ask()
    tools = [event["type"] for event in events if event["type"].startswith("tool_")]
    assert tools[:2] == ["tool_executing", "tool_executing"]


async def test_a_detailed_answer_has_at_least_two_hundred_events(gateway: Gateway) -> None:
    async with at(gateway) as person:
        events = await person.ask(DETAILED)
    assert len(events) >= 200


async def test_an_unknown_invoice_makes_a_partial_answer_that_says_so(gateway: Gateway) -> None:
    async with at(gateway) as person:
        events = await person.ask("Which savings are there, and what about invoice INV-404?")
    failed = [event["payload"] for event in events if event["payload"].get("status") == "error"]
    assert [payload["tool_name"] for payload in failed] == ["invoice_lookup"]
    assert events[-1]["payload"]["status"] == "partial"
    assert "invoice" in events[-1]["payload"]["result"]


async def test_a_known_invoice_is_found(gateway: Gateway) -> None:
    async with at(gateway) as person:
        events = await person.ask("Which savings are there, and what about invoice INV-1001?")
    results = [
        e["payload"]["result"]
        for e in events
        if e["payload"].get("tool_name") == "invoice_lookup" and "result" in e["payload"]
    ]
    assert results[0]["invoice_id"] == "INV-1001"
    assert events[-1]["payload"]["status"] == "completed"


async def test_a_filed_saving_is_one_row(gateway: Gateway) -> None:
    async with at(gateway) as person:
        events = await person.ask("Find savings and file the best saving.")
        usage = (await gateway.get("/usage", token_for(person.user_id, gateway.home.secret))).json()
    filed = [
        e["payload"]["result"]
        for e in events
        if e["payload"].get("tool_name") == "file_saving" and "result" in e["payload"]
    ]
    assert len(filed) == 1
    assert usage["saving_actions"] == 1
    assert usage["monthly_saving"] == filed[0]["monthly_saving"]


async def test_a_second_question_in_the_same_thread_stays_there(gateway: Gateway) -> None:
    async with at(gateway) as person:
        first = await person.ask()
        second = await person.ask(thread_id=first[0]["thread_id"])
    assert second[0]["thread_id"] == first[0]["thread_id"]
    assert second[0]["run_id"] != first[0]["run_id"]
