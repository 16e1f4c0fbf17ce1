"""What stores and their clients let slip: statements, their own error messages, and how they are reached.

A statement is known by its structure: sentences begin with *select*, *update* and *delete* as well.
"""

import re
from collections.abc import Iterator

_NAME = r"[`\"\[]?[A-Za-z_][\w$]*[`\"\]]?"
_TABLE = rf"(?P<table>{_NAME}(?:\.{_NAME}){{0,2}})"
_VALUE = rf"\w+\([^()]*\)|{_NAME}(?:\.(?:{_NAME}|\*))?(?:::\w+)?|\*|\d+|\$\d+|'[^']*'"
_ITEM = rf"(?:{_VALUE})(?:\s+(?:as)\s+{_NAME})?"
_LIST = re.compile(rf"{_ITEM}(?:\s*,\s*{_ITEM})*", re.I)
_SELECT = re.compile(
    rf"(?P<before>(?:^|[:\"'`(\[])\s*)?\b(?P<verb>select)\s+(?:distinct\s+)?(?P<what>.{{1,600}}?)\s(?P<from>from)\s+{_TABLE}",
    re.I | re.S,
)
_DETERMINERS = re.compile(
    r"the|an?|this|that|these|those|our|your|my|his|her|their|its|all|each|every|one|any|some|which|what|where|it|them|us"
    r"|here|there|him|me|you|everyone|anyone|several|many|most|both|either|two|three|among|within",
    re.I,
)
"""Words after *from* that begin a part of a sentence and name no table."""

_CONDITION = r"(?:[=<>]|\bin\s*\(|\blike\s+'|\bis\s+(?:not\s+)?null\b|\bbetween\s+\S+\s+and\b)"
_CLAUSE = re.compile(
    rf"\s*(?:(?:as\s+)?\w+\s+)?(?:where\s+.{{0,200}}?{_CONDITION}"
    r"|(?:inner|left|right|full|cross)?\s*(?:outer\s+)?join\s+\S+.{0,80}\bon\s+\S+\s*="
    r"|(?:order|group)\s+by\s+\w|limit\s+[\d$:?]|for\s+update\b|returning\s|final\b|union\s+(?:all\s+)?select\b)",
    re.I | re.S,
)
_END = re.compile(r"\s*(?:;\s*(?:$|[\"'`)\n])|$|[\"'`)\]])")
_STRUCTURE = re.compile(r"^\s*\*|\w\(|\w\.\w|::\w|\bas\s+\w+\s*$|_", re.I)
"""In a list of columns: a star, a call, a qualified, cast or renamed column, a name of two words."""

_OBJECT = r"(?:TABLE|INDEX|VIEW|SCHEMA|DATABASE|ROLE|USER|FUNCTION|EXTENSION)"
_IF = r"(?:IF\s+(?:NOT\s+)?EXISTS\s+)?"
_ANY_CASE = (
    rf"\binsert\s+into\s+{_TABLE}\s*(?:\([^)]{{1,400}}\)\s*)?(?:values\s*\(|select\s+(?:{_VALUE}))",
    rf"\bdelete\s+from\s+{_TABLE}\s*(?:;\s*$|(?:as\s+\w+\s+)?where\s.{{0,200}}?{_CONDITION}|using\s)",
    rf"\bupdate\s+(?:only\s+)?{_TABLE}\s+set\s+{_NAME}(?:\.{_NAME})?\s*=",
    rf"\bcreate\s+table\s+{_IF}{_TABLE}\s*\(\s*{_NAME}\s+\w+",
    rf"\b(?:drop|truncate|alter)\s+table\s+(?:if\s+exists\s+)?{_TABLE}\s*(?:;|cascade\b|(?:add|drop)\s+column\b)",
    rf"\bwith\s+{_NAME}\s+as\s+\(\s*select\b",
    r"\bselect\s+(?:set_config|current_setting|pg_\w+|version|now|count)\s*\(",
    r"\bdb\.\w+\.(?:find|insert|update|delete|aggregate|count)\w*\(",
)
_UPPER_CASE = (
    rf"\bINSERT\s+INTO\s+{_TABLE}",
    rf"\bDELETE\s+FROM\s+{_TABLE}",
    rf"\bMERGE\s+INTO\s+{_TABLE}\s+.{{0,40}}?USING\b",
    rf"\b(?:CREATE|ALTER|DROP)\s+(?:OR\s+REPLACE\s+)?(?:UNIQUE\s+)?{_OBJECT}\s+{_IF}{_TABLE}",
    rf"\bTRUNCATE\s+(?:TABLE\s+)?{_TABLE}",
    r"\b(?:GRANT|REVOKE)\s+(?:SELECT|INSERT|UPDATE|DELETE|ALL|USAGE|EXECUTE)\b.{0,80}\bON\b",
    r"\bSET\s+(?:LOCAL\s+|SESSION\s+)?[a-z_]+(?:\.[a-z_]+)?\s*(?:=|TO)\s*'",
    r"\bWHERE\s+[\w.\"`]+\s*(?:(?:=|<>|!=|<=?|>=?)\s*(?:[\w$:?%']|$)|(?:NOT\s+)?(?:IN\s*\(|LIKE\s)|IS\s+(?:NOT\s+)?NULL)",
    r"\bSELECT\s+\d+\s*(?:;|$)|\bSHOW\s+(?:TABLES|DATABASES|COLUMNS)\b|\bEXEC(?:UTE)?\s+\w*sp_\w+",
)
_OTHERS = (*(re.compile(e, re.I) for e in _ANY_CASE), *map(re.compile, _UPPER_CASE))

