"""Three verdicts, one of them green; and a table that hides nothing."""

import json
from itertools import product

import pytest

from gp_lib.verdict import Check, Ruling, Verdict, worst

PASS, FAIL, UNKNOWN = Ruling.PASS, Ruling.FAIL, Ruling.UNKNOWN


def check(verdict: Ruling, name: str = "some_check", message: str = "") -> Check:
    return Check(name=name, verdict=verdict, requirement="a promise", message=message)


@pytest.mark.parametrize("rulings", list(product(Ruling, repeat=3)))
def test_the_worst_ruling_wins(rulings: tuple[Ruling, ...]) -> None:
    expected = FAIL if FAIL in rulings else UNKNOWN if UNKNOWN in rulings else PASS
    assert worst(rulings) is expected
    assert Verdict.of(*map(check, rulings)).ruling is expected


def test_without_any_check_nothing_is_known() -> None:
    assert Verdict.of().ruling is UNKNOWN


def test_more_checks_stand_behind_the_first_ones() -> None:
    verdict = Verdict.of(check(PASS, "one")).and_of(check(FAIL, "two"), check(PASS, "three"))
    assert [found.name for found in verdict.checks] == ["one", "two", "three"]
    assert verdict.ruling is FAIL


def test_what_is_not_green_is_listed_with_the_worst_first() -> None:
    verdict = Verdict.of(check(UNKNOWN, "doubtful"), check(PASS, "good"), check(FAIL, "bad"), check(UNKNOWN, "dark"))
    assert [found.name for found in verdict.broken()] == ["bad", "doubtful", "dark"]


def test_a_verdict_survives_json() -> None:
    full = Check(
        name="a", verdict=FAIL, requirement="r", measured=2.5, unit="s", limit=2.0, witnesses=(3, 1), message="m"
    )
    verdict = Verdict.of(full, check(PASS))
    data = json.loads(json.dumps(verdict.to_json()))
    assert data["verdict"] == "fail"
    assert Verdict.from_json(data) == verdict


@pytest.mark.parametrize(
    ("measured", "unit", "figure"), [(None, "", ""), (2.0, "s", "2 s"), (0.123456, "s", "0.1235 s"), (0.0, "", "0")]
)
def test_a_figure_is_rounded_and_has_its_unit(measured: float | None, unit: str, figure: str) -> None:
    assert Check(name="a", verdict=PASS, requirement="r", measured=measured, unit=unit).figure == figure


def test_the_plain_table_has_a_line_for_each_check() -> None:
    lines = str(Verdict.of(check(PASS, "short"), check(FAIL, "a_longer_name", "it broke"))).splitlines()
    assert lines[0] == "verdict: fail"
    assert [line.split()[:2] for line in lines[1:]] == [["pass", "short"], ["fail", "a_longer_name"]]
    assert lines[2].endswith("it broke")


def test_the_table_in_a_notebook_shows_ruling_name_promise_and_message() -> None:
    shown = Verdict.of(check(FAIL, "a_check", "it broke"))._repr_html_()
    for words in ("fail", "a_check", "a promise", "it broke"):
        assert f">{words}<" in shown


def test_what_a_platform_said_cannot_become_part_of_the_page() -> None:
    shown = Verdict.of(check(FAIL, message="<script>alert(1)</script>\n<b>bold</b>"))._repr_html_()
    assert "<script>" not in shown
    assert "<b>" not in shown


def test_many_witnesses_are_counted() -> None:
    found = Check(name="a", verdict=FAIL, requirement="r", witnesses=tuple(range(100, 120)))
    shown = Verdict.of(found)._repr_html_()
    assert "100, 101" in shown
    assert "(20)" in shown
    assert "119" not in shown


def test_half_characters_in_a_message_can_be_sent_to_be_shown() -> None:
    verdict = Verdict.of(check(FAIL, message="an answer of half \ud83d a character"))
    for shown in (str(verdict), verdict._repr_html_(), repr(verdict)):
        assert "of half" in shown
        shown.encode()


def test_whatever_a_check_quotes_it_can_be_carried_in_every_file() -> None:
    found = Check(name="n" * 10**6, verdict=FAIL, requirement="r" * 10**6, message="m" * 10**6 + " at last")
    assert len(str(Verdict.of(found).to_json())) < 50_000
    assert found.message.endswith(" at last")
    assert Verdict.from_json(Verdict.of(found).to_json()).checks == (found,)


VALID = Check(name="acted", verdict=PASS, requirement="the act reached its end", validity=True)


def test_a_valid_measurement_without_a_promise_is_unknown() -> None:
    assert Verdict.of(VALID).ruling is UNKNOWN
    assert Verdict.of(VALID, check(PASS)).ruling is PASS


@pytest.mark.parametrize("own", [(), (VALID,)])
def test_a_verdict_without_a_promise_of_its_own_says_so(own: tuple[Check, ...]) -> None:
    verdict = Verdict.of(*own).and_of(VALID)
    assert verdict.ruling is UNKNOWN
    assert [found.name for found in verdict.broken()] == ["promises_something"]
    assert "names no check of the platform" in str(verdict)


def test_a_verdict_without_a_promise_is_still_unknown_when_it_is_read_again() -> None:
    data = json.loads(json.dumps(Verdict.of().and_of(VALID).to_json()))
    assert data["verdict"] == "unknown"
    assert Verdict.from_json(data).ruling is UNKNOWN


def test_a_promise_that_is_kept_needs_nobody_to_say_so() -> None:
    assert [found.name for found in Verdict.of(check(PASS)).and_of(VALID).checks] == ["some_check", "acted"]
