"""Live state is live and three tiers agree; each way of failing is noticed."""

from gp_lib import checks

from .judging import fails, passes, undecided, vacuous


@passes(checks.live_state_until_the_end)
def test_a_state_that_is_there_and_new_at_every_event_is_live() -> None:
    """
    amy     a1  supervisor  starts
    valkey  live_state a1 running 1 3600 3600
    amy     a2  triage      answers found
    valkey  live_state a2 running 3 3600 3600
    amy     a3  supervisor  answers yes
    valkey  live_state a3 completed 3 3600 3600
    """


@fails(checks.live_state_until_the_end, says="was not there when agent_thinking (seq 2) arrived")
def test_a_state_that_is_gone_before_the_end_is_noticed() -> None:
    """
      amy     a1  supervisor  starts
      valkey  live_state a1 running 1 3600 3600
    ! amy     a2  supervisor  thinks hm
    ! valkey  live_state a2 gone
      amy     a3  supervisor  answers yes
      valkey  live_state a3 completed 3 3600 3600
    """


@fails(checks.live_state_until_the_end, says="was at seq 1 when agent_completed (seq 2) arrived")
def test_a_state_that_lags_behind_what_was_told_is_noticed() -> None:
    """
      amy     a1  supervisor  starts
      valkey  live_state a1 running 1 3600 3600
    ! amy     a2  supervisor  answers yes
    ! valkey  live_state a2 completed 1 3600 3600
    """


@fails(checks.live_state_until_the_end, says="said running when the terminal agent_completed (seq 2) arrived")
def test_a_state_that_goes_on_after_the_end_is_noticed() -> None:
    """
      amy     a1  supervisor  starts
      valkey  live_state a1 running 1 3600 3600
    ! amy     a2  supervisor  answers yes
    ! valkey  live_state a2 running 2 3600 3600
    """


@undecided(checks.live_state_until_the_end, says="not seen to its end")
def test_a_run_without_an_end_does_not_tell_what_its_state_was_then() -> None:
    """
    ! amy     a1  supervisor  starts
      valkey  live_state a1 running 1 3600 3600
    """


@vacuous(checks.live_state_until_the_end)
def test_a_state_of_an_event_that_nobody_received_tells_nothing() -> None:
    """
    amy     a1  supervisor  starts
    valkey  live_state b1 gone
    """


@passes(checks.hot_keys_outlive_the_run, longest_run_s=60.0)
def test_keys_that_live_longer_than_any_run_live_long_enough() -> None:
    """
    amy     a1  supervisor  starts
    valkey  live_state a1 running 1 3600 61
    """


@fails(checks.hot_keys_outlive_the_run, longest_run_s=60.0, says="a key had 60 s to live")
def test_a_key_that_may_expire_during_the_run_is_noticed() -> None:
    """
      amy     a1  supervisor  starts
      valkey  live_state a1 running 1 3600 3600
    ! amy     a2  supervisor  answers yes
    ! valkey  live_state a2 completed 2 3600 60
    """


@fails(checks.hot_keys_outlive_the_run, longest_run_s=60.0, says="had no time to live at all")
def test_a_key_that_never_expires_is_noticed() -> None:
    """
    ! amy     a1  supervisor  starts
    ! valkey  live_state a1 running 1 -1 3600
    """


@vacuous(checks.hot_keys_outlive_the_run, longest_run_s=60.0)
def test_a_key_that_is_not_there_has_no_time_to_live() -> None:
    """
    amy     a1  supervisor  starts
    valkey  live_state a1 gone
    """


@passes(checks.tiers_hold_the_same_runs)
def test_tiers_that_hold_the_same_runs_and_events_agree() -> None:
    """
    postgres    undrained amy 0
    valkey      tier_contents amy a1-3 b1-2
    postgres    tier_contents amy b1-2 a1-3
    clickhouse  tier_contents amy a1-3 b1-2
    """


