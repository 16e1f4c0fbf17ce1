"""Each run has a context of its own, opened at once and gone afterwards."""

from gp_lib.checks import (
    contexts_share_nothing,
    events_carry_the_ids_of_their_run,
    live_contexts_return,
    starts_within,
)

from .judging import fails, passes, undecided, vacuous

GAUGE = "gp_live_contexts"


@passes(contexts_share_nothing)
def test_two_runs_with_ids_of_their_own_share_nothing() -> None:
    """
    amy a1 supervisor starts
    bob b1 supervisor starts
    amy a2 triage starts r-1
    bob b2 triage starts r-2
    amy a3 data starts r-1
    amy asked a
    bob asked b
    """


@fails(contexts_share_nothing, says="2 runs share the request id")
def test_a_request_id_that_two_runs_tell_is_shared() -> None:
    """
    amy a1 supervisor starts
    bob b1 supervisor starts
    !amy a2 triage starts r-1
    !bob b2 triage starts r-1
    amy asked a
    bob asked b
    """


@fails(contexts_share_nothing, says="2 runs share the thread id")
def test_a_thread_that_two_questions_opened_is_shared() -> None:
    """
    !amy a1 supervisor starts
    !bob b1 supervisor starts [thread=a]
    amy a2 triage starts r-1
    bob b2 triage starts r-2
    amy asked a
    bob asked b
    """


@fails(contexts_share_nothing, says="2 questions share the run")
def test_a_run_that_answers_two_questions_is_shared() -> None:
    """
    amy a1 supervisor starts
    amy a2 triage starts r-1
    bob b1 supervisor starts
    bob b2 triage starts r-2
    !amy asked a [message=one]
    !amy asked a [message=two]
    bob asked b
    """


@fails(contexts_share_nothing, says="changed its request id")
def test_a_run_whose_request_id_changes_is_in_two_contexts() -> None:
    """
    amy a1 supervisor starts
    !amy a2 triage starts r-1
    !amy a3 data starts r-2
    bob b1 supervisor starts
    bob b2 triage starts r-3
    amy asked a
    bob asked b
    """


@undecided(contexts_share_nothing, says="told no request id")
def test_a_run_without_request_id_tells_nothing_of_its_context() -> None:
    """
    !amy a1 supervisor starts
    bob b1 supervisor starts
    bob b2 triage starts r-2
    amy asked a
    bob asked b
    """


@undecided(contexts_share_nothing, says="only one run")
def test_a_single_run_has_nobody_to_share_with() -> None:
    """
    amy a1 supervisor starts
    amy a2 triage starts r-1
    amy asked a
    """


@vacuous(contexts_share_nothing)
def test_without_a_run_there_is_nothing_to_share() -> None:
    """
    amy asked, in vain
    """


@passes(events_carry_the_ids_of_their_run)
def test_events_that_name_their_thread_and_user_are_in_place() -> None:
    """
    amy welcomed
    amy a1 supervisor starts
    amy a2 supervisor answers done
    amy asked a
    """


@fails(events_carry_the_ids_of_their_run, says="seq 2 carries thread thread-x")
def test_an_event_of_another_thread_is_out_of_place() -> None:
    """
    amy welcomed
    !amy a1 supervisor starts
    !amy a2 supervisor thinks hm [thread=x]
    amy asked a
    """


@fails(events_carry_the_ids_of_their_run, says="user-bob")
def test_a_run_under_another_users_name_is_out_of_place() -> None:
    """
    amy welcomed
    !amy a1 supervisor starts [user=bob]
    amy asked a
    """


@fails(events_carry_the_ids_of_their_run, says="nobody asked for")
def test_an_event_of_a_run_that_nobody_asked_for_carries_nobodys_ids() -> None:
    """
    amy a1 supervisor starts
    !amy x2 supervisor thinks hm
    amy asked a
    """


@undecided(events_carry_the_ids_of_their_run, says="nobody asked for")
def test_a_run_that_nobody_asked_for_may_be_that_of_a_lost_question() -> None:
    """
    !amy a1 supervisor starts
    amy asked, lost
    """


@vacuous(events_carry_the_ids_of_their_run)
def test_without_events_no_id_is_carried() -> None:
    """
    amy welcomed
    """


