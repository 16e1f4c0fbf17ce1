"""Every check with the arguments that fit the good stories."""

from typing import Any

from gp_lib import checks
from gp_lib.history import History
from gp_lib.verdict import Check
from tests.good_databases import NEXT_USER
from tests.good_stories import SLOW_READER
from tests.good_wire import CUT_OFF

UNDER = {"eve": "Refuse"}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "fallback_within_deadline": {"under": UNDER, "limit_s": 20.0},
    "no_success_is_claimed": {"under": UNDER},
    "others_are_unaffected": {"actors": ["flo"], "limit_s": 20.0, "faults": ["Refuse"]},
    "partial_answer_says_so": {"under": UNDER, "word": "partial"},
    "runs_without_fault_complete": {"actors": ["eve", "gus"], "faults": ["Refuse"]},
    "answered_within": {"limit_s": 30.0, "max_lag_ms": 50.0},
    "connected_within": {"limit_ms": 20_000.0, "max_lag_ms": 50.0},
    "event_latency_mean": {"limit_ms": 500.0, "max_lag_ms": 50.0},
    "generator_kept_pace": {"limit_ms": 50.0},
    "load_is_shared": {"at_least": 2},
    "bad_token_is_refused": {"kind": "forged"},
    "welcomed_within": {"limit_ms": 60_000.0},
    "bulk_rate": {"at_least": 30.0, "max_lag_ms": 50.0},
    "connections_at_once": {"at_least": 2},
    "queries_within": {"limit_ms": 50.0, "max_lag_ms": 50.0},
    "statements_do_not_grow_with_history": {"longer": 4.0},
    "transactions_within": {"limit_ms": 200.0, "max_lag_ms": 50.0},
    "one_message_one_run": {"copies": 2},
    "received_equals_stored": {"at_least": 10},
    "resumed_equals_clean": {"at_least": 1, "actors": (CUT_OFF,)},
    "valid_token_lets_in": {"by": "header"},
    "canaries_stay_with_their_owner": {"places": ("prompt",)},
    "commit_to_delivery_within": {"limit_ms": 5_000.0},
    "effect_happened_once": {"tool": "file_saving", "fault": "CutAtCommit"},
    "enough_tools_run": {"at_least": 2},
    "everybody_was_answered": {"users": 2, "actors": ("amy", SLOW_READER)},
    "failing_tool_is_told": {"tool": "invoice_lookup"},
    "gaps_within": {"limit_s": 10.0},
    "hot_keys_outlive_the_run": {"longest_run_s": 60.0},
    "live_contexts_return": {"gauge": "gp_live_contexts"},
    "next_user_gets_a_clean_connection": {"actor": NEXT_USER},
    "results_reach_the_answer": {"idle_below_pct": 20.0},
    "sequence_within": {"limit_s": 30.0},
    "sessions_open_within": {"limit_ms": 100.0},
    "sessions_return_to_start": {"failures": 1, "limit": 10},
    "sessions_within_pool": {"limit": 10},
    "slow_reader_changes_nothing": {"slow": SLOW_READER, "limit_s": 5.0},
    "starts_within": {"limit_ms": 5_000.0},
    "strangers_are_refused": {"identities": ("other user",)},
    "streamed_not_batched": {"max_age_s": 5.0, "first_within_pct": 90.0},
    "tool_results_equal_sql": {"tool": "cost_by_service", "column": "cost"},
    "tools_overlap": {"together": ("cost_by_service", "utilization_by_service")},
    "tools_within": {"limit_s": 20.0},
    "writes_within": {"tier": "hot", "limit_ms": 1_000.0, "max_lag_ms": 50.0},
}
NAMES = tuple(sorted(set(checks.__all__) - {"conduct"}))
OF_TWO_TABS = {"every_tab_gets_everything"}
"""In the good stories everybody has one tab: elsewhere each event comes once, here once a tab."""
AT_LENGTH = tuple(name for name in NAMES if name not in OF_TWO_TABS)
"""The checks that look at good stories."""


def judged(name: str, history: History) -> Check:
    """What the check called ``name`` finds."""
    check: Check = getattr(checks, name)(history, **ARGUMENTS.get(name, {}))
    return check
