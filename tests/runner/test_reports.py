from pathlib import Path
from xml.etree import ElementTree

import pytest

from gp_lib.runner.batch import Batch
from gp_lib.runner.entry import Entry, read_outcome
from gp_lib.runner.journal import Plan
from gp_lib.runner.report.junit import junit
from gp_lib.runner.report.summary import markdown
from gp_lib.verdict import Check, Ruling, Verdict

PASS, FAIL, UNKNOWN = Ruling.PASS, Ruling.FAIL, Ruling.UNKNOWN


def check(verdict: Ruling, message: str = "looked at 3") -> Check:
    return Check(name=f"it_{verdict}s", verdict=verdict, requirement="it holds", message=message)


def entry(*rulings: Ruling, name: str = "a1", message: str = "said so", why: str = "") -> Entry:
    checks = tuple(check(ruling, message) for ruling in rulings)
    ruling = Verdict(checks).ruling
    return Entry(
        scenario=name,
        title=f"{name} title",
        folder=Path(name),
        parameters={},
        ruling=ruling,
        took_s=1.0,
        checks=checks,
        why=why,
    )


def exit_code(*entries: Entry) -> int:
    return Batch(Path("x"), Plan("embedded", "2026-11-25T10:00:00+00:00", ()), list(entries)).exit_code


def test_a_batch_of_passes_exits_0() -> None:
    assert exit_code(entry(PASS), entry(PASS, PASS)) == 0


def test_a_batch_with_a_failure_exits_1_whatever_else_there_is() -> None:
    assert exit_code(entry(UNKNOWN), entry(FAIL), entry(PASS)) == 1


def test_a_batch_with_an_unknown_and_no_failure_exits_2() -> None:
    assert exit_code(entry(PASS), entry(UNKNOWN)) == 2


def test_a_batch_in_which_nothing_ran_exits_2() -> None:
    assert exit_code() == 2


def test_a_scenario_without_a_verdict_file_is_unknown(tmp_path: Path) -> None:
    assert read_outcome(tmp_path, "").ruling is UNKNOWN


def test_a_verdict_that_cannot_be_read_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "verdict.json").write_text('{"verdict": "pass"}')
    assert read_outcome(tmp_path, "").ruling is UNKNOWN


def test_a_pass_with_trouble_after_it_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "verdict.json").write_text(
        '{"verdict": "pass", "checks": [{"name": "x", "verdict": "pass", "requirement": "", "witnesses": []}]}'
    )
    assert read_outcome(tmp_path, "").ruling is PASS
    assert read_outcome(tmp_path, "its kernel died").ruling is UNKNOWN


def test_a_verdict_without_a_single_check_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "verdict.json").write_text('{"verdict": "pass", "checks": []}')
    assert read_outcome(tmp_path, "").ruling is UNKNOWN


def test_junit_counts_failures_and_errors_apart() -> None:
    suite = ElementTree.fromstring(junit([entry(PASS, FAIL, UNKNOWN)])).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")


def test_junit_has_a_case_for_a_scenario_without_checks() -> None:
    suite = ElementTree.fromstring(junit([entry(why="its kernel died")])).find("testsuite")
    assert suite is not None
    assert suite.get("errors") == "1"


@pytest.mark.parametrize("hostile", ["\x1b[31mred\x1b[0m", "\x00", "]]>", "<script>", "a\nb", "\ud800"])
def test_junit_is_well_formed_whatever_a_message_holds(hostile: str) -> None:
    assert ElementTree.fromstring(junit([entry(FAIL, message=hostile)])).tag == "testsuites"


@pytest.mark.parametrize("hostile", ["a | b", "<script>alert(1)</script>", "a\nb", "`x`"])
def test_a_message_cannot_leave_its_cell_in_the_summary(hostile: str) -> None:
    lines = markdown("batch", [entry(FAIL, message=hostile)]).splitlines()
    row = next(line for line in lines if line.startswith("| ❌ fail | `a1`"))
    assert row.replace("\\|", "").count("|") == 5
    assert "<script" not in row


def test_the_summary_shows_the_worst_first() -> None:
    text = markdown("batch", [entry(PASS, name="a1"), entry(FAIL, name="b1"), entry(UNKNOWN, name="c1")])
    assert text.index("`b1`") < text.index("`c1`") < text.index("`a1`")
