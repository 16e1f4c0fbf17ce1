"""What goes back over HTTP: statuses, headers and bodies as a ClickHouse server has them."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.responses import Response, StreamingResponse

from gp_lib.services.clickhouse_server import compression
from gp_lib.services.clickhouse_server.errors import ClickHouseError
from gp_lib.services.clickhouse_server.query import Answer
from gp_lib.services.clickhouse_server.request import Request

_PIECE_BYTES = 1 << 20
_TEXT = "text/plain; charset=UTF-8"
_NOTHING_HERE = (
    "There is nothing here.\n\nAsk /ping whether the server is alive, and send queries to / by POST "
    "or by GET /?query=...\n"
)
# by the beginning of the format's name in small letters; what is not listed is sent as bytes
_CONTENT_TYPES = (
    ("jsoneachrow", "application/x-ndjson; charset=UTF-8"),
    ("jsoncompacteachrow", "application/x-ndjson; charset=UTF-8"),
    ("json", "application/json; charset=UTF-8"),
    ("tsv", "text/tab-separated-values; charset=UTF-8"),
    ("tabseparated", "text/tab-separated-values; charset=UTF-8"),
    ("csv", "text/csv; charset=UTF-8; header=absent"),
    ("xml", "application/xml; charset=UTF-8"),
    ("markdown", "text/markdown; charset=UTF-8"),
    ("pretty", _TEXT),
    ("vertical", _TEXT),
    ("values", _TEXT),
)


@dataclass(frozen=True)
class Replies:
    """Makes the replies of one server, which is known by its name, engine version and time zone."""

    display_name: str
    version: str
    timezone: str

    def alive(self) -> Response:
        """The answer to a ping."""
        return Response("Ok.\n", 200, self._headers(), media_type="text/html; charset=UTF-8")

    def nothing_here(self) -> Response:
        """The answer to a path that is not served."""
        return Response(_NOTHING_HERE, 404, self._headers(), media_type=_TEXT)

    def no_content(self) -> Response:
        """The answer to a request for options."""
        return Response(status_code=204, headers=self._headers())

    def answer(self, request: Request, answer: Answer) -> Response:
        """A query's result, compressed if the client accepts it."""
        headers = self._headers() | {
            "X-ClickHouse-Query-Id": request.query_id,
            "X-ClickHouse-Summary": json.dumps(_summary(answer)),
            "X-ClickHouse-Timezone": request.parameters.get("session_timezone") or self.timezone,
            "Content-Type": _content_type(answer.format),
        }
        if answer.format:
            headers["X-ClickHouse-Format"] = answer.format
        encoding = compression.choose(request.accepted_encodings)
        if encoding:
            headers["Content-Encoding"] = encoding
        return _whole_or_in_pieces(compression.compress(answer.body, encoding), headers)

    def refusal(self, error: ClickHouseError, request: Request | None, *, keep_alive: bool) -> Response:
        """An exception. Without ``keep_alive`` the connection ends with it.

        ``request`` is ``None`` when not even the URL could be read.
        """
        headers = self._headers() | {"X-ClickHouse-Exception-Code": str(error.code)}
        if request:
            headers["X-ClickHouse-Query-Id"] = request.query_id
        if error.status == 401:
            headers["WWW-Authenticate"] = 'Basic realm="ClickHouse server HTTP API"'
        if not keep_alive:
            headers["Connection"] = "close"
        return Response(error.body(self.version), error.status, headers, media_type=_TEXT)

    def _headers(self) -> dict[str, str]:
        return {"X-ClickHouse-Server-Display-Name": self.display_name}


def _content_type(output_format: str | None) -> str:
    name = (output_format or "values").lower()
    return next((kind for start, kind in _CONTENT_TYPES if name.startswith(start)), "application/octet-stream")


def _summary(answer: Answer) -> dict[str, str]:
    """ClickHouse's counters, as text; those that the engine does not tell are left out."""
    counters = {
        "read_rows": answer.read_rows,
        "read_bytes": answer.read_bytes,
        "written_rows": answer.written_rows,
        "written_bytes": answer.written_bytes,
        "result_rows": answer.result_rows,
        "result_bytes": len(answer.body),
        "elapsed_ns": answer.elapsed_ns,
    }
    return {name: str(count) for name, count in counters.items() if count is not None}


def _whole_or_in_pieces(body: bytes, headers: dict[str, str]) -> Response:
    if len(body) <= _PIECE_BYTES:
        return Response(body, headers=headers)
    return StreamingResponse(_pieces(body), headers=headers | {"Content-Length": str(len(body))})


async def _pieces(body: bytes) -> AsyncIterator[memoryview]:
    """A slow reader holds the body once, not once more in the socket's buffer."""
    view = memoryview(body)
    for start in range(0, len(view), _PIECE_BYTES):
        yield view[start : start + _PIECE_BYTES]
