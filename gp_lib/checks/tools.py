"""Promises about tools: they run, once, side by side where they can, and their failures are told."""

from collections.abc import Collection, Sequence

from gp_lib import contract
from gp_lib.checks.promise import Finding, promise
from gp_lib.checks.said import id_of, text_of
from gp_lib.checks.stories import Story, call_key, calls, stories
from gp_lib.dialects.visible import is_visible
from gp_lib.history import Event, History

NO_TOOL = "no tool was seen"


@promise("at least {at_least} different tools run")
def enough_tools_run(history: History, *, at_least: int, actors: Collection[str] | None = None) -> Finding:
    """Each run executes at least so many different tools."""
    finding = Finding("no run was seen", unit="tools", limit=float(at_least))
    for story in stories(history, actors):
        finding.seen += 1
        names = {name for _, event in story.of_type(contract.TOOL_EXECUTING) if (name := id_of(event, "tool_name"))}
        finding.measured = min(len(names), finding.measured if finding.measured is not None else len(names))
        if len(names) < at_least and story.unended:
            finding.doubt(f"{story.name} could not be watched to its end", story.told[-1][0])
        elif len(names) < at_least:
            finding.break_(f"{story.name} ran {len(names)} tools", story.told[-1][0])
    return finding


@promise("tools that are asked for together run in parallel: {together}")
def tools_overlap(history: History, *, together: Sequence[str], actors: Collection[str] | None = None) -> Finding:
    """All tools named in ``together`` have started, each for the first time, before the first of them completes."""
    finding = Finding("no run called all of these tools")
    for story in stories(history, actors):
        executed = [(id_of(e, "tool_name"), i, done) for (i, e), done in calls(story)]
        first = {name: index for name, index, _ in reversed(executed) if name in together}
        if first.keys() != set(together):
            continue
        finding.seen += 1
        last_start = max(first.values())
        ends = [index for name, _, done in executed if name in together for index, _ in done]
        if not ends:
            finding.doubt(f"{story.name}: none of them completed", last_start)
        elif min(ends) < last_start:
            finding.break_(f"{story.name}: one completed before another began", min(ends), last_start)
    return finding


@promise("every tool_executing has its tool_completed, once, before the run ends")
def every_tool_call_completed(history: History, *, actors: Collection[str] | None = None) -> Finding:
    """Calls and completions are matched by call id; a failing tool completes too."""
    finding = Finding(NO_TOOL)
    for story in stories(history, actors):
        if story.unended:
            finding.doubt(f"{story.name} could not be watched to its end", story.told[-1][0])
            continue
        _match_calls(finding, story, end=story.terminal[0] if story.terminal else len(history))
    return finding


def _match_calls(finding: Finding, story: Story, *, end: int) -> None:
    executed = list(calls(story))
    for (index, call), done in executed:
        finding.seen += 1
        tool, call_id = f"{story.name}: {id_of(call, 'tool_name') or 'a tool without a name'}", id_of(call, "call_id")
        same = [i for (i, other), _ in executed if id_of(other, "call_id") == call_id]
        if call_id is None:
            finding.break_(f"{tool} has no call id", index)
        elif len(same) > 1:
            finding.break_(f"{tool} was executed {len(same)} times under one call id", index)
        elif len(done) != 1:
            finding.break_(f"{tool} completed {len(done)} times", index, *(i for i, _ in done))
        elif not index < done[0][0] < end:
            finding.break_(f"{tool} completed at the wrong time", index, done[0][0])
    called = {call_key(call) for (_, call), _ in executed}
    for index, event in story.of_type(contract.TOOL_COMPLETED):
        if call_key(event) not in called:
            finding.break_(f"{story.name}: a tool completed that was never executed", index)


@promise("a failing {tool} is told as an error, and the answer does not claim to be complete")
def failing_tool_is_told(history: History, *, tool: str, actors: Collection[str] | None = None) -> Finding:
    """``tool_completed`` says ``error`` and the run ends ``partial``, neither ``completed`` nor without an answer."""
    finding = Finding(f"{tool} was never called")
    for story in stories(history, actors):
        for (index, call), done in calls(story):
            if id_of(call, "tool_name") != tool:
                continue
            finding.seen += 1
            if story.terminal is None:
                finding.doubt(f"{story.name} was not seen to end", index)
                continue
            if not (done and _tells_failure(done[0][1])):
                finding.break_(f"{story.name}: the failure of {tool} is not told", index, *(i for i, _ in done))
            _judge_ending(finding, story, call=index, tool=tool)
    return finding


def _tells_failure(done: Event) -> bool:
    return id_of(done, "status") == "error" and is_visible(text_of(done, "error") or "")


def _judge_ending(finding: Finding, story: Story, *, call: int, tool: str) -> None:
    end, last = story.terminal or story.told[-1]
    if story.ending is None:
        finding.doubt(f"{story.name}: its {last.type} does not say whether the answer is partial", call, end)
    elif story.ending != "partial":
        how = "with agent_error" if story.ending == "error" else story.ending
        finding.break_(f"{story.name} ends {how} although {tool} failed", call, end)
