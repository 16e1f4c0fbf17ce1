"""The parsers alone: whatever pieces the network cuts the stream into, they see the same."""

import struct
from collections.abc import Iterable, Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gp_lib.faults.postgres_wire import KEPT_BYTES, PostgresWire
from gp_lib.faults.sql import effects, statements
from gp_lib.faults.websocket_wire import FrameScanner
from gp_lib.faults.wire import CommitMark


def message(kind: str, body: bytes) -> bytes:
    return kind.encode() + struct.pack(">I", len(body) + 4) + body


def query(text: str) -> bytes:
    return message("Q", text.encode() + b"\0")


def startup(code: int = 196_608, body: bytes = b"user\0me\0\0") -> bytes:
    return struct.pack(">II", len(body) + 8, code) + body


SSL = startup(80_877_103, b"")
READY = message("Z", b"I")


def done(tag: str) -> bytes:
    return message("C", tag.encode() + b"\0")


def pieces(data: bytes, cuts: Iterable[int]) -> Iterator[bytes]:
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return (data[a:b] for a, b in pairwise(places))


def commits(wire: PostgresWire, direction: str) -> list[tuple[int, int, tuple[str, ...]]]:
    marks = wire.marks[direction]  # type: ignore[index]
    return [(mark.start, mark.end, mark.statements) for mark in marks if isinstance(mark, CommitMark)]


@given(cuts=st.lists(st.integers(0, 10_000), max_size=30))
def test_a_commit_is_found_wherever_the_stream_is_cut(cuts: list[int]) -> None:
    before = SSL + startup() + query("BEGIN") + message("P", b"s1\0INSERT INTO notes VALUES ($1)\0\0\0")
    before += message("B", b"\0s1\0\0\0\0\0") + message("E", b"\0\0\0\0\0") + message("S", b"")
    stream = before + query("COMMIT;") + query("SELECT 1")
    wire = PostgresWire()
    for piece in pieces(stream, cuts):
        wire.feed("up", piece)
    end = len(before) + len(query("COMMIT;"))
    assert commits(wire, "up") == [(len(before), end, ("INSERT INTO notes VALUES ($1)",))]


@given(cuts=st.lists(st.integers(0, 10_000), max_size=30))
def test_its_answer_is_found_wherever_the_stream_is_cut(cuts: list[int]) -> None:
    wire = PostgresWire()
    for sent in (SSL, startup(), query("BEGIN"), query("UPDATE x SET y = 1"), query("COMMIT")):
        wire.feed("up", sent)
    before = b"N" + message("R", bytes(4)) + READY + done("BEGIN") + READY + done("UPDATE 1") + READY
    stream = before + done("COMMIT") + READY
    for piece in pieces(stream, cuts):
        wire.feed("down", piece)
    end = len(before) + len(done("COMMIT"))
    assert commits(wire, "down") == [(len(before), end, ("UPDATE x SET y = 1",))]


def test_a_failed_commit_does_not_lend_its_answer_to_the_next() -> None:
    wire = PostgresWire()
    for sent in (startup(), query("BEGIN"), query("first"), query("COMMIT")):
        wire.feed("up", sent)
    for sent in (query("BEGIN"), query("second"), query("COMMIT")):
        wire.feed("up", sent)
    answers = READY + (done("BEGIN") + READY) + READY + (message("E", b"\0") + READY)
    wire.feed("down", answers + done("BEGIN") + READY + READY + done("COMMIT") + READY)
    assert [mark[2] for mark in commits(wire, "down")] == [("second",)]


def test_statements_end_with_their_transaction() -> None:
    wire = PostgresWire()
    wire.feed("up", startup() + query("BEGIN; one; ROLLBACK; BEGIN; two; COMMIT; begin; three; end"))
    assert [mark[2] for mark in commits(wire, "up")] == [("two",), ("three",)]


def test_rolling_back_to_a_savepoint_is_not_the_end_of_the_transaction() -> None:
    wire = PostgresWire()
    wire.feed("up", startup() + query("BEGIN; one; SAVEPOINT a; two; ROLLBACK TO a; COMMIT"))
    assert "one" in commits(wire, "up")[0][2]


def test_a_statement_that_was_closed_is_forgotten() -> None:
    wire = PostgresWire()
    wire.feed("up", startup() + message("P", b"s\0COMMIT\0\0\0") + message("C", b"Ss\0"))
    wire.feed("up", message("B", b"\0s\0\0\0\0\0") + message("E", b"\0\0\0\0\0"))
    assert commits(wire, "up") == []


