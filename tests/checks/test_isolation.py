"""Canaries are seen by their owner, and by nobody else."""

from gp_lib.checks import canaries_stay_with_their_owner
from gp_lib.checks.isolation import canaries_seen
from tests.histories import tell

from .judging import fails, passes, undecided, vacuous

PROMPT = ("prompt",)
HOME = """
    amy welcomed
    bob welcomed
    amy planted prompt canary-amy a
    bob planted prompt canary-bob b
    amy a1 supervisor starts canary-amy
    bob b1 supervisor starts canary-bob
"""


@passes(canaries_stay_with_their_owner, places=PROMPT, says="looked at 2")
def test_canaries_at_home_are_safe() -> None:
    """
    amy welcomed
    bob welcomed
    amy planted prompt canary-amy a
    bob planted prompt canary-bob b
    amy a1 supervisor starts canary-amy
    bob b1 supervisor starts canary-bob
    """


@fails(canaries_stay_with_their_owner, places=PROMPT, says="amy's prompt reached bob: event agent_thinking")
def test_a_canary_in_somebody_elses_event_went_astray() -> None:
    """
    amy planted prompt canary-amy a
    bob planted prompt canary-bob b
    amy a1 supervisor starts canary-amy
    bob b1 supervisor starts canary-bob
    !bob b2 supervisor thinks of canary-amy
    """


@fails(canaries_stay_with_their_owner, places=PROMPT, says="stream of deltas")
def test_a_canary_that_is_split_over_deltas_is_put_together() -> None:
    """
    amy planted prompt canary-amy a
    bob planted prompt canary-bob b
    amy a1 supervisor starts canary-amy
    bob b1 supervisor starts canary-bob
    !bob b2 report says "can"
    !bob b3 report says "ary-a"
    amy a2 report says "ary-x"
    !bob b4 report says "my"
    """


@fails(canaries_stay_with_their_owner, places=PROMPT, says="stream of deltas")
def test_deltas_that_come_to_two_tabs_in_turn_are_put_together_by_seq() -> None:
    """
    amy planted prompt canary-amy a
    bob planted prompt canary-bob b
    amy a1 supervisor starts canary-amy
    bob b1 supervisor starts canary-bob
    !bob b2 report says "canary"
    !bob b3 report says "-amy" [tab=2]
    """


@fails(canaries_stay_with_their_owner, places=PROMPT, says="amy's prompt reached bob: rest /threads")
def test_a_canary_in_somebody_elses_list_went_astray() -> None:
    """
    bob welcomed
    amy planted prompt canary-amy a
    bob planted prompt canary-bob b
    amy a1 supervisor starts canary-amy
    bob b1 supervisor starts canary-bob
    !bob got /threads {"titles": ["canary-amy"]}
    """


@fails(canaries_stay_with_their_owner, places=PROMPT, says="amy's prompt reached bob: postgres messages")
def test_a_canary_in_somebody_elses_row_went_astray() -> None:
    """
    amy welcomed
    bob welcomed
    amy planted prompt canary-amy a
    bob planted prompt canary-bob b
    amy a1 supervisor starts canary-amy
    bob b1 supervisor starts canary-bob
    postgres rows amy messages canary-amy
    !postgres rows bob messages canary-amy
    """


@fails(canaries_stay_with_their_owner, places=PROMPT, says="amy's prompt reached anybody: valkey value gp:cache")
def test_a_canary_in_a_cache_entry_of_nobody_went_astray() -> None:
    """
    amy welcomed
    bob welcomed
    amy planted prompt canary-amy a
    bob planted prompt canary-bob b
    amy a1 supervisor starts canary-amy
    bob b1 supervisor starts canary-bob
    valkey entry gp:cache:user-amy:7 canary-amy
    !valkey entry gp:cache:shared:7 canary-amy
    """


