"""``junit.xml``: one suite a scenario, one case a check; *fail* is a failure, *unknown* an error.

It keeps to what Jenkins' and Ant's schemas have in common. Neither lets a case have properties: the figures are
properties of the suite, ``<check>.measured`` and so on.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from gp_lib.runner.entry import Entry
from gp_lib.runner.origin import Origin
from gp_lib.runner.report import text
from gp_lib.verdict import Check, Ruling

LONGEST_MESSAGE = 20_000
NOBODY = "localhost"
"""Ant's schema wants a host; which machine it was is nobody's business."""


def junit(entries: Sequence[Entry], *, began: str = "1970-01-01T00:00:00", origin: Origin | None = None) -> bytes:
    """The JUnit XML of a batch that began at ``began`` (ISO 8601) and comes from ``origin``; ``None``: from here."""
    root = Element("testsuites", name="golden path")
    elsewhere = {"origin": str(origin)} if origin else {}
    for number, entry in enumerate(entries):
        root.append(_suite(entry, number, datetime.fromisoformat(began).strftime("%Y-%m-%dT%H:%M:%S"), elsewhere))
    for total in ("tests", "failures", "errors"):
        root.set(total, str(sum(int(suite.get(total, "0")) for suite in root)))
    root.set("time", f"{sum(entry.took_s for entry in entries):.3f}")
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _suite(entry: Entry, number: int, began: str, more: Mapping[str, str]) -> Element:
    suite = Element(
        "testsuite", name=_fit(entry.name), package="golden-path", id=str(number), timestamp=began, hostname=NOBODY
    )
    suite.append(_properties(entry, more))
    for check in (*entry.checks, *_why(entry)):
        _case(suite, entry.name, check)
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", str(len(suite.findall("testcase/error"))))
    suite.set("time", f"{entry.took_s:.3f}")
    SubElement(suite, "system-out")
    SubElement(suite, "system-err")
    return suite


def _properties(entry: Entry, more: Mapping[str, str]) -> Element:
    properties = Element("properties")
    told = {"verdict": entry.ruling.value, **more} | {
        f"parameter.{name}": str(value) for name, value in entry.parameters.items()
    }
    for check in entry.checks:
        figures = {"measured": check.measured, "limit": check.limit}
        told |= {f"{check.name}.{name}": f"{figure:g}" for name, figure in figures.items() if figure is not None}
        if check.measured is not None and check.unit:
            told[f"{check.name}.unit"] = check.unit
    for name, value in told.items():
        SubElement(properties, "property", name=_fit(name), value=_fit(value))
    return properties


def _why(entry: Entry) -> list[Check]:
    """A case of its own for a scenario whose verdict no check explains."""
    if entry.checks and not entry.why:
        return []
    return [Check(name="scenario_ran", verdict=entry.ruling, requirement="the scenario ran", message=entry.why)]


def _case(suite: Element, scenario: str, check: Check) -> None:
    case = SubElement(suite, "testcase", classname=_fit(scenario), name=_fit(check.name), time="0")
    if check.verdict is Ruling.PASS:
        return
    kind = "failure" if check.verdict is Ruling.FAIL else "error"
    message = text.plain(f"{check.requirement}: {check.message}", at_most=LONGEST_MESSAGE)
    SubElement(case, kind, message=text.line(message, at_most=500), type=check.verdict.value).text = message


def _fit(words: str) -> str:
    return text.line(words, at_most=500)
