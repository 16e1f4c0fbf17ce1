"""Judges of a history: one function, one promise; no I/O, no clock."""

from gp_lib.checks.access import foreign_ids_answer_like_unknown_ones, strangers_are_refused
from gp_lib.checks.answers import (
    amounts_equal_sql,
    answer_is_not_empty,
    planted_data_reaches_the_answer,
    recommendations_name_own_services,
)
from gp_lib.checks.conduct import acted_to_the_end, conduct, every_fault_struck
from gp_lib.checks.connections import (
    everybody_was_answered,
    sessions_open_within,
    sessions_return_to_start,
    sessions_within_pool,
)
from gp_lib.checks.contexts import (
    contexts_share_nothing,
    events_carry_the_ids_of_their_run,
    live_contexts_return,
    starts_within,
)
from gp_lib.checks.degrading import (
    fallback_within_deadline,
    interrupted_runs_resume,
    no_success_is_claimed,
    others_are_unaffected,
    partial_answer_says_so,
    runs_without_fault_complete,
)
from gp_lib.checks.delivery import events_in_their_own_thread, received_equals_stored
from gp_lib.checks.door import (
    bad_token_is_refused,
    expired_token_is_refused,
    refused_before_any_frame,
    subprotocol_is_echoed,
    valid_token_lets_in,
    welcome_is_complete,
    welcomed_within,
)
from gp_lib.checks.events import (
    deltas_equal_result,
    every_question_starts_a_run,
    gap_free_sequence,
    nothing_after_terminal,
    one_terminal_event,
    starts_first,
    tools_inside_run,
)
from gp_lib.checks.integrity import (
    acknowledged_is_stored_once,
    next_user_gets_a_clean_connection,
    no_half_unit,
    refused_is_not_stored,
)
from gp_lib.checks.internals import no_secret_in_any_frame
from gp_lib.checks.isolation import canaries_stay_with_their_owner
from gp_lib.checks.lag import generator_kept_pace
from gp_lib.checks.latency import answered_within, connected_within, event_latency_mean, load_is_shared
from gp_lib.checks.persistence import (
    announced_events_are_stored,
    commit_to_delivery_within,
    committed_when_announced,
    nothing_announced_while_commit_stalled,
    stored_events_arrive,
)
from gp_lib.checks.receivers import every_tab_gets_everything, nobody_else_gets_anything
from gp_lib.checks.results import effect_happened_once, results_reach_the_answer, tool_results_equal_sql
from gp_lib.checks.rows import (
    aggregates_count_own_rows,
    foreign_rows_are_invisible,
    no_user_is_carried_over,
    nothing_is_visible_without_a_user,
    texts_survive,
)
from gp_lib.checks.speed import (
    bulk_rate,
    connections_at_once,
    queries_within,
    statements_do_not_grow_with_history,
    transactions_within,
)
from gp_lib.checks.tiers import (
    content_hashes_agree,
    hot_keys_outlive_the_run,
    live_state_until_the_end,
    lost_key_is_served,
    tiers_hold_the_same_runs,
    writes_within,
)
from gp_lib.checks.timing import gaps_within, sequence_within, slow_reader_changes_nothing, tools_within
from gp_lib.checks.tools import enough_tools_run, every_tool_call_completed, failing_tool_is_told, tools_overlap
from gp_lib.checks.transport import (
    bad_input_is_answered,
    one_message_one_run,
    oversized_frame_is_refused,
    resumed_equals_clean,
)
from gp_lib.checks.watching import all_five_event_types, streamed_not_batched

__all__ = [
    "acknowledged_is_stored_once",
    "acted_to_the_end",
    "aggregates_count_own_rows",
    "all_five_event_types",
    "amounts_equal_sql",
    "announced_events_are_stored",
    "answer_is_not_empty",
    "answered_within",
    "bad_input_is_answered",
    "bad_token_is_refused",
    "bulk_rate",
    "canaries_stay_with_their_owner",
    "commit_to_delivery_within",
    "committed_when_announced",
    "conduct",
    "connected_within",
    "connections_at_once",
    "content_hashes_agree",
    "contexts_share_nothing",
    "deltas_equal_result",
    "effect_happened_once",
    "enough_tools_run",
    "event_latency_mean",
    "events_carry_the_ids_of_their_run",
    "events_in_their_own_thread",
    "every_fault_struck",
    "every_question_starts_a_run",
    "every_tab_gets_everything",
    "every_tool_call_completed",
    "everybody_was_answered",
    "expired_token_is_refused",
    "failing_tool_is_told",
    "fallback_within_deadline",
    "foreign_ids_answer_like_unknown_ones",
    "foreign_rows_are_invisible",
    "gap_free_sequence",
    "gaps_within",
    "generator_kept_pace",
    "hot_keys_outlive_the_run",
    "interrupted_runs_resume",
    "live_contexts_return",
    "live_state_until_the_end",
    "load_is_shared",
    "lost_key_is_served",
    "next_user_gets_a_clean_connection",
    "no_half_unit",
    "no_secret_in_any_frame",
    "no_success_is_claimed",
    "no_user_is_carried_over",
    "nobody_else_gets_anything",
    "nothing_after_terminal",
    "nothing_announced_while_commit_stalled",
    "nothing_is_visible_without_a_user",
    "one_message_one_run",
    "one_terminal_event",
    "others_are_unaffected",
    "oversized_frame_is_refused",
    "partial_answer_says_so",
    "planted_data_reaches_the_answer",
    "queries_within",
    "received_equals_stored",
    "recommendations_name_own_services",
    "refused_before_any_frame",
    "refused_is_not_stored",
    "results_reach_the_answer",
    "resumed_equals_clean",
    "runs_without_fault_complete",
    "sequence_within",
    "sessions_open_within",
    "sessions_return_to_start",
    "sessions_within_pool",
    "slow_reader_changes_nothing",
    "starts_first",
    "starts_within",
    "statements_do_not_grow_with_history",
    "stored_events_arrive",
    "strangers_are_refused",
    "streamed_not_batched",
    "subprotocol_is_echoed",
    "texts_survive",
    "tiers_hold_the_same_runs",
    "tool_results_equal_sql",
    "tools_inside_run",
    "tools_overlap",
    "tools_within",
    "transactions_within",
    "valid_token_lets_in",
    "welcome_is_complete",
    "welcomed_within",
    "writes_within",
]