@fails(canaries_stay_with_their_owner, places=("prompt", "tool result"), says="amy's tool result reached bob")
def test_figures_that_are_nobody_elses_are_canaries_too() -> None:
    """
    amy welcomed
    bob welcomed
    amy planted prompt canary-amy a
    bob planted prompt canary-bob b
    amy a1 supervisor starts canary-amy
    bob b1 supervisor starts canary-bob
    clickhouse utilization_by_service amy S3=7.866333333333 EC2=5.5
    clickhouse utilization_by_service bob S3=8.123333333333 EC2=5.5
    amy a2 data gets utilization_by_service#1 S3=7.866333333334 EC2=5.5
    !bob b2 data gets utilization_by_service#1 S3=7.866333333333 EC2=5.5
    bob b3 data gets utilization_by_service#2 S3=8.123333333333 EC2=5.5
    """


@fails(canaries_stay_with_their_owner, places=("prompt", "analytics row"), says="reached bob: clickhouse run_facts")
def test_a_run_among_somebody_elses_facts_went_astray() -> None:
    """
    amy welcomed
    bob welcomed
    amy planted prompt canary-amy a
    bob planted prompt canary-bob b
    amy a1 supervisor starts canary-amy
    bob b1 supervisor starts canary-bob
    amy asked a
    bob asked b
    clickhouse rows amy run_facts run-a
    clickhouse rows bob run_facts run-b
    !clickhouse rows bob run_facts run-a
    """


@passes(canaries_stay_with_their_owner, places=PROMPT, apart="users")
def test_two_runs_of_one_person_may_know_of_each_other() -> None:
    """
    amy planted prompt canary-amy a
    bob planted prompt canary-bob b
    amy a1 supervisor starts canary-amy
    amy c1 supervisor starts as before with canary-amy
    bob b1 supervisor starts canary-bob
    amy asked a
    amy asked c
    """


@fails(canaries_stay_with_their_owner, places=PROMPT, apart="runs", says="amy's prompt reached amy")
def test_unless_each_is_to_have_a_context_of_its_own() -> None:
    """
    amy planted prompt canary-amy a
    bob planted prompt canary-bob b
    amy a1 supervisor starts canary-amy
    !amy c1 supervisor starts as before with canary-amy
    bob b1 supervisor starts canary-bob
    amy asked a
    amy asked c
    """


@passes(canaries_stay_with_their_owner, places=PROMPT)
def test_what_somebody_without_a_session_was_told_is_another_checks_matter() -> None:
    """
    amy planted prompt canary-amy a
    bob planted prompt canary-bob b
    amy a1 supervisor starts canary-amy
    bob b1 supervisor starts canary-bob
    stranger tried run read expired foreign 200 canary-amy
    """


@undecided(canaries_stay_with_their_owner, places=PROMPT, says="no canary in the prompt of bob")
def test_a_search_that_finds_nothing_at_home_proves_nothing_elsewhere() -> None:
    """
    amy planted prompt canary-amy a
    bob planted prompt canary-bob b
    amy a1 supervisor starts canary-amy
    """


@undecided(canaries_stay_with_their_owner, places=("prompt", "row"), says="no canary in the row of amy")
def test_a_place_without_a_canary_proves_nothing() -> None:
    """
    amy planted prompt canary-amy a
    bob planted prompt canary-bob b
    amy a1 supervisor starts canary-amy
    bob b1 supervisor starts canary-bob
    """


@undecided(canaries_stay_with_their_owner, places=PROMPT, says="nobody else")
def test_one_person_alone_has_nobody_to_tell() -> None:
    """
    amy planted prompt canary-amy a
    amy a1 supervisor starts canary-amy
    """


@vacuous(canaries_stay_with_their_owner, places=PROMPT)
def test_without_canaries_nothing_is_searched() -> None:
    """
    amy a1 supervisor starts
    """


def test_the_matrix_counts_who_saw_what() -> None:
    seen = canaries_seen(tell(HOME).history)
    assert seen["amy", "prompt"] == {"amy": 1, "bob": 0, "anybody": 0}
    assert seen["bob", "prompt"] == {"amy": 0, "bob": 1, "anybody": 0}
