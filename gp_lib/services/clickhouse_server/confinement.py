"""What a client may never do: reach a file or a host. The engine's own access control says so, and this reader.

The engine knows one user. Its grants name what that user may do; whatever is not named (files, hosts, programs,
backups, dictionaries, named collections, ``SYSTEM``) is refused by the engine itself, in nested queries and views
too. Where the engine asks nobody (its client's files, disks made in a statement, moving a folder into a table,
objects of this Python process, settings of an inner query that name a file), the statement is refused here, by its
tokens: comments, case, quotes and escapes make no difference.
"""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from gp_lib.services.clickhouse_server.errors import ClickHouseError, Code
from gp_lib.services.clickhouse_server.tokens import Token, is_text, name_of

_MAY = (
    *("SHOW", "SELECT", "INSERT", "ALTER", "TRUNCATE", "OPTIMIZE", "CHECK", "UNDROP TABLE", "KILL QUERY"),
    *("CREATE DATABASE", "CREATE TABLE", "CREATE VIEW", "CREATE FUNCTION", "CREATE TEMPORARY VIEW"),
    *("CREATE TEMPORARY TABLE", "CREATE ARBITRARY TEMPORARY TABLE"),
    *("DROP DATABASE", "DROP TABLE", "DROP VIEW", "DROP FUNCTION"),
)
# parts of ALTER that copy to, or fetch from, elsewhere
_MAY_NOT = ("ALTER FREEZE PARTITION", "ALTER FETCH PARTITION", "ALTER DATABASE SETTINGS")
_MAY_NOT_IN_SYSTEM = (
    *("INSERT", "ALTER", "TRUNCATE", "CREATE TABLE", "CREATE VIEW", "DROP DATABASE", "DROP TABLE", "DROP VIEW"),
)
NAME_SETTING = "chdb_client_name"  # what a client calls its query: see processes
FILE_SETTINGS = frozenset(
    (
        *("format_schema", "output_format_schema", "format_template_row", "format_template_resultset"),
        *("input_format_record_errors_file_path", "format_avro_schema_registry_url"),
    )
)
_OWN_SETTINGS = FILE_SETTINGS | {NAME_SETTING}
# with another dialect the statement would not be what is read here
_FIXED_SETTINGS = (*sorted(FILE_SETTINGS), "dialect", "merge_tree_disk", "merge_tree_storage_policy")
_ENGINES = frozenset(
    (
        *("MergeTree", "ReplacingMergeTree", "SummingMergeTree", "AggregatingMergeTree", "CollapsingMergeTree"),
        *("VersionedCollapsingMergeTree", "CoalescingMergeTree", "GraphiteMergeTree"),
        *("Memory", "Log", "TinyLog", "StripeLog", "Set", "Join", "Null", "Buffer", "Merge", "View"),
        *("MaterializedView", "GenerateRandom", "Alias", "Loop", "TimeSeries", "Atomic", "Ordinary"),
    )
)
_MADE_BY_PYTHON = ("python", "arrowstream")  # table functions of the engine's Python face: objects of this process


def users_configuration(own_view: str) -> str:
    """The engine's only user: without network, files or administration. ``own_view`` is one of ours in ``system``."""
    constraints = "".join(f"<{name}><const/></{name}>" for name in _FIXED_SETTINGS)
    grants = (
        f"GRANT {', '.join(_MAY)} ON *.*",
        f"REVOKE {', '.join(_MAY_NOT)} ON *.*",
        f"REVOKE {', '.join(_MAY_NOT_IN_SYSTEM)} ON system.*",
        f"GRANT CREATE VIEW ON system.{own_view}",
    )
    queries = "".join(f"<query>{escape(query)}</query>" for query in grants)
    return f"""<clickhouse>
    <profiles><default><constraints>{constraints}</constraints></default></profiles>
    <quotas><default/></quotas>
    <users><default>
        <password></password>
        <networks><ip>::/0</ip></networks>
        <profile>default</profile>
        <quota>default</quota>
        <access_management>0</access_management>
        <named_collection_control>0</named_collection_control>
        <grants>{queries}</grants>
    </default></users>
</clickhouse>
"""


