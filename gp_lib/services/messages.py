"""What a supervisor tells its starter while it starts: one JSON object a line."""

import errno
import json
from collections.abc import Callable, Iterable
from typing import IO, Any

from gp_lib.errors import NotReady, SettingsError, WorkbenchError


def tell(stream: IO[str], kind: str, **fields: Any) -> None:
    """Write one message; a starter that is gone is nobody to tell."""
    try:
        print(json.dumps({"kind": kind, **fields}), file=stream, flush=True)
    except (OSError, ValueError):
        return


def tell_failure(stream: IO[str], error: BaseException) -> None:
    """Write why the stack is not up."""
    if isinstance(error, NotReady):
        fields = {"service": error.service, "tried": error.tried, "todo": error.todo, "log_tail": error.log_tail}
        tell(stream, "not_ready", **fields)
    elif isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        words = {"tried": "the disk of the state directory is full", "todo": "free disk space", "log_tail": ""}
        tell(stream, "not_ready", service="the stack", **words)
    elif isinstance(error, SettingsError):
        tell(stream, "settings", variable=error.variable, problem=error.problem)
    else:
        tell(stream, "broken", words=f"{type(error).__name__}: {error}")


def listen(stream: Iterable[str], on_progress: Callable[[str, str], None]) -> bool:
    """Read until the stack is up (True) or the supervisor has ended without a word (False).

    Raises:
        WorkbenchError: what the supervisor says is wrong, as the error it was there.
    """
    for line in stream:
        match json.loads(line):
            case {"kind": "progress", "service": service, "phase": phase}:
                on_progress(service, phase)
            case {"kind": "up"}:
                return True
            case failure:
                raise _failure(failure)
    return False


def _failure(message: dict[str, Any]) -> WorkbenchError:
    match message:
        case {"kind": "not_ready", "service": service, "tried": tried, "todo": todo, "log_tail": tail}:
            return NotReady(service, tried, todo=todo, log_tail=tail)
        case {"kind": "settings", "variable": variable, "problem": problem}:
            return SettingsError(variable, problem)
        case _:
            words = str(message.get("words", message))
            return NotReady("the supervisor", f"it broke ({words})", todo="see supervisor.log in the state directory")
