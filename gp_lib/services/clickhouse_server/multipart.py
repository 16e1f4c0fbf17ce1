"""``multipart/form-data``: long parameters and external tables come in such bodies."""

from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser

from gp_lib.services.clickhouse_server.errors import ClickHouseError, Code


@dataclass(frozen=True)
class Part:
    """One field of a form; ``is_file`` when it came with a file name."""

    name: str
    data: bytes
    is_file: bool


def is_form(content_type: str) -> bool:
    """Whether a body of this type is a form."""
    return content_type.strip().lower().startswith("multipart/form-data")


def read_form(content_type: str, body: bytes) -> list[Part]:
    """The fields of a form, in their order.

    Raises:
        ClickHouseError: the body is not what its type says.
    """
    boundary = _parameter(content_type, "boundary")
    if not boundary:
        raise ClickHouseError(Code.BAD_REQUEST_PARAMETER, "The form has no boundary")
    # a line end before each boundary belongs to it; the first boundary may lack one
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise ClickHouseError(Code.BAD_REQUEST_PARAMETER, "The form is cut off")
    return [_part(piece) for piece in pieces[1:-1]]


def _part(piece: bytes) -> Part:
    head, separator, data = piece.partition(b"\r\n\r\n")
    headers = BytesHeaderParser().parsebytes(head.lstrip(b"\r\n") + b"\r\n\r\n")
    name = headers.get_param("name", header="content-disposition")
    if not separator or not isinstance(name, str):
        raise ClickHouseError(Code.BAD_REQUEST_PARAMETER, "A part of the form has no name")
    return Part(name, data, headers.get_param("filename", header="content-disposition") is not None)


def _parameter(content_type: str, name: str) -> str:
    message = Message()
    message["content-type"] = content_type
    value = message.get_param(name)
    return value if isinstance(value, str) else ""
