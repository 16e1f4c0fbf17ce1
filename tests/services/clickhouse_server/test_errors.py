import pytest

from gp_lib.services.clickhouse_server.errors import ClickHouseError, Code, from_engine


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "Code: 47. DB::Exception: Unknown identifier `x`. (UNKNOWN_IDENTIFIER)",
            "Code: 47. DB::Exception: Unknown identifier `x`. (UNKNOWN_IDENTIFIER)",
        ),
        (
            "Code: 73. DB::Exception: Code: 73. DB::Exception: Unknown format X. (UNKNOWN_FORMAT) (version 1.2). "
            "(UNKNOWN_FORMAT) (version 1.2). (UNKNOWN_FORMAT)",
            "Code: 73. DB::Exception: Unknown format X. (UNKNOWN_FORMAT)",
        ),
        (
            "Code: 27. DB::Exception: Cannot parse: (at row 1)\n: (in file/uri /proc/self/fd/9): While executing F: "
            "data for INSERT was parsed from file. (CANNOT_PARSE_INPUT_ASSERTION_FAILED)",
            "Code: 27. DB::Exception: Cannot parse: (at row 1)\n: While executing F: "
            "data for INSERT was parsed from query. (CANNOT_PARSE_INPUT_ASSERTION_FAILED)",
        ),
        ("out of luck", "Code: 1002. DB::Exception: out of luck. (UNKNOWN_EXCEPTION)"),
    ],
)
def test_the_engines_words_are_shown_once(text: str, shown: str) -> None:
    assert str(from_engine(text)) == shown


@pytest.mark.parametrize(
    ("code", "status"), [(62, 400), (194, 401), (516, 403), (60, 404), (159, 408), (229, 413), (48, 501), (241, 500)]
)
def test_each_exception_has_clickhouses_status(code: int, status: int) -> None:
    assert ClickHouseError(code, "x", name="X").status == status


def test_the_body_ends_with_the_version() -> None:
    body = ClickHouseError(Code.SYNTAX_ERROR, "no").body("26.5")
    assert body == b"Code: 62. DB::Exception: no. (SYNTAX_ERROR) (version 26.5)\n"