_KIND = r"(?:relation|column|table|role|database|schema|constraint|function)"
STORE_ERRORS = (
    r"syntax error at or near|\binvalid input syntax for (?:type )?\w+: |connection to server (?:at|on socket) \W",
    rf"\b{_KIND} (?:\\*[\"'][\w.-]+\\*[\"']|\w+[._][\w.]+)[^\n]{{0,60}}? (?:does not|already) exist",
    r"violates (?:unique|foreign key|check|not-null|exclusion) constraint|duplicate key value",
    r"new row violates row-level security|permission denied for (?:table|relation|schema|sequence|database)\b",
    r"password authentication failed for user|no pg_hba\.conf entry|too many clients already",
    r"remaining connection slots are reserved|server closed the connection unexpectedly|terminating connection due to",
    r"could not serialize access due to|deadlock detected|canceling statement due to|current transaction is aborted",
    r"\bSQLSTATE\b|\bORA-\d{5}\b|\bPLS-\d{5}\b|\bSQLCODE\b|\bERROR \d{4} \([0-9A-Z]{5}\)|\bER_[A-Z]+_[A-Z_]+\b",
    r"You have an error in your SQL syntax|\bUnknown column '|\bTable '[\w.]+' doesn't exist|Access denied for user '",
    r"\bLINE \d+: |\bDB::Exception\b|\bMongo(?:Server|Network)?Error\b|\bE11000\b",
    r"\bWRONGTYPE Operation\b|\bNOAUTH Authentication\b|\bOOM command not allowed\b|\bCROSSSLOT\b",
    r"\bMOVED \d+ \d+\.|\b(?:ReplyError|ResponseError): ",
    r"near \W{1,2}\w*\W{1,2}: syntax error|\bno such (?:table|column): |UNIQUE constraint failed: ",
    r"Incorrect syntax near|Invalid object name '|Login failed for user '",
)

_DATABASES = (
    r"(?:postgres(?:ql)?|mysql|mariadb|mongodb|rediss?|valkeys?|amqps?|clickhouses?|mssql|oracle|cockroachdb|kafka|nats"
    r"|ldaps?|sqlite|snowflake|couchbase|neo4j|bolt)(?:\+\w+)?"
)
_KEYWORD = r"(?:host(?:addr)?|port|dbname|database|user(?:name)?|password|sslmode|connect_timeout|application_name)"
DSNS = (
    rf"\b{_DATABASES}://[^\s\"'<>)]*[\w@/]|\bjdbc:\w+:[^\s\"'<>)]+",
    rf"(?i)(?:\b{_KEYWORD}='?[^\s;'\"]+'?[\s;,]+){{2,}}{_KEYWORD}=",
    r"(?i)\b(?:server|data source|host|address)\s*=\s*[^;\n]{1,200};\s*(?:[\w ]{1,40}=[^;\n]{0,200};\s*){1,6}",
)

RULES: dict[str, tuple[re.Pattern[str], ...]] = {
    "a store's own error": tuple(map(re.compile, STORE_ERRORS)),
    "an address of a store": tuple(map(re.compile, DSNS)),
}
"""What no user must read, by kind; statements are looked for by ``statements_in``."""


def statements_in(text: str) -> Iterator[str]:
    """Every SQL statement that stands in ``text``, from its verb on."""
    for found in _SELECT.finditer(text):
        if not _is_word(found) and _is_statement(found, text[found.end() :]):
            yield found.group()
    for expression in _OTHERS:
        yield from (found.group() for found in expression.finditer(text) if not _is_word(found))


def _is_statement(found: re.Match[str], rest: str) -> bool:
    """Whether a select is more than a sentence: columns and a table, and one sign of a machine's writing at least."""
    shouted = found["verb"].isupper() and found["from"].isupper()
    columns = found["what"].strip()
    if not _LIST.fullmatch(columns):
        return shouted and bool(_CLAUSE.match(rest))
    alone = found["verb"].islower() and found["before"] is not None and "," in columns and _END.match(rest)
    qualified = "." in found["table"] and not rest.startswith("/")
    return bool(shouted or qualified or alone or _STRUCTURE.search(columns) or _CLAUSE.match(rest))


def _is_word(found: re.Match[str]) -> bool:
    """Whether what stands in the place of the table is a word of a sentence."""
    table = found.groupdict().get("table")
    return table is not None and _DETERMINERS.fullmatch(table) is not None
