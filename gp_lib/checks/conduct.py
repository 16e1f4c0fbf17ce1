"""Promises about the run itself: it acted to its end, and every fault met something."""

from gp_lib.checks.promise import Finding, promise
from gp_lib.history import Fault, History, Operation
from gp_lib.verdict import Check

SCENARIO = "scenario"
ACT = "acts"


@promise("the scenario acted to its end", validity=True)
def acted_to_the_end(history: History) -> Finding:
    """The act was neither cut off by its deadline nor stopped by an error; else nothing more can be told."""
    finding = Finding("the act was never finished")
    for index, operation in history.indexed(Operation):
        if (operation.actor, operation.action) == (SCENARIO, ACT):
            finding.seen += 1
            if operation.outcome != "ok":
                finding.doubt(f"the act did not reach its end: {operation.detail.get('why', 'no reason')}", index)
    if history.truncated:
        finding.doubt("the history was cut short")
    return finding


@promise("every fault struck", validity=True)
def every_fault_struck(history: History) -> Finding:
    """A fault that touched nothing proves nothing. Without any fault there is nothing to say, and that is fine."""
    faults = list(history.indexed(Fault))
    finding = Finding("no fault was planned", seen=len(faults))
    for index, fault in faults:
        if not fault.touched:
            finding.doubt(f"{fault.name} on {fault.target} touched nothing", index)
    return finding


def conduct(history: History) -> list[Check]:
    """The checks that every scenario is held to, whatever it promises."""
    checks = [acted_to_the_end(history)]
    if any(True for _ in history.indexed(Fault)):
        checks.append(every_fault_struck(history))
    return checks
