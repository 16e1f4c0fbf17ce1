"""The lines of ``tests.histories`` that tell of the three tiers.

valkey      live_state a1 running 1 3600 3600  looked at when event a1 arrived: status, last seq, both times to live
valkey      live_state a1 gone                 … and no key was there; a time to live of -1 is none at all, - no key
postgres    undrained amy 2                    two of amy's events had not reached the other tiers; 0 when all had
clickhouse  tier_contents amy a1-5 b1=oops     what a tier holds of amy; ``=oops``: with another content
valkey      tier_contents amy a1-5 run:b       … ``run:b``: it knows of run b, ``no:a``: it does not know of run a
probe       removed a 2                        two hot keys of run a were deleted
probe       wrote hot 0.003                    a probe write and how long it took; ``…, lost``, ``… [durable=no]``
"""

import re
from typing import Any

from gp_lib.history import Operation
from tests.story_lines import Line

QUESTIONS = ("live_state", "undrained", "tier_contents")


def tier_answer(question: str, words: list[str]) -> Any:
    """What the store answered."""
    if question == "undrained":
        return int(words[0])
    if question == "live_state":
        status, last_seq, *ttls = words if words != ["gone"] else ("", "0", "-", "-")
        lives = [None if life == "-" else float(life) for life in ttls]
        return {"status": status or None, "last_seq": int(last_seq) or None, "ttls_s": lives}
    return _contents(words)


def _contents(words: list[str]) -> dict[str, Any]:
    runs, unknown, events = list[str](), set[str](), list[list[Any]]()
    for word in words:
        if word.startswith(("run:", "no:")):
            kind, run = word.split(":")
            (runs.append if kind == "run" else unknown.add)(f"run-{run}")
            continue
        found = re.fullmatch(r"([a-z]+)(\d+)(?:-(\d+))?(?:=(\S+))?", word)
        assert found, f"no tier holds {word!r}"
        run, first, last, content = found.groups()
        runs.append(f"run-{run}")
        events += [[f"run-{run}", seq, content or f"{run}{seq}"] for seq in range(int(first), int(last or first) + 1)]
    return {"runs": [run for run in dict.fromkeys(runs) if run not in unknown], "events": events}


def probe_line(line: Line) -> Operation:
    """A deed of the workbench's own."""
    done, _, how = line.rest.partition(", ")
    verb, what, figure = done.split()
    detail: dict[str, Any] = {"why": f"it was {how}"} if how else {}
    if verb == "removed":
        detail |= {"run_id": f"run-{what}", "removed": int(figure)}
    else:
        detail |= {"tier": what} | ({"durable": False} if "durable" in line.options else {})
    return Operation(
        actor="probe",
        action="loses hot keys" if verb == "removed" else "writes",
        outcome="unknown" if how else "ok",
        started_s=line.at_s,
        ended_s=line.at_s + (float(figure) if verb == "wrote" else 0.0),
        detail=detail,
    )
