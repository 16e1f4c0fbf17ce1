"""An id that is not there is not the id "None", and a field that nobody can read is not taken for what it might say."""

from dataclasses import replace

from gp_lib import checks
from gp_lib.checks.sightings import canaries
from gp_lib.history import Event, History, Operation
from gp_lib.verdict import Ruling
from tests.histories import tell

from .judging import fails, passes, undecided


@fails(checks.enough_tools_run, says="ran 1 tools", at_least=2)
def test_a_tool_without_a_name_is_not_another_tool() -> None:
    """
      amy  a1  supervisor  starts
      amy  a2  data        calls cost#1
      amy  a3  data        calls \u200b#2
    ! amy  a4  supervisor  answers yes
    """


@fails(checks.failing_tool_is_told, says="the failure of cost is not told", tool="cost")
def test_a_failure_that_is_told_in_invisible_characters_is_not_told() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  data        calls cost#1
    ! amy  a3  data        fails cost#1 json [{"type": "text", "text": "\u200b"}]
      amy  a4  supervisor  half-answers "this is partial"
    """


@passes(checks.failing_tool_is_told, tool="cost")
def test_a_failure_that_is_told_in_content_blocks_is_told() -> None:
    """
    amy  a1  supervisor  starts
    amy  a2  data        calls cost#1
    amy  a3  data        fails cost#1 json [{"type": "text", "text": "there is none"}]
    amy  a4  supervisor  half-answers "this is partial"
    """


@fails(checks.canaries_stay_with_their_owner, places=(), says="amy's prompt reached sam: stream of deltas")
def test_a_canary_in_pieces_with_null_between_them_is_put_together() -> None:
    """
      amy  welcomed
      sam  welcomed
      amy  planted prompt canary-1234567890 a
    ! sam  c1  report  says "canary-12345"
      sam  c2  report  says json null
    ! sam  c3  report  says json [{"type": "text", "text": "67890"}]
    """


@fails(checks.canaries_stay_with_their_owner, places=(), says="amy's prompt reached sam")
def test_invisible_characters_hide_no_canary() -> None:
    """
      amy  welcomed
      sam  welcomed
      amy  planted prompt canary-1234567890 a
    ! sam  c1  supervisor  answers "canary-\u200b12345\u206067890"
    """


def without_run_id(lines: str) -> History:
    """The history in which every question was answered by a run that has no id."""
    told = tell(lines).history
    return History(
        (replace(r, detail={**r.detail, "run_id": None}) if isinstance(r, Operation) else r for r in told),
        began=told.began,
    )


def test_a_run_without_an_id_is_no_canary_called_none() -> None:
    history = without_run_id("amy welcomed\namy asked a\nclickhouse rows amy events None")
    assert [canary for canary in canaries(history) if canary.token == "None"] == []


def test_two_runs_without_an_id_are_not_one_run() -> None:
    found = checks.contexts_share_nothing(without_run_id("amy asked a\nsam asked b"))
    assert found.verdict is Ruling.UNKNOWN, found.message


def test_a_question_whose_run_has_no_id_was_answered_by_nobody() -> None:
    found = checks.every_question_starts_a_run(without_run_id("amy asked a"))
    assert (found.verdict, found.witnesses) == (Ruling.UNKNOWN, (0,)), found.message


def test_two_runs_without_a_thread_share_none() -> None:
    told = tell("amy a1 supervisor starts r-a\namy asked a\nsam c1 supervisor starts r-c\nsam asked c").history
    nowhere = [replace(r, thread_id=None) if isinstance(r, Event) else r for r in told]
    found = checks.contexts_share_nothing(History(nowhere, began=told.began))
    assert found.verdict is Ruling.UNKNOWN
    assert "names no thread" in found.message


@undecided(checks.no_success_is_claimed, says="does not say how it ended", under={"amy": "Refuse"})
def test_an_end_without_a_status_claims_nothing_and_denies_nothing() -> None:
    """
      1.10  amy    a1  supervisor  starts
    ! 1.50  amy    a2  supervisor  answers-without-status yes
      1.60  amy    asked a  [since=1.00]
    ! 4.00  fault  Refuse struck 1.20  [since=0.90]
    """


def test_completions_without_an_id_are_not_matched_with_another_tools_call() -> None:
    lines = "amy a1 supervisor starts\namy a2 data calls cost\namy a3 data fails usage there is none"
    told = tell(f"{lines}\namy a4 supervisor half-answers partial").history
    found = checks.failing_tool_is_told(told, tool="cost")
    assert (found.verdict, found.witnesses) == (Ruling.FAIL, (1,)), found.message
