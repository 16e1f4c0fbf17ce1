"""The lines of a story that tell what somebody received; their notation stands in ``tests.histories``."""

import json
import re
from datetime import timedelta
from typing import Any

from gp_lib import contract
from gp_lib.dialects.golden_path import understand
from gp_lib.history import Event
from tests.story_lines import BEGAN, STEP_S, Line, user_id

COLUMNS = {"utilization_by_service": "usage_pct", "savings": "monthly_saving"}

_EVENT = re.compile(r"(?P<run>[a-z]+)(?P<seq>\d+|\?)\s+(?P<agent>\S+)\s+(?P<verb>\S+)\s*(?P<words>.*)")


def event_line(line: Line) -> Event | None:
    """What somebody received; ``None`` when the line tells of something else."""
    if found := _EVENT.fullmatch(line.rest):
        return _run_event(line, found)
    if line.rest == "welcomed":
        return _event(line, _welcome(line))
    if line.rest.startswith("shown "):
        return _event(line, {"type": contract.ERROR_MESSAGE, "message": line.rest.removeprefix("shown ")})
    if line.rest.split()[0] in ("erred", "ponged"):
        return _event(line, _answer(*line.rest.split()))
    return None


def _run_event(line: Line, found: re.Match[str]) -> Event:
    kind, payload = _said(found["verb"], found["words"])
    payload |= {"message_id": line.options["message"]} if "message" in line.options else {}
    run, seq = found["run"], found["seq"]
    body = {
        "type": kind,
        "event_id": line.options.get("id", f"{run}{seq}"),
        "seq": None if seq == "?" else int(seq),
        **({"seq": json.loads(line.options["seq"])} if "seq" in line.options else {}),
        "run_id": f"run-{run}",
        "thread_id": f"thread-{line.options.get('thread', run)}",
        "user_id": user_id(line.options.get("user", line.who)),
        "agent_name": found["agent"],
        "timestamp": _made(line),
        "payload": payload,
    }
    return _event(line, body)


def _welcome(line: Line) -> dict[str, Any]:
    body = {
        "type": contract.WELCOME,
        "connection_id": line.options.get("id", f"id-of-{line.tab}"),
        "user_id": user_id(line.options.get("user", line.who)),
        "server_time": _stamp(line.at_s),
        "connection_ready": True,
        "protocol": contract.PROTOCOL,
    }
    return {field: value for field, value in body.items() if field != line.options.get("lacks")}


def _answer(verb: str, code: str = "") -> dict[str, Any]:
    if verb == "ponged":
        return {"type": contract.PONG}
    return {"type": contract.ERROR_MESSAGE, "error_code": code, "message": "sorry", "details": {}}


def _event(line: Line, body: dict[str, Any]) -> Event:
    frame = json.dumps(body)
    said = understand(frame)
    return Event(
        actor=line.who,
        connection=line.tab,
        type=said.type,
        run_id=said.run_id,
        thread_id=said.thread_id,
        user_id=said.user_id,
        seq=said.seq,
        server_time=said.server_time,
        received_s=line.at_s,
        frame=frame,
    )


def _made(line: Line) -> Any:
    """When an event was made, by default a moment ago; ``stamp=`` puts any value of JSON in its place."""
    if "stamp" in line.options:
        return json.loads(line.options["stamp"])
    return _stamp(float(line.options.get("made", line.at_s - STEP_S / 2)))


def _stamp(at_s: float) -> str:
    return (BEGAN + timedelta(seconds=at_s)).isoformat(timespec="microseconds")


def _said(verb: str, words: str) -> tuple[str, dict[str, Any]]:
    match verb:
        case "starts":
            told = {"request_id" if words.startswith("r-") else "content": words} if words else {}
            return contract.AGENT_STARTED, told
        case "thinks" | "says":
            return contract.AGENT_THINKING, {"reasoning" if verb == "thinks" else "delta": _text(words)}
        case "answers" | "half-answers" | "answers-without-status":
            status = {"answers": "completed", "half-answers": "partial"}.get(verb)
            return contract.AGENT_COMPLETED, {"status": status, "result": _text(words)}
        case "gives-up":
            return contract.AGENT_ERROR, {"code": words or "RUN_FAILED", "message": "sorry", "retryable": True}
        case "calls" | "gets" | "fails":
            return _tool(verb, *words.partition(" ")[::2])
    raise AssertionError(f"nobody {verb!r} in a story")


def _tool(verb: str, call: str, words: str) -> tuple[str, dict[str, Any]]:
    name, _, call_id = call.partition("#")
    about: dict[str, Any] = {"tool_name": name} | ({"call_id": call_id} if call_id else {})
    if verb == "calls":
        return contract.TOOL_EXECUTING, {**about, "parameters": {}}
    if verb == "fails":
        return contract.TOOL_COMPLETED, {**about, "status": "error", "error": _text(words)}
    return contract.TOOL_COMPLETED, {**about, "status": "ok", "result": rows(name, words)}


def _text(words: str) -> Any:
    """A text, quoted or not; ``json …`` for any other value."""
    if words.startswith("json "):
        return json.loads(words.removeprefix("json "))
    return str(json.loads(words)) if words.startswith('"') else words


def rows(tool: str, words: str) -> Any:
    """``S3=9.00 EC2=1.50`` as a tool gives it; ``json …`` for what is no table."""
    if words.startswith("json "):
        return json.loads(words.removeprefix("json "))
    pairs = (word.split("=") for word in words.split())
    return [{"service": service, COLUMNS.get(tool, "cost"): value} for service, value in pairs]
