"""What a command says of a damaged batch: which file, which field; and that it goes on with everything else."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gp_lib import evidence
from tests.damage.commands import Ended, gpath, inside
from tests.damage.mutations import Change
from tests.damage.project import BY_HAND, DAMAGED, OTHER, SAME, SCENARIOS, Made, make

FIRST, SECOND = SCENARIOS
HISTORY = Change(f"{FIRST}/{evidence.HISTORY}", "one line", b'{"kind": "history", "version": 1}\n')
WHY = "damaged: history.jsonl: line 1: began: it is missing"
BATCH = Change(evidence.BATCH, "one field", b'{"scenarios": [], "began": "2026-11-25T10:00:00"}')


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("damage"))


@contextmanager
def damaged(made: Made, change: Change, batch: str = DAMAGED) -> Iterator[Path]:
    """The folder of runs of a project in which one thing is changed, for the time of the block."""
    with made.copy(batch, change) as project, inside(project):
        yield project / "runs"


def met(made: Made, change: Change, line: str, batch: str = DAMAGED) -> Ended:
    with damaged(made, change, batch):
        return gpath(line)


def test_rejudging_shows_the_damaged_scenario_and_judges_the_others(made: Made) -> None:
    ended = met(made, HISTORY, f"rejudge {DAMAGED}")
    assert ended.code == 2, ended
    healthy, broken = ended.said.split(f"{FIRST}\n")
    assert healthy.startswith(f"{SECOND}\nverdict: pass")
    assert broken.startswith("verdict: unknown")
    assert WHY in broken


def test_a_run_by_hand_whose_history_is_damaged_is_unknown(made: Made) -> None:
    ended = met(made, HISTORY, f"rejudge {BY_HAND}", BY_HAND)
    assert (ended.code, WHY in ended.said) == (2, True)


def test_a_report_names_what_is_damaged_and_is_written(made: Made) -> None:
    with damaged(made, HISTORY) as runs:
        ended = gpath(f"report {DAMAGED}")
        assert (ended.code, ended.complaint) == (0, f"gpath: {FIRST}: {WHY}\n")
        assert WHY in (runs / DAMAGED / FIRST / evidence.PAGE).read_text()


def test_a_difference_is_told_between_what_was_and_unknown(made: Made) -> None:
    ended = met(made, HISTORY, f"diff {SAME} {DAMAGED}")
    assert (ended.code, f"{FIRST}: pass -> unknown" in ended.said) == (1, True), ended


def test_notebooks_of_a_real_batch_can_be_compared(made: Made) -> None:
    same = Change(
        f"{FIRST}/{evidence.VERDICT}", "nothing", (made.batch(DAMAGED) / FIRST / evidence.VERDICT).read_bytes()
    )
    ended = met(made, same, f"diff {SAME} {DAMAGED} --notebooks")
    assert ended.code == 0, ended


def test_only_what_is_damaged_is_run_again(made: Made) -> None:
    assert met(made, HISTORY, "run --failed --dry-run").said == f"{FIRST}\n"


@pytest.mark.parametrize("command", ["report", "rejudge", "merge", "diff"])
def test_a_batch_that_is_damaged_as_a_whole_is_one_sentence(made: Made, command: str) -> None:
    with damaged(made, BATCH) as runs:
        ended = gpath(f"{command} {DAMAGED}")
        sentence = f"gpath: {runs / DAMAGED / evidence.BATCH} is damaged: began: it has no time zone\n"
    assert (ended.code, ended.complaint) == (2, sentence)


def test_the_history_says_which_batch_was_left_out_and_tells_the_others(made: Made) -> None:
    ended = met(made, BATCH, "history")
    assert ended.code == 0
    assert f"{DAMAGED}: damaged: batch.json: began: it has no time zone" in ended.said
    assert FIRST in ended.said


def test_a_damaged_batch_is_not_pruned_where_failures_are_kept(made: Made) -> None:
    with damaged(made, BATCH) as runs:
        (runs / evidence.LATEST).unlink()
        ended = gpath("prune --keep-failed")
        assert ended.code == 0, ended
        assert sorted(path.name for path in runs.iterdir()) == [DAMAGED]
        assert f"deleted: {OTHER}" in ended.said