@fails(checks.tiers_hold_the_same_runs, says="run run-b of user-amy is not in cold storage")
def test_a_run_that_is_missing_in_one_tier_is_noticed() -> None:
    """
      postgres    undrained amy 0
    ! valkey      tier_contents amy a1-3 b1-2
    ! postgres    tier_contents amy a1-3 b1-2
    ! clickhouse  tier_contents amy a1-3
    """


@fails(checks.tiers_hold_the_same_runs, says="not in hot storage")
def test_a_run_whose_events_are_there_but_that_is_not_known_is_missing() -> None:
    """
      postgres    undrained amy 0
    ! valkey      tier_contents amy a1-3 no:a
    ! postgres    tier_contents amy a1-3
    ! clickhouse  tier_contents amy a1-3
    """


@fails(checks.tiers_hold_the_same_runs, says="different events: 3 in hot, 3 in warm, 2 in cold")
def test_a_run_with_fewer_events_in_one_tier_is_noticed() -> None:
    """
      postgres    undrained amy 0
    ! valkey      tier_contents amy a1-3
    ! postgres    tier_contents amy a1-3
    ! clickhouse  tier_contents amy a1-2
    """


@undecided(checks.tiers_hold_the_same_runs, says="not everything of user-amy was carried")
def test_tiers_that_were_read_before_everything_was_carried_may_differ() -> None:
    """
    ! postgres    undrained amy 1
      valkey      tier_contents amy a1-3
      postgres    tier_contents amy a1-3
      clickhouse  tier_contents amy a1-2
    """


@undecided(checks.tiers_hold_the_same_runs, says="nobody read the cold tier")
def test_two_tiers_are_not_three() -> None:
    """
      postgres    undrained amy 0
    ! valkey      tier_contents amy a1-3
    ! postgres    tier_contents amy a1-3
    """


@vacuous(checks.tiers_hold_the_same_runs)
def test_tiers_that_hold_nothing_hold_no_run() -> None:
    """
    postgres    undrained amy 0
    valkey      tier_contents amy
    postgres    tier_contents amy
    clickhouse  tier_contents amy
    """


@passes(checks.content_hashes_agree)
def test_the_same_content_everywhere_agrees() -> None:
    """
    postgres    undrained amy 0
    valkey      tier_contents amy a1-3
    postgres    tier_contents amy a1-3
    clickhouse  tier_contents amy a1-3
    """


@fails(
    checks.content_hashes_agree, says="event 3 of run run-a of user-amy differs: a3 in hot, a3 in warm, short in cold"
)
def test_an_event_with_another_content_in_one_tier_is_noticed() -> None:
    """
      postgres    undrained amy 0
    ! valkey      tier_contents amy a1-3
    ! postgres    tier_contents amy a1-3
    ! clickhouse  tier_contents amy a1-2 a3=short
    """


@passes(checks.content_hashes_agree)
def test_an_event_that_one_tier_lacks_is_somebody_elses_business() -> None:
    """
    postgres    undrained amy 0
    valkey      tier_contents amy a1-3
    postgres    tier_contents amy a1-3
    clickhouse  tier_contents amy a1-2
    """


@undecided(checks.content_hashes_agree, says="cold storage holds no event of run run-a of user-amy")
def test_a_tier_without_the_run_has_nothing_to_compare() -> None:
    """
      postgres    undrained amy 0
    ! valkey      tier_contents amy a1-3
    ! postgres    tier_contents amy a1-3
    ! clickhouse  tier_contents amy
    """


@undecided(checks.content_hashes_agree, says="not everything of user-amy was carried")
def test_without_knowing_what_waits_contents_cannot_be_compared() -> None:
    """
    ! valkey      tier_contents amy a1=old
      postgres    tier_contents amy a1
      clickhouse  tier_contents amy a1
    """


@vacuous(checks.content_hashes_agree)
def test_tiers_that_nobody_read_have_no_contents() -> None:
    """
    postgres  undrained amy 0
    """