@passes(starts_within, limit_ms=100.0)
def test_runs_that_start_soon_on_average_start_in_time() -> None:
    """
    0.15 amy a1 supervisor starts
    0.03 bob b1 supervisor starts
    1.00 amy asked a
    1.00 bob asked b
    """


@fails(starts_within, limit_ms=100.0, says="150 ms on average")
def test_runs_that_start_late_on_average_are_too_late() -> None:
    """
    0.10 amy a1 supervisor starts
    !0.20 bob b1 supervisor starts
    1.00 amy asked a
    !1.00 bob asked b
    """


@undecided(starts_within, limit_ms=100.0, says="took 80% of the machine")
def test_a_start_is_not_called_slow_on_a_machine_that_others_used_up() -> None:
    """
    0.10 amy a1 supervisor starts
    !0.20 bob b1 supervisor starts
    1.00 amy asked a
    !1.00 bob asked b
    ! 9.00  workbench  machine cpu 0.0/0.8 0.0/0.8
    """


@undecided(starts_within, limit_ms=100.0, says="150 ms on average")
def test_the_first_waves_of_an_act_that_was_cut_off_are_not_the_best_there_are() -> None:
    """
    0.10 amy a1 supervisor starts
    !0.20 bob b1 supervisor starts
    1.00 amy asked a
    !1.00 bob asked b
    scenario acted, lost
    """


@passes(starts_within, limit_ms=100.0, waves=2)
def test_the_best_wave_counts() -> None:
    """
    0.90 amy a1 supervisor starts
    1.00 amy asked a
    1.05 amy b1 supervisor starts
    2.00 amy asked b [since=1.0]
    """


@fails(starts_within, limit_ms=100.0, waves=2, says="900, 200 ms on average")
def test_it_is_too_late_when_even_the_best_wave_is() -> None:
    """
    0.90 amy a1 supervisor starts
    1.00 amy asked a
    !1.20 amy b1 supervisor starts
    !2.00 amy asked b [since=1.0]
    """


@vacuous(starts_within, limit_ms=100.0, waves=2)
def test_fewer_runs_than_waves_are_no_waves() -> None:
    """
    0.01 amy a1 supervisor starts
    1.00 amy asked a
    """


@passes(live_contexts_return, gauge=GAUGE)
def test_a_gauge_that_rose_and_is_back_shows_that_contexts_are_gone() -> None:
    """
    platform gauge gp_live_contexts 1
    platform gauge gp_live_contexts 11
    platform gauge gp_live_contexts 1
    """


@fails(live_contexts_return, gauge=GAUGE, says="was 0 and is 2")
def test_a_gauge_that_stays_up_shows_contexts_that_stay() -> None:
    """
    !platform gauge gp_live_contexts 0
    platform gauge gp_live_contexts 10
    !platform gauge gp_live_contexts 2
    """


@undecided(live_contexts_return, gauge=GAUGE, says="but somebody still waited for a run")
def test_a_gauge_that_was_read_while_somebody_still_waited_says_nothing_of_afterwards() -> None:
    """
    !platform gauge gp_live_contexts 0
    platform gauge gp_live_contexts 3
    !platform gauge gp_live_contexts 2
    amy asked a
    """


@fails(live_contexts_return, gauge=GAUGE, says="was 0 and is 2")
def test_a_context_that_stays_after_everybody_was_answered_is_noticed() -> None:
    """
    !platform gauge gp_live_contexts 0
    platform gauge gp_live_contexts 3
    amy a1 supervisor starts
    amy a2 supervisor answers yes
    amy asked a
    !platform gauge gp_live_contexts 2
    """


@undecided(live_contexts_return, gauge=GAUGE, says="never rose")
def test_a_gauge_that_never_moves_measures_nothing() -> None:
    """
    !platform gauge gp_live_contexts 0
    platform gauge gp_live_contexts 0
    !platform gauge gp_live_contexts 0
    """


@vacuous(live_contexts_return, gauge=GAUGE)
def test_a_gauge_that_cannot_be_read_tells_nothing() -> None:
    """
    platform gauge gp_live_contexts none
    platform gauge gp_live_contexts 0
    """
