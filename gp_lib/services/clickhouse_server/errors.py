"""ClickHouse's exceptions: their codes, their HTTP statuses, and how the engine words them."""

import re
from enum import IntEnum

from gp_lib.errors import WorkbenchError


class Code(IntEnum):
    """The error codes that this face raises itself (names and numbers are ClickHouse's)."""

    BAD_ARGUMENTS = 36
    UNKNOWN_FUNCTION = 46
    NOT_IMPLEMENTED = 48
    SYNTAX_ERROR = 62
    UNKNOWN_FORMAT = 73
    UNKNOWN_SETTING = 115
    READONLY = 164
    REQUIRED_PASSWORD = 194
    TOO_MANY_SIMULTANEOUS_QUERIES = 202
    QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING = 216
    QUERY_IS_TOO_LARGE = 229
    NOT_ENOUGH_SPACE = 243
    CANNOT_DECOMPRESS = 271
    INTO_OUTFILE_NOT_ALLOWED = 358
    SESSION_NOT_FOUND = 372
    SESSION_IS_LOCKED = 373
    INVALID_SESSION_TIMEOUT = 374
    QUERY_WAS_CANCELLED = 394
    BAD_REQUEST_PARAMETER = 408
    SETTING_CONSTRAINT_VIOLATION = 452
    ACCESS_DENIED = 497
    UNKNOWN_ROLE = 511
    AUTHENTICATION_FAILED = 516
    UNKNOWN_EXCEPTION = 1002


# Which exception answers with which HTTP status, grouped as in exceptionCodeToHTTPStatus.cpp of ClickHouse's
# sources (numbers: ErrorCodes.cpp). Every other exception answers 500.
_CODES_OF_STATUS: dict[int, tuple[int, ...]] = {
    400: (
        *(6, 8, 15, 25, 26, 27, 36, 37, 38, 41, 44, 53, 62, 72),
        *(117, 123, 167, 168, 223, 321, 376, 427, 441, 675, 676),
    ),
    401: (194,),
    403: (192, 193, 497, 512, 516),
    404: (46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 152, 336, 511),
    408: (159,),
    411: (381,),
    413: (229,),
    501: (48,),
    503: (76, 209, 439),
}
_STATUS = {code: status for status, codes in _CODES_OF_STATUS.items() for code in codes}

_START = re.compile(r"Code: (\d+)\. DB::Exception: ")
_END = re.compile(r"\.?\s*(?:\(version [^)]*\)\.?\s*)?\(([A-Z][A-Z0-9_]+)\)\s*$")
_VERSION = re.compile(r"\s*\(version [^)]*\)\.?\s*$")
# where this face hands the data of an INSERT to the engine: of no interest to a client
_OUR_FILE = re.compile(r"(: )?\(in file/uri /proc/self/fd/\d+\)")


class ClickHouseError(WorkbenchError):
    """One ClickHouse exception: its number, its name in capitals, and what it says."""

    def __init__(self, code: int, message: str, *, name: str | None = None) -> None:
        self.code = int(code)
        self.name = name or Code(code).name
        self.message = message
        super().__init__(f"Code: {self.code}. DB::Exception: {message.rstrip('.')}. ({self.name})")

    @property
    def status(self) -> int:
        """The HTTP status that ClickHouse gives this exception."""
        return _STATUS.get(self.code, 500)

    def body(self, version: str) -> bytes:
        """The exception as ClickHouse writes it into a response, with the engine's ``version``."""
        return f"{self} (version {version})\n".encode(errors="replace")


def from_engine(text: str) -> ClickHouseError:
    """What the engine raised, without the shells that each of its inner layers put around it."""
    if (start := _START.search(text)) is None:
        return ClickHouseError(Code.UNKNOWN_EXCEPTION, text.strip() or "the engine gave no reason")
    message, name = _without_endings(_without_starts(text[start.end() :]))
    message = _OUR_FILE.sub("", message).replace("was parsed from file", "was parsed from query")
    return ClickHouseError(int(start[1]), message, name=name or "UNKNOWN_EXCEPTION")


def _without_starts(text: str) -> str:
    while start := _START.match(text):
        text = text[start.end() :]
    return text


def _without_endings(text: str) -> tuple[str, str | None]:
    name = None
    while end := _END.search(text):
        text, name = text[: end.start()], name or end[1]
    return _VERSION.sub("", text).strip(), name
