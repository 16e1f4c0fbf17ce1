"""Just enough of ClickHouse's grammar to hand one statement and its data to the engine.

The engine's own entry is a command line's: it takes several statements at once and ``exit``, obeys hints in
comments that hide errors (``{ serverError 47 }``), and splits the data of an INSERT off its text in a way
that is not safe for binary formats (two line feeds in a Native block end it). A server does none of this,
so the statement is read here first.
"""

import re
from dataclasses import dataclass
from itertools import islice, pairwise

from gp_lib.services.clickhouse_server.confinement import confined
from gp_lib.services.clickhouse_server.errors import ClickHouseError, Code
from gp_lib.services.clickhouse_server.tokens import Token, blanked, meaningful, tokens

_ALONE = {"COMMIT", "ROLLBACK"}
_READING = ("SELECT", "WITH", "FROM", "SHOW", "DESCRIBE", "DESC", "EXPLAIN", "EXISTS", "")  # "": a bracket


@dataclass(frozen=True)
class Statement:
    """One statement as the engine gets it: comments blanked, nothing behind it.

    ``words`` are its leading words in capitals. ``output_format`` is the one its FORMAT clause names
    (``None``: it names none). ``data`` is what follows the head of an INSERT and ``file_at`` where in ``sql``
    the file with that data is to be named (both ``None`` when the statement carries no data).
    """

    sql: bytes
    words: tuple[str, ...]
    inserts: bool = False
    output_format: str | None = None
    data: memoryview | None = None
    file_at: int | None = None

    @property
    def keeps_state(self) -> bool:
        """Whether it changes its session: settings, database or temporary tables."""
        return self.words[0] in ("SET", "USE") or "TEMPORARY" in self.words[:4]

    @property
    def only_reads(self) -> bool:
        """Whether it surely changes nothing but its session."""
        return self.words[0] in (*_READING, "SET", "USE") and not self.inserts

    @property
    def answers(self) -> bool:
        """Whether it has a result, be it an empty one."""
        return self.words[0] in (*_READING, "CHECK", "KILL", "BACKUP", "RESTORE") and not self.inserts

    def with_file(self, path: str) -> bytes:
        """The INSERT that reads its data from the file at ``path``."""
        at = self.file_at or 0
        return self.sql[:at] + f" FROM INFILE '{path}' ".encode() + self.sql[at:]


def read_statement(sql: bytes) -> Statement:
    """Read the one statement that ``sql`` holds.

    Raises:
        ClickHouseError: it is empty, is not one statement, wants something of a command-line client, or reaches for a
            file, a host or this process.
    """
    leading = list(islice(meaningful(sql), 6))
    if not leading or leading[0].text == b";":
        raise ClickHouseError(Code.SYNTAX_ERROR, "Syntax error: Empty query")
    words = tuple(token.word for token in leading)
    alone = len(leading) == 1 or leading[1].text == b";"
    # a word alone is a command of the engine's command line, such as exit
    if (not words[0] and leading[0].text != b"(") or (alone and words[0] not in _ALONE):
        raise ClickHouseError(Code.SYNTAX_ERROR, f"Syntax error: failed at position 1 ({_start_of(sql)})")
    if words[0] == "INSERT" and (head := _head_of_insert(sql)):
        return _with_data(sql, words, head)
    return _without_data(sql, words)


def _start_of(sql: bytes) -> str:
    return sql.strip()[:60].decode(errors="replace")


def _head_of_insert(sql: bytes) -> tuple[int, Token] | None:
    """Where the clauses of an INSERT begin, and the token after which its data begins.

    ``None`` when it carries no data (INSERT … SELECT).
    """
    name_next, clauses_at, last = True, None, ""
    for token in confined(meaningful(sql)):
        if last == "FORMAT" and clauses_at is not None:
            return clauses_at, token
        is_clause = token.depth == 0 and not name_next
        if is_clause and token.word in ("FROM", "SELECT", "WITH"):
            _refuse_input(sql, token)
            return None
        if is_clause and token.word in ("SETTINGS", "FORMAT", "VALUES"):
            clauses_at = token.start if clauses_at is None else clauses_at
            if token.word == "VALUES":
                return clauses_at, token
        last = token.word
        name_next = token.word in ("INSERT", "INTO", "TABLE", "FUNCTION") or token.text in (b".", b"=")
    return None


def _refuse_input(sql: bytes, token: Token) -> None:
    parts = meaningful(sql[token.start :])
    if any((left.word, right.text) == ("INPUT", b"(") for left, right in pairwise(parts)):
        raise ClickHouseError(Code.NOT_IMPLEMENTED, "The table function input is not served here")


def _with_data(sql: bytes, words: tuple[str, ...], head: tuple[int, Token]) -> Statement:
    file_at, last = head
    text = blanked(sql[: last.end])
    if last.word == "VALUES":
        text = text[: last.start] + b"FORMAT Values"
    data = memoryview(sql)[_start_of_data(sql, last.end) :]
    return Statement(text, words, inserts=True, data=data, file_at=file_at)


def _start_of_data(sql: bytes, after: int) -> int:
    """ClickHouse's rule: blanks are skipped, then one line end if there is one."""
    match = re.compile(rb"[ \t\f]*(?:\r?\n)?").match(sql, after)
    return match.end() if match else after


def _without_data(sql: bytes, words: tuple[str, ...]) -> Statement:
    end, inserts, output = len(sql), False, _OutputFormat()
    for token in confined(meaningful(sql)):
        if token.text == b";":
            end = token.start
            _refuse_second_statement(sql, token)
            break
        output.see(token)
        inserts = inserts or (token.word == "INSERT" and token.depth == 0)
    return Statement(blanked(sql[:end]), words, inserts, output.name)


def _refuse_second_statement(sql: bytes, semicolon: Token) -> None:
    for token in tokens(sql, semicolon.end):
        if token.kind != "comment" and token.text != b";":
            raise ClickHouseError(
                Code.SYNTAX_ERROR,
                "Syntax error (Multi-statements are not allowed): failed at position "
                f"{semicolon.start + 1} (end of query)",
            )


class _OutputFormat:
    """Finds the FORMAT clause of a statement that has a result: it is last, or before last SETTINGS."""

    def __init__(self) -> None:
        self.name: str | None = None
        self._last = ""
        self._settled = False

    def see(self, token: Token) -> None:
        """Take the next token."""
        if token.depth:
            return
        if self._last == "FORMAT" and token.kind in ("word", "quoted"):
            self.name = token.text.decode(errors="replace").strip('`"')
        elif self.name and token.word == "SETTINGS":
            self._settled = True
        elif not self._settled:
            self.name = None
        self._last = token.word