class Confinement:
    """Reads one statement, token by token, and refuses what the engine would not."""

    def __init__(self) -> None:
        self._before: list[Token] = []  # the last three
        self._defines = False  # an ENGINE clause may follow

    def see(self, token: Token) -> None:
        """Take the next token that is no comment.

        Raises:
            ClickHouseError: the statement would reach a file, a host or this process.
        """
        self._see_files(token)
        self._see_calls(token)
        self._see_setting(token)
        self._see_engine(token)
        self._before = [*self._before[-2:], token]

    def _see_files(self, token: Token) -> None:
        words = [before.word for before in self._before]
        if token.word == "OUTFILE" and words[-1:] == ["INTO"] and words[-2:-1] != ["INSERT"]:
            raise ClickHouseError(Code.INTO_OUTFILE_NOT_ALLOWED, "INTO OUTFILE is not allowed")
        if not is_text(token):
            return
        if words[-2:] == ["FROM", "INFILE"]:
            raise ClickHouseError(Code.NOT_IMPLEMENTED, "FROM INFILE is for command-line clients")
        if words[-1:] == ["FROM"] and token.depth == 0:  # ATTACH TABLE … FROM moves the folder; COPY reads the file
            raise _denied("a path after FROM")

    def _see_calls(self, token: Token) -> None:
        if token.text != b"(" or not self._before:
            return
        name, before = name_of(self._before[-1]), self._before[-2:-1]
        if name.lower() == "disk" and before and before[0].text == b"=":
            raise _denied("a disk of its own")
        if name.lower() in _MADE_BY_PYTHON and not self._names_a_table():
            raise ClickHouseError(Code.UNKNOWN_FUNCTION, f"Unknown table function {name}")

    def _names_a_table(self) -> bool:
        """Whether the last token is a table's name before its columns, and no call."""
        *first, before = [token.word or token.text.decode(errors="replace") for token in self._before[:-1]] or [""]
        return before in ("INTO", "EXISTS", ".") or (before == "TABLE" and first != ["DESCRIBE"] and first != ["DESC"])

    def _see_setting(self, token: Token) -> None:
        if (
            token.text == b"="
            and self._before
            and (name := name_of(self._before[-1])) in (*FILE_SETTINGS, NAME_SETTING)
        ):
            raise ClickHouseError(Code.SETTING_CONSTRAINT_VIOLATION, f"Setting {name} should not be changed")

    def _see_engine(self, token: Token) -> None:
        if token.depth == 0 and token.word in ("CREATE", "ATTACH", "REPLACE"):
            self._defines = True
        elif token.depth == 0 and token.word in ("SELECT", "INSERT"):
            self._defines = False
        is_name = token.kind in ("word", "quoted") or token.text == b"{"
        if self._defines and token.depth == 0 and is_name and self._follows_engine() and name_of(token) not in _ENGINES:
            raise _denied(f"the engine {name_of(token)}")

    def _follows_engine(self) -> bool:
        words = [before.word or before.text.decode(errors="replace") for before in self._before]
        if words[-1:] == ["="]:
            words.pop()
        return words[-1:] == ["ENGINE"] and words[-2:-1] not in (["TABLE"], ["DATABASE"], ["VIEW"], ["EXISTS"], ["."])


def _denied(what: str) -> ClickHouseError:
    return ClickHouseError(Code.ACCESS_DENIED, f"Not enough privileges: {what} is not allowed here")


def confined(tokens: Iterator[Token]) -> Iterator[Token]:
    """``tokens`` as they come, each of them seen.

    Raises:
        ClickHouseError: as ``Confinement.see``.
    """
    reader = Confinement()
    for token in tokens:
        reader.see(token)
        yield token
