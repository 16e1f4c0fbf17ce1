"""Draws a history. A chart shows nothing that is not in the history."""

from gp_lib.charts.content import amounts, received_against_stored
from gp_lib.charts.database import recovery_times, sessions, visible_rows
from gp_lib.charts.drawing import COLOURS, Chart
from gp_lib.charts.matrices import access_matrix, isolation_matrix
from gp_lib.charts.order import cuts, sequence, timeline
from gp_lib.charts.runs import ENDINGS, answers, tool_calls
from gp_lib.charts.statements import statement_times, statements_by_length
from gp_lib.charts.tiers import tiers, write_times
from gp_lib.charts.times import commit_to_delivery, connect_times, event_ages, latencies

__all__ = [
    "COLOURS",
    "ENDINGS",
    "Chart",
    "access_matrix",
    "amounts",
    "answers",
    "commit_to_delivery",
    "connect_times",
    "cuts",
    "event_ages",
    "isolation_matrix",
    "latencies",
    "received_against_stored",
    "recovery_times",
    "sequence",
    "sessions",
    "statement_times",
    "statements_by_length",
    "tiers",
    "timeline",
    "tool_calls",
    "visible_rows",
    "write_times",
]
