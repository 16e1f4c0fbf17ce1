"""A run keeps its history whatever happens, and never calls something a pass that it did not see."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from gp_lib import checks, evidence, scenario
from gp_lib.contract.platform import Claims
from gp_lib.errors import NotReady, UnsafeTarget, WorkbenchError
from gp_lib.faults import Reset
from gp_lib.history import Event, Fault, History, Operation, Reading
from gp_lib.platforms import find_platform
from gp_lib.scenario import Run, ScenarioFailed
from gp_lib.settings import StackDescription, Target
from gp_lib.verdict import Check, Ruling, Verdict
from tests.histories import tell

GOOD = Verdict.of(Check(name="it_holds", verdict=Ruling.PASS, requirement="it holds"))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    target = Target(name="nowhere", platform_http="http://127.0.0.1:9", platform_ws="ws://127.0.0.1:9/ws")
    folder = tmp_path / "runs" / "now" / "x1"
    folder.mkdir(parents=True)
    return Run(scenario="x1", target=target, platform=find_platform("golden_path"), folder=folder, about={})


@pytest.fixture
def begun(stack: StackDescription, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GPATH_STACK", str(stack.state_dir / "stack.json"))
    monkeypatch.setenv("GPATH_EVIDENCE", str(tmp_path / "runs" / "now" / "x1"))
    return tmp_path / "runs" / "now" / "x1"


def saved(run: Run) -> History:
    return History.load(run.folder / evidence.HISTORY)


def act_of(history: History) -> Operation:
    return next(operation for _, operation in history.indexed(Operation) if operation.action == "acts")


def test_its_plain_text_tells_neither_the_machine_nor_a_secret(run: Run) -> None:
    secret = run.target.model_copy(update={"valkey": "redis://:a-password@127.0.0.1:9/0"})
    run.target = secret
    assert repr(run) == "Run(x1 on nowhere, evidence in now/x1)"


async def test_an_act_that_reaches_its_end_can_pass(run: Run) -> None:
    async with run.acting(deadline_s=5):
        pass
    run.finish(GOOD)
    assert json.loads((run.folder / evidence.VERDICT).read_text())["verdict"] == "pass"


async def test_an_act_cut_off_by_its_deadline_is_unknown(run: Run) -> None:
    async with run.acting(deadline_s=0.05):
        await asyncio.Event().wait()
    assert "deadline" in act_of(saved(run)).detail["why"]
    with pytest.raises(ScenarioFailed) as failed:
        run.finish(GOOD)
    assert failed.value.verdict.ruling is Ruling.UNKNOWN


async def test_what_was_pending_when_the_deadline_struck_is_in_the_history(run: Run) -> None:
    async def waiting_for_an_answer() -> None:
        await asyncio.Event().wait()

    async with run.acting(deadline_s=0.1), asyncio.TaskGroup() as tasks:
        tasks.create_task(waiting_for_an_answer(), name="somebody")
    (told,) = (text for text in act_of(saved(run)).detail["pending"] if text.startswith("task somebody"))
    assert "in waiting_for_an_answer" in told


async def test_an_error_in_the_act_is_recorded_and_makes_it_unknown(run: Run) -> None:
    async with run.acting(deadline_s=5):
        raise ZeroDivisionError("in the middle")
    assert "in the middle" in act_of(saved(run)).detail["why"]
    with pytest.raises(ScenarioFailed, match="did not reach its end"):
        run.finish(GOOD)


async def test_the_history_says_what_tools_are_called_and_what_answers_claim(run: Run) -> None:
    answer = '"- S3: save 9.00 USD a month\\nTotal: 9.00 USD a month"'
    events = tell(f"amy a1 supervisor starts\namy a2 supervisor answers {answer}\namy asked a").history[:3]
    async with run.acting(deadline_s=5) as history:
        for event in events:
            history.record(event)
    assert saved(run).tools == run.use_case.tools
    (claims,) = [r.answer for _, r in saved(run).indexed(Reading) if r.question == "claims"]
    assert claims == {"actor": "amy", "amounts": [{"service": "S3", "amount": "9.00"}], "totals": ["9.00"]}


async def test_an_answer_that_the_platforms_description_fails_at_stops_nothing_else(run: Run) -> None:
    def fails(answer: str) -> Claims:
        raise ZeroDivisionError(answer)

    run.platform = replace(run.platform, use_case=replace(run.use_case, read_claims=fails))
    async with run.acting(deadline_s=5) as history:
        for event in tell("amy a1 supervisor starts\namy a2 supervisor answers 9.00").history[:2]:
            history.record(event)
    (claims,) = [r.answer for _, r in saved(run).indexed(Reading) if r.question == "claims"]
    assert claims == {"actor": "amy", "why": "ZeroDivisionError: 9.00"}
    run.finish(GOOD)


async def test_a_description_that_exits_leaves_a_whole_history(run: Run) -> None:
    def exits(answer: str) -> Claims:
        raise SystemExit(answer)

    run.platform = replace(run.platform, use_case=replace(run.use_case, read_claims=exits))
    started, answered = tell("amy a1 supervisor starts\namy a2 supervisor answers 9.00").history[:2]
    act = run.acting(deadline_s=5)
    history = await act.__aenter__()
    history.record(started)
    history.record(answered)
    with pytest.raises(SystemExit):
        await act.__aexit__(None, None, None)
    assert act_of(saved(run)).outcome == "ok"


async def test_an_interrupt_passes_on_and_leaves_the_history(run: Run) -> None:
    with pytest.raises(asyncio.CancelledError):
        async with run.acting(deadline_s=5):
            raise asyncio.CancelledError
    assert act_of(saved(run)).outcome == "unknown"


async def test_a_verdict_without_a_check_is_no_pass(run: Run) -> None:
    async with run.acting(deadline_s=5):
        pass
    assert Verdict.of().ruling is Ruling.UNKNOWN
    with pytest.raises(WorkbenchError, match="has not acted"):
        _ = Run(scenario="x2", target=run.target, platform=run.platform, folder=run.folder, about={}).recording


async def test_a_run_that_promises_nothing_is_unknown_in_its_evidence(run: Run) -> None:
    async with run.acting(deadline_s=5):
        pass
    with pytest.raises(ScenarioFailed, match="names no check of the platform"):
        run.finish(Verdict.of())
    written = json.loads((run.folder / evidence.VERDICT).read_text())
    assert written["verdict"] == "unknown"
    assert {check["name"]: check["verdict"] for check in written["checks"]} == {
        "promises_something": "unknown",
        "acted_to_the_end": "pass",
    }


async def test_acting_again_keeps_the_first_evidence(run: Run) -> None:
    async with run.acting(deadline_s=5):
        pass
    first = run.folder
    async with run.acting(deadline_s=5):
        pass
    assert run.folder != first
    assert (first / evidence.HISTORY).is_file()
    assert (run.folder / evidence.HISTORY).is_file()


def test_a_failed_scenario_shows_its_table_instead_of_a_traceback() -> None:
    broken = Verdict.of(Check(name="it_breaks", verdict=Ruling.FAIL, requirement="it holds", message="seen to break"))
    shown = "\n".join(ScenarioFailed("x1", broken)._render_traceback_())
    assert "it_breaks" in shown
    assert "seen to break" in shown


async def test_begin_asks_every_service_who_it_is(begun: Path) -> None:
    run = await scenario.begin("x1", effect="reads")
    services = run.about["services"]
    assert services.keys() == {"platform", "postgres", "valkey", "clickhouse"}
    assert "PostgreSQL 18" in services["postgres"]["version"]
    assert "valkey" in services["valkey"]["version"]


async def test_begin_without_a_stack_says_how_to_start_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPATH_STACK", str(tmp_path / "stack.json"))
    with pytest.raises(NotReady, match="gpath up"):
        await scenario.begin("x1", effect="reads")


async def test_faults_are_refused_where_the_wires_are_not_ours(run: Run) -> None:
    async with run.acting(deadline_s=5):
        with pytest.raises(UnsafeTarget, match="embedded stack"):
            async with run.faults():
                pass


async def test_people_are_asked_answered_and_forgotten(begun: Path) -> None:
    run = await scenario.begin("x1")
    async with run.acting(deadline_s=30) as history, run.people() as people, run.auditor() as auditor:
        (ana,) = people.called("ana")
        await ana.connects(witness=auditor.looks_for_row)
        asked = await ana.asks("Which savings do you find in my costs?")
    assert asked.terminal is not None
    assert {event.user_id for _, event in history.indexed(Event) if event.run_id} == {ana.user_id}
    forgotten = [operation for _, operation in history.indexed(Operation) if operation.action == "is forgotten"]
    assert [operation.outcome for operation in forgotten] == ["ok"]
    assert list(saved(run)) == list(history)


async def test_a_fault_that_touched_nothing_makes_the_run_unknown(begun: Path) -> None:
    run = await scenario.begin("x1", effect="breaks")
    out_of_reach = Reset(after_bytes=10**9)
    async with run.acting(deadline_s=30) as history, run.faults() as faults, faults.strikes("model", out_of_reach):
        pass
    assert [fault.touched for _, fault in history.indexed(Fault)] == [False]
    assert checks.every_fault_struck(history).verdict is Ruling.UNKNOWN
