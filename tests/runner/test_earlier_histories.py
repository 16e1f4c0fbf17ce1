"""A history that was saved before it named tools and claims is judged as it always was."""

import json
from pathlib import Path

from gp_lib import checks
from gp_lib.history import History, record_to_json
from gp_lib.runner.earlier_histories import load_history
from gp_lib.verdict import Ruling
from tests.histories import tell

STORY = """
clickhouse  cost_by_service amy S3=10.00
clickhouse  savings amy S3=9.00
amy  a1  supervisor  starts
amy  a2  supervisor  answers "- S3: save {amount} USD a month\\nTotal: {amount} USD a month"
amy  asked a
"""


def saved(path: Path, amount: str, *, lines: int = 5, **header: object) -> Path:
    """The first ``lines`` records of the story as a file, with what ``header`` says of it."""
    history = tell(STORY.replace("{amount}", amount)).history
    first = {"kind": "history", "version": 1, "began": history.began.isoformat(), **header}
    path.write_text("".join(f"{json.dumps(line)}\n" for line in (first, *map(record_to_json, history[:lines]))))
    return path


def test_an_earlier_history_is_judged_by_what_its_answers_claim(tmp_path: Path) -> None:
    for amount, ruling in (("9.00", Ruling.PASS), ("9.01", Ruling.FAIL)):
        history = load_history(saved(tmp_path / f"{amount}.jsonl", amount))
        assert checks.amounts_equal_sql(history).verdict is ruling
        assert checks.recommendations_name_own_services(history).verdict is Ruling.PASS


def test_nothing_that_was_saved_moves(tmp_path: Path) -> None:
    path = saved(tmp_path / "history.jsonl", "9.00")
    assert list(load_history(path))[:5] == list(History.load(path))


def test_a_history_that_holds_the_claims_stays_as_it_is(tmp_path: Path) -> None:
    path = saved(tmp_path / "history.jsonl", "9.00", lines=6, platform="golden_path")
    assert list(load_history(path)) == list(History.load(path))


def test_an_act_that_was_killed_before_its_claims_were_read_is_judged_all_the_same(tmp_path: Path) -> None:
    tools = {"costs": "cost_by_service"}
    history = load_history(saved(tmp_path / "history.jsonl", "9.01", platform="golden_path", tools=tools))
    assert checks.amounts_equal_sql(history).verdict is Ruling.FAIL


def test_the_answers_of_another_platform_are_not_read_by_this_one(tmp_path: Path) -> None:
    path = saved(tmp_path / "history.jsonl", "9.00", platform="acme", tools={"costs": "cost_by_service"})
    history = load_history(path)
    assert list(history) == list(History.load(path))
    assert checks.amounts_equal_sql(history).verdict is Ruling.UNKNOWN


def test_an_empty_and_a_torn_history_can_be_loaded_too(tmp_path: Path) -> None:
    assert len(load_history(saved(tmp_path / "empty.jsonl", "9.00", lines=0))) == 0
    torn = saved(tmp_path / "torn.jsonl", "9.00")
    torn.write_text(torn.read_text()[:-20])
    assert load_history(torn).truncated
