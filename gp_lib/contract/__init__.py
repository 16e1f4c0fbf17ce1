"""What a golden-path platform promises on its wire and in its stores, as the workbench knows it.

The reference platform says the same things in its own protocol module. The repetition is meant: a constant
shared between the tester and the tested would hide a misspelt event name from every test.
"""

PROTOCOL = "golden-path/1"

WELCOME = "connection_established"
AGENT_STARTED = "agent_started"
AGENT_THINKING = "agent_thinking"
TOOL_EXECUTING = "tool_executing"
TOOL_COMPLETED = "tool_completed"
AGENT_COMPLETED = "agent_completed"
AGENT_ERROR = "agent_error"
ERROR_MESSAGE = "error_message"
PONG = "pong"

WELCOME_FIELDS = ("type", "connection_id", "user_id", "server_time", "connection_ready", "protocol")
"""What the first frame on every socket says."""

TOO_BIG = 1009
"""The close code for a frame over the limit (RFC 6455, 7.4.1)."""

UNAUTHORIZED = 401
"""The HTTP status for whoever has no valid token."""

FIVE_EVENTS = (AGENT_STARTED, AGENT_THINKING, TOOL_EXECUTING, TOOL_COMPLETED, AGENT_COMPLETED)
"""What a user must be able to watch in every successful run."""

RUN_EVENTS = (*FIVE_EVENTS, AGENT_ERROR)
"""Every event that belongs to a run and carries a ``seq``."""

TERMINAL_EVENTS = (AGENT_COMPLETED, AGENT_ERROR)
"""What ends a run when its root agent says it."""

EVENT_ROW = "select seq, type, run_id::text from platform.events where event_id = $1::uuid"
STORED_EVENTS = (
    "select event_id::text, run_id::text, thread_id::text, seq, type"
    " from platform.events where user_id = $1 order by run_id, seq"
)
STORED_RUNS = "select run_id::text, message_id from platform.runs where user_id = $1 order by created_at"
COMMIT_TIMES = (
    "select event_id::text,"
    " (extract(epoch from pg_xact_commit_timestamp(written_by::xid)) * 1e6)::bigint as committed_us"
    " from platform.events where user_id = $1"
)
EFFECT_ROWS = (
    "select run_id::text, call_id, service, monthly_saving::text"
    " from platform.saving_actions where user_id = $1 order by created_at"
)

COST_BY_SERVICE = (
    "select service, toString(sum(cost)) as cost from golden_path.cost_facts"
    " where user_id = {user_id:String} and day > (select max(day) from golden_path.cost_facts"
    " where user_id = {user_id:String}) - {days:UInt16} group by service order by service"
)
UTILIZATION_BY_SERVICE = (
    "select service, avg(usage_pct) as usage_pct from golden_path.cost_facts"
    " where user_id = {user_id:String} and day > (select max(day) from golden_path.cost_facts"
    " where user_id = {user_id:String}) - {days:UInt16} group by service order by service"
)
SAVINGS = (
    "select service, toDecimalString(floor(toFloat64(sum(cost)) * (100 - avg(usage_pct)) + 0.5) / 100, 2)"
    " as monthly_saving from golden_path.cost_facts final"
    " where user_id = {user_id:String} and day > (select max(day) from golden_path.cost_facts"
    " where user_id = {user_id:String}) - {days:UInt16} group by service"
    " having avg(usage_pct) < {idle_below_pct:Float64} order by service"
)
"""What could be saved a month, computed by the store alone: the unused share of what a hardly used service costs."""

BILLED_SERVICES = (
    "select count(distinct service) as services from golden_path.cost_facts where user_id = {user_id:String}"
)
NEW_BILLED_SERVICE = (
    "insert into golden_path.cost_facts (user_id, day, service, cost, usage_pct)"
    " select {user_id:String}, newest - number, {service:String}, {cost:Decimal(18, 2)}, {usage_pct:Float64}"
    " from numbers({days:UInt16}) as ages,"
    " (select max(day) as newest from golden_path.cost_facts where user_id = {user_id:String}) as days"
)
"""How a billing export writes: one line a day for one service, up to the newest day of this customer's data."""

OUTBOX_STATEMENT = "insert into platform.events"
"""Text by which a statement that writes an event is known on the PostgreSQL wire."""

EFFECT_STATEMENT = "insert into platform.saving_actions"
"""Text by which the statement of the effect tool is known on the PostgreSQL wire."""

