"""ClickHouse's SQL as tokens: brackets, quotes, heredocs and nested comments, and no grammar."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

# Outside quotes nothing beyond ASCII has a meaning to the engine: it takes the blanks among it for blanks, and
# refuses the rest. So it divides words here too; otherwise "INTO<no-break space>OUTFILE" would be read as one.
_TOKEN = re.compile(
    rb"""
      (?P<space>   (?: [\s\x00] | (?!\xe2\x80[\x98\x9c]) [\x80-\xff] )+ )
    | (?P<comment> --[^\n]* | //[^\n]* | \#[\x20!][^\n]* )
    | (?P<block>   /\* )
    | (?P<quoted>  '(?:[^'\\]++|\\.|'')*+' | "(?:[^"\\]++|\\.|"")*+" | `(?:[^`\\]++|\\.|``)*+`
                 | \xe2\x80\x98.*?\xe2\x80\x99 | \xe2\x80\x9c.*?\xe2\x80\x9d | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$ )
    | (?P<open>    ['"`].* )
    | (?P<number>  \d[\w.]* )
    | (?P<word>    [A-Za-z_][\w$]* )
    | (?P<sign>    . )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_BLOCK_EDGE = re.compile(rb"/\*|\*/")
_BRACKETS = {b"(": 1, b"[": 1, b"{": 1, b")": -1, b"]": -1, b"}": -1}


class Token(NamedTuple):
    """A piece of a statement: what it is, where it is, and how deep in brackets.

    ``word`` is its text in capitals when it is a bare word, and empty otherwise.
    """

    kind: str
    start: int
    end: int
    depth: int
    word: str
    text: bytes


def tokens(sql: bytes, start: int = 0) -> Iterator[Token]:
    """The tokens of ``sql`` from ``start`` on, comments included, white space left out."""
    depth = 0
    while match := _TOKEN.match(sql, start):
        kind, begin, start = match.lastgroup or "sign", start, match.end()
        if kind == "block":
            kind, start = "comment", _end_of_block(sql, start)
        text = sql[begin:start] if kind in ("word", "sign", "quoted") else b""
        step = _BRACKETS.get(text, 0)
        depth += min(step, 0)
        if kind != "space":
            word = text.decode(errors="replace").upper() if kind == "word" else ""
            yield Token(kind, begin, start, depth, word, text)
        depth += max(step, 0)


def _end_of_block(sql: bytes, start: int) -> int:
    """Where the block comment that was opened before ``start`` ends: such comments nest."""
    level = 1
    while level and (edge := _BLOCK_EDGE.search(sql, start)):
        level += 1 if edge[0] == b"/*" else -1
        start = edge.end()
    return start if level == 0 else len(sql)


def meaningful(sql: bytes) -> Iterator[Token]:
    """The tokens of ``sql`` without its comments."""
    return (token for token in tokens(sql) if token.kind != "comment")


def blanked(sql: bytes) -> bytes:
    """``sql`` with spaces for comments: all positions stay what they were."""
    text = bytearray(sql)
    for token in tokens(sql):
        if token.kind == "comment":
            text[token.start : token.end] = b" " * (token.end - token.start)
    return bytes(text)


def is_text(token: Token) -> bool:
    """Whether it is a text in SQL: a quoted name is none."""
    return token.kind in ("quoted", "open") and not token.text.startswith((b'"', b"`", b"\xe2\x80\x9c"))


def name_of(token: Token) -> str:
    """The name that a token is to the engine; empty when it is none."""
    if token.kind == "word":
        return token.text.decode(errors="replace")
    if token.kind != "quoted" or is_text(token):
        return ""
    inner = token.text[3:-3] if token.text.startswith(b"\xe2") else token.text[1:-1]
    return _ESCAPE.sub(_unescaped, inner).decode(errors="replace")


def _unescaped(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return bytes([int(match[1], 16)])
    return b"" if match[2] == b"N" else match[2]  # the engine reads \\N as nothing


def replaced(sql: bytes, texts: Mapping[Token, bytes]) -> bytes:
    """``sql`` with other texts in the places of some of its tokens."""
    for token in sorted(texts, key=lambda token: -token.start):
        sql = sql[: token.start] + texts[token] + sql[token.end :]
    return sql


def split_list(text: str) -> list[str]:
    """The items of a list that is separated by commas outside brackets and quotes."""
    sql, start, items = text.encode(), 0, []
    for token in tokens(sql):
        if token.text == b"," and token.depth == 0:
            items.append(sql[start : token.start].decode().strip())
            start = token.end
    return [*items, sql[start:].decode().strip()]
