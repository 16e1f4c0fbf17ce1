import pytest

from gp_lib.services.clickhouse_server.errors import ClickHouseError
from gp_lib.services.clickhouse_server.multipart import Part, read_form

TYPE = 'multipart/form-data; boundary="b"'
BINARY = b"\r\n\x00--b\r\n\r\n--\xff\r\n"
FORM = (
    b'--b\r\nContent-Disposition: form-data; name="query"\r\n\r\nSELECT 1\r\n'
    b'--b\r\nContent-Disposition: form-data; name="t"; filename="t.csv"\r\nContent-Type: text/csv\r\n\r\n'
    + BINARY
    + b"\r\n--b--\r\n"
)


def test_fields_and_files_come_out_as_they_went_in() -> None:
    assert read_form(TYPE, FORM) == [Part("query", b"SELECT 1", False), Part("t", BINARY, True)]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [("multipart/form-data", FORM), (TYPE, FORM[:-6]), (TYPE, b"x"), (TYPE, b"--b\r\nA: b\r\n\r\nx\r\n--b--")],
)
def test_a_broken_form_is_refused(content_type: str, body: bytes) -> None:
    with pytest.raises(ClickHouseError):
        read_form(content_type, body)
