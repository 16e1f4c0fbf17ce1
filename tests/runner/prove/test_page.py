import re
from html.parser import HTMLParser

import pytest

from gp_lib.runner.prove.page import page
from gp_lib.runner.prove.show import ProofConsole
from tests.proofs import proof

PROOF = proof("w4 clean seq slow", "w4 S35 seq! slow", "w4 S40 seq slow", "a4 S07 pairs!")
VOID = {"meta", "br", "hr", "img", "link"}


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read() -> Reader:
    reader = Reader()
    reader.feed(page(PROOF))
    return reader


def test_the_page_is_whole_and_needs_nothing_else() -> None:
    reader = read()
    assert reader.open == []
    assert reader.seen & {"script", "link", "img", "iframe"} == set()
    assert re.search(r"https?://", page(PROOF)) is None


def test_every_outcome_stands_there_in_words() -> None:
    texts = read().texts
    assert {"killed", "survived", "green"} <= set(texts)


def test_an_undecided_survivor_says_why_on_the_page_and_in_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    undecided = proof("w4 S35 seq? slow", "w4 S40 seq slow!")
    assert "undecided: seq: as seq? says" in page(undecided)
    ProofConsole().summary(undecided)
    (odd,) = [line for line in capsys.readouterr().out.splitlines() if "expected" in line]
    assert odd == "S35 w4 survived 0 of 1; expected seq, failed nothing; undecided: seq: as seq? says"


def test_a_story_cannot_become_markup() -> None:
    assert "<b>Slow</b>" not in page(PROOF)
    assert "S40: <b>Slow</b> readers block." in read().texts


def test_tables_can_be_read_by_ear() -> None:
    assert page(PROOF).count("scope='col'") > 5
    assert "lang='en'" in page(PROOF)
