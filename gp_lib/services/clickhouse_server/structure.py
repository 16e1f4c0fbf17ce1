"""The structure of an external table: names and types, and nothing else that could stand in a definition."""

from gp_lib.services.clickhouse_server.tokens import Token, name_of, split_list, tokens

_IN_TYPES = (b"(", b")", b",", b"=", b"-", b"+")


def columns_of(structure: str) -> list[tuple[str, str]]:
    """The columns (name, type) that ``structure`` lists; empty when it is anything but a list of them.

    A type is one word and, behind it, at most one pair of brackets: no DEFAULT, no expression, no second statement.
    """
    try:
        columns = [_column(item) for item in split_list(structure)]
    except UnicodeEncodeError:
        return []
    return [column for column in columns if column] if all(columns) else []


def _column(item: str) -> tuple[str, str] | None:
    sql = item.encode()
    parts = list(tokens(sql))
    if not parts or not name_of(parts[0]) or not _is_type(parts[1:]):
        return None
    return name_of(parts[0]), sql[parts[1].start :].decode().strip()


def _is_type(parts: list[Token]) -> bool:
    if not parts or not parts[0].word:
        return False
    outside = [token for token in parts[1:] if token.depth == 0]
    if outside and [token.text for token in outside] != [b"(", b")"]:
        return False
    return all(_in_a_type(token) for token in parts)


def _in_a_type(token: Token) -> bool:
    return token.kind in ("word", "number", "quoted") or token.text in _IN_TYPES