OWNED_TABLES = ("users", "threads", "runs", "messages", "events", "saving_actions", "invoices")
OWN_ROWS = "select to_jsonb(t)::text as row from platform.{table} t where user_id = $1"
"""Everything that a user owns in one of ``OWNED_TABLES``, a row as JSON text."""

OWN_FACTS = {
    "cost_facts": "select * from golden_path.cost_facts where user_id = {user_id:String} order by day, service",
    "run_facts": "select * from golden_path.run_facts where user_id = {user_id:String}",
    "event_facts": "select * from golden_path.event_facts where user_id = {user_id:String}",
}
"""Everything that the cold tier holds of a user, by table."""

WITHOUT_FACTS = "select count(*) as waiting from platform.events where user_id = $1 and facts_at is null"
"""How many of a user's events have not been carried to the cold tier yet."""

HOT_KEYS = "gp:*"
LIVE_CONTEXTS = "gp_live_contexts"
"""The platform's gauge of contexts that are open now."""

OPENING_STATEMENT = "insert into platform.messages"
"""Text by which a transaction that takes in a message, and opens its run, is known on the PostgreSQL wire."""

POOL_SIZE_VARIABLE = "GP_PLATFORM_POOL_SIZE"
STATEMENT_DEADLINE_VARIABLE = "GP_PLATFORM_STATEMENT_DEADLINE_S"
"""How the reference platform is told how many sessions it may have, and how long a statement may take (seconds)."""

USER_SETTING = "platform.user_id"
"""The setting that says for whom a transaction acts: row-level security shows that user's rows only."""

TABLES_OF_USERS = (
    "select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid"
    " where c.relnamespace = 'platform'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')"
    " and a.attname = 'user_id' and not a.attisdropped order by c.relname"
)
"""Every table or view of the platform that holds rows of users."""

OWNERS_IN = "select user_id as owner, count(*) as rows from platform.{table} group by user_id"
"""Whose rows a session sees in a table, and how many; without any condition of its own."""

USAGE_COUNTS = ("threads", "messages", "events", "saving_actions")
"""What ``GET /usage`` counts, each a table."""

ROW_COUNTS = "select " + ", ".join(
    f"(select count(*) from platform.{table} where user_id = $1) as {table}" for table in USAGE_COUNTS
)
UNIT_RUNS = (
    "select run_id::text, thread_id::text, message_id, status, result is not null as has_result"
    " from platform.runs where user_id = $1"
)
UNIT_MESSAGES = "select message_id, run_id::text, role, content from platform.messages where user_id = $1"
UNIT_THREADS = "select thread_id::text from platform.threads where user_id = $1"
EFFECT_TABLE = "platform.saving_actions"
MESSAGE_TABLE = "platform.messages"
RUNNING_RUNS = "select run_id from platform.runs where status = 'running'"
LOCK_OWN_ACCOUNT = "select 1 from platform.users for update"
DELETE_OWN_ACCOUNT = "delete from platform.users"

RUN_KEY = "gp:run:{run_id}"
"""The key of a run's live state in the hot tier: a hash with ``user_id``, ``status`` and ``last_seq``."""

STREAM_KEY = "gp:run:{run_id}:events"
"""The key of a run's events there: a stream with entries ``<seq>-0``, the text that was sent in ``frame``."""

UNDRAINED = (
    "select count(*) as waiting from platform.events where user_id = $1 and (delivered_at is null or facts_at is null)"
)
"""How many of a user's events have not reached the hot and the cold tier yet."""

WARM_EVENTS = "select run_id::text, seq, body::text from platform.events where user_id = $1 order by run_id, seq"
COLD_EVENTS = (
    "select run_id, seq, content_hash from golden_path.event_facts final"
    " where user_id = {user_id:String} order by run_id, seq"
)
COLD_RUNS = "select run_id from golden_path.run_facts final where user_id = {user_id:String} order by run_id"

PROBE_KEY = "gp:probe:{name}"
PROBE_TABLE = "golden_path.probe_{name}"
PROBE_ROW = "insert into platform.threads (thread_id, user_id, title) values ($1::uuid, $2, 'a probe of the workbench')"
DELETE_PROBE_ROWS = "delete from platform.threads where thread_id = any($1::uuid[])"
"""What the workbench writes to time a write, under a name of its own: a key, a table, rows of a scenario's own user."""


def user_on_the_wire(user_id: str) -> str:
    """Text by which a transaction that acts as ``user_id`` is known on the PostgreSQL wire: the id in hex digits."""
    return user_id.encode().hex()
