"""From an HTTP request to a query: what its URL, headers and body mean."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from urllib.parse import parse_qsl

from gp_lib.services.clickhouse_server.compression import decompress
from gp_lib.services.clickhouse_server.confinement import NAME_SETTING
from gp_lib.services.clickhouse_server.errors import ClickHouseError, Code
from gp_lib.services.clickhouse_server.multipart import Part, is_form, read_form
from gp_lib.services.clickhouse_server.query import ExternalTable, Query, quoted_name
from gp_lib.services.clickhouse_server.sql import read_statement
from gp_lib.services.clickhouse_server.structure import columns_of
from gp_lib.services.clickhouse_server.tokens import meaningful, split_list

BODY_LIMIT_BYTES = 256 << 20
_START_BYTES = 1000  # enough of a body to see what it begins with
_DEFAULT_SESSION_TIMEOUT_S = 60
_MAX_SESSION_TIMEOUT_S = 3600
# What the URL may hold besides settings. These are read elsewhere, or mean nothing here: answers are always
# complete before they are sent, and there are no quotas and no stack traces.
_NOT_SETTINGS = frozenset(
    (
        *("", "query", "database", "default_format", "user", "password", "quota_key", "query_id", "role"),
        *("session_id", "session_timeout", "session_check", "close_session", "compress", "decompress"),
        *("stacktrace", "buffer_size", "wait_end_of_query", "client_protocol_version"),
    )
)


@dataclass(frozen=True)
class Request:
    """An HTTP request as far as it matters; header names are in small letters."""

    method: str
    headers: Mapping[str, str]
    parameters: Mapping[str, str]

    @classmethod
    def of(cls, method: str, headers: Mapping[str, str], query_string: bytes) -> "Request":
        """Read the URL's parameters; of a name given twice the first counts.

        Raises:
            ClickHouseError: the URL is not UTF-8.
        """
        try:
            pairs = parse_qsl(query_string.decode(), keep_blank_values=True, errors="strict")
        except ValueError:
            raise ClickHouseError(Code.BAD_REQUEST_PARAMETER, "The URL is not valid UTF-8") from None
        return cls(method, headers, dict(reversed(pairs)))

    @cached_property
    def query_id(self) -> str:
        """The client's name for the query, or a new one when it gave none that fits a header."""
        given = self.parameters.get("query_id") or self.headers.get("x-clickhouse-query-id", "")
        return given if given and given.isascii() and given.isprintable() else str(uuid.uuid4())

    @property
    def accepted_encodings(self) -> str:
        """How the answer may be compressed; empty when the client switched it off."""
        switch = self.parameters.get("enable_http_compression", "1").lower()
        return "" if switch in ("0", "false") else self.headers.get("accept-encoding", "")

    @property
    def session_id(self) -> str | None:
        """The session this request belongs to, if any."""
        return self.parameters.get("session_id") or None

    @property
    def session_timeout_s(self) -> int:
        """How long its session is kept after it, in seconds.

        Raises:
            ClickHouseError: it is no number, or above ClickHouse's bound of an hour.
        """
        text = self.parameters.get("session_timeout", str(_DEFAULT_SESSION_TIMEOUT_S))
        if not (text.isascii() and text.isdigit() and int(text) <= _MAX_SESSION_TIMEOUT_S):
            raise ClickHouseError(Code.INVALID_SESSION_TIMEOUT, f"Invalid session timeout: '{text}'")
        return int(text)

    @property
    def ends_with_its_client(self) -> bool:
        """Whether a query that only reads ends when the client hangs up: always, unless the client says otherwise."""
        return self.parameters.get("cancel_http_readonly_queries_on_client_close", "1").lower() not in ("0", "false")

    def is_on(self, name: str) -> bool:
        """Whether a switch in the URL is on."""
        return self.parameters.get(name, "0").lower() in ("1", "true")

    def refuse_unsupported(self) -> None:
        """Say what this face does not do, before any work.

        Raises:
            ClickHouseError: the request needs ClickHouse's internal compression, or a role.
        """
        for name in ("compress", "decompress"):
            if self.is_on(name):
                raise ClickHouseError(
                    Code.NOT_IMPLEMENTED,
                    f"ClickHouse's internal compression ({name}=1) is not supported: use HTTP's "
                    "Content-Encoding and Accept-Encoding",
                )
        if role := self.parameters.get("role"):
            raise ClickHouseError(Code.UNKNOWN_ROLE, f"There is no role `{role}` in the only user's roles")

    def query(self, body: bytes) -> Query:
        """What the request asks, given its ``body`` as it came.

        Raises:
            ClickHouseError: something in it is wrong or not supported.
        """
        body = decompress(body, self.headers.get("content-encoding", ""), limit_bytes=BODY_LIMIT_BYTES)
        content_type = self.headers.get("content-type", "")
        parts = read_form(content_type, body) if is_form(content_type) else []
        fields = {part.name: _text(part) for part in parts if not part.is_file}
        files = [part for part in parts if part.is_file]
        sql = self._sql(fields.get("query"), b"" if parts else body)
        tables = tuple(_table(part, {**fields, **self.parameters}) for part in files)
        return Query(
            statement=read_statement(sql),
            default_format=self._named("format", "default_format") or "TabSeparated",
            database=self._named("database", "database"),
            settings=self._settings(files),
            parameters=_bound(fields) | _bound(self.parameters),
            tables=tables,
            read_only=self.method in ("GET", "HEAD"),
            query_id=self.query_id,
        )

    def kills(self, body: bytes) -> bool:
        """Whether it seems to end other queries: such a request must not wait for these."""
        start = self.parameters.get("query", "").encode() + b" " + body[:_START_BYTES]
        return [token.word for token in islice(meaningful(start), 2)] == ["KILL", "QUERY"]

    def _sql(self, form_query: str | None, body: bytes) -> bytes:
        """The URL's query, a line end, and the body: together they are the statement and its data."""
        start = self.parameters.get("query", "") + (form_query or "")
        return start.encode() + b"\n" + body if start else body

    def _named(self, header: str, parameter: str) -> str | None:
        return self.headers.get(f"x-clickhouse-{header}") or self.parameters.get(parameter) or None

    def _settings(self, files: list[Part]) -> dict[str, str]:
        if NAME_SETTING in self.parameters:
            raise ClickHouseError(Code.UNKNOWN_SETTING, f"Unknown setting '{NAME_SETTING}'")
        about_files = {f"{part.name}_{what}" for part in files for what in ("format", "types", "structure")}
        return {
            name: value
            for name, value in self.parameters.items()
            if name not in _NOT_SETTINGS and name not in about_files and not name.startswith("param_")
        }


def _bound(parameters: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix("param_"): value for name, value in parameters.items() if name.startswith("param_")}


def _text(part: Part) -> str:
    try:
        return part.data.decode()
    except UnicodeDecodeError:
        raise ClickHouseError(Code.BAD_REQUEST_PARAMETER, f"Field {part.name} is not UTF-8") from None


def _table(part: Part, parameters: Mapping[str, str]) -> ExternalTable:
    structure = parameters.get(f"{part.name}_structure", "")
    if types := parameters.get(f"{part.name}_types"):
        structure = ", ".join(f"_{number} {name}" for number, name in enumerate(split_list(types), start=1))
    columns = columns_of(structure)
    if not columns:
        raise ClickHouseError(
            Code.BAD_ARGUMENTS,
            f"External table {part.name} needs {part.name}_structure (names and types) or {part.name}_types",
        )
    text = ", ".join(f"{quoted_name(name)} {kind}" for name, kind in columns)
    return ExternalTable(part.name, text, parameters.get(f"{part.name}_format", "TabSeparated"), part.data)