def test_a_huge_message_is_skipped_without_being_kept() -> None:
    wire = PostgresWire()
    wire.feed("up", startup() + query("BEGIN"))
    huge = query("INSERT INTO notes VALUES ('" + "x" * 10 * KEPT_BYTES + "')")
    for piece in pieces(huge, range(0, len(huge), 10_000)):
        wire.feed("up", piece)
        assert len(wire._up._buffer) <= KEPT_BYTES
    wire.feed("up", query("COMMIT"))
    assert commits(wire, "up")[0][2][0].startswith("INSERT INTO notes")


@pytest.mark.parametrize("answer", [b"S", b"G"])
def test_behind_encryption_nothing_is_recognised(answer: bytes) -> None:
    wire = PostgresWire()
    wire.feed("up", SSL)
    wire.feed("down", answer)
    wire.feed("up", startup() + query("COMMIT"))
    assert commits(wire, "up") == []


@given(up=st.binary(max_size=300), down=st.binary(max_size=300))
def test_noise_is_survived(up: bytes, down: bytes) -> None:
    wire = PostgresWire()
    wire.feed("up", up)
    wire.feed("down", down)
    wire.feed("up", up)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" ; ;; ", []),
        ("a; b ;c", ["a", "b", "c"]),
        ("select ';'; x", ["select ';'", "x"]),
        ("select 'it''s; fine'; x", ["select 'it''s; fine'", "x"]),
        (r"select E'\';'; x", [r"select E'\';'", "x"]),
        (r"select name'\'; x", [r"select name'\'", "x"]),
        ('select ";"; x', ['select ";"', "x"]),
        ("do $$ a; b $$; x", ["do $$ a; b $$", "x"]),
        ("do $f$ a; $$; b $f$; x", ["do $f$ a; $$; b $f$", "x"]),
        ("select $1; x", ["select $1", "x"]),
        ("a -- b; c\n; x", ["a", "x"]),
        ("a /* ; */ b; x", ["a   b", "x"]),
        ("select 'open; x", ["select 'open", "x"]),
    ],
)
def test_statements_are_told_apart(text: str, found: list[str]) -> None:
    assert list(statements(text)) == found


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        ("BEGIN", "begins"),
        ("begin isolation level serializable", "begins"),
        ("START TRANSACTION", "begins"),
        ("Commit", "commits"),
        ("END work", "commits"),
        ("commit and chain", "commits"),
        ("COMMIT PREPARED 'x'", "works"),
        ("ROLLBACK", "rolls back"),
        ("abort", "rolls back"),
        ("ROLLBACK TO SAVEPOINT x", "works"),
        ("commitment", "works"),
        ("endless", "works"),
        ("SELECT 'commit'", "works"),
    ],
)
def test_what_a_statement_does_to_its_transaction(text: str, effect: str) -> None:
    assert [found for _, found in effects(text)] == [effect]


def frame(size: int, opcode: int = 1, mask: bytes = b"") -> bytes:
    bit = 0x80 if mask else 0
    if size < 126:
        header = bytes([0x80 | opcode, bit | size])
    elif size < 65_536:
        header = bytes([0x80 | opcode, bit | 126]) + struct.pack(">H", size)
    else:
        header = bytes([0x80 | opcode, bit | 127]) + struct.pack(">Q", size)
    return header + mask + b"\x81" * size


@given(
    sizes=st.lists(st.sampled_from([0, 1, 125, 126, 127, 65_535, 65_536]), min_size=1, max_size=5),
    opcodes=st.lists(st.sampled_from([0, 1, 2, 8, 9, 10]), min_size=5, max_size=5),
    mask=st.sampled_from([b"", b"mask"]),
    cuts=st.lists(st.integers(0, 400_000), max_size=20),
)
def test_data_frames_are_found_wherever_the_stream_is_cut(
    sizes: list[int], opcodes: list[int], mask: bytes, cuts: list[int]
) -> None:
    frames = [frame(size, opcode, mask) for size, opcode in zip(sizes, opcodes, strict=False)]
    stream = b"head"
    expected: list[tuple[int, int, int, int]] = []
    for size, opcode, raw in zip(sizes, opcodes, frames, strict=False):
        stream += raw
        if opcode < 8:
            expected.append((len(stream) - len(raw), len(stream) - size, len(stream), len(expected) + 1))
    scanner = FrameScanner(4)
    marks = [mark for piece in pieces(stream[4:], cuts) for mark in scanner.feed(piece)]
    assert [(mark.start, mark.payload, mark.end, mark.ordinal) for mark in marks] == expected
