"""What can go wrong, and what the reader can do about it.

Every error carries its data in attributes, says one sentence, and names the next step where there is one.
"""

from collections.abc import Sequence
from pathlib import Path

MAX_TEXT = 4000
"""The most characters of an error's text that are carried anywhere: an exception may quote a whole answer."""

MARK = 60
"""The room for the words that stand where some are left out."""


def shortened(text: str, longest: int = MAX_TEXT) -> str:
    """``text``, or its beginning and its end with a mark between them, at most ``longest`` (100 or more) characters."""
    if len(text) <= longest:
        return text
    half = (longest - MARK) // 2
    return f"{text[:half]} … [{len(text) - 2 * half:,} characters left out] … {text[-half:]}"


class WorkbenchError(Exception):
    """Base of everything the workbench raises on purpose."""


DAMAGED = "damaged: "
"""How the reason of a scenario begins whose evidence cannot be read."""


class Damaged(WorkbenchError):
    """Saved evidence that cannot be read; ``problem`` says which part of the file at ``path``, and what is wrong."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"{path} is damaged: {problem}")

    @property
    def why(self) -> str:
        """As a report says it of the scenario whose evidence this is: without the way to the file."""
        return f"{DAMAGED}{self.path.name}: {self.problem}"


class SettingsError(WorkbenchError):
    """A setting is missing or makes no sense; ``variable`` names it."""

    def __init__(self, variable: str, problem: str) -> None:
        self.variable = variable
        self.problem = problem
        super().__init__(f"{variable}: {problem}")


class NotReady(WorkbenchError):
    """A service did not become ready: what was tried, its last words, and what to do."""

    def __init__(self, service: str, tried: str, *, todo: str, log_tail: str = "") -> None:
        self.service = service
        self.tried = tried
        self.todo = todo
        self.log_tail = log_tail
        words = f"\nIts last log lines:\n{log_tail.rstrip()}" if log_tail.strip() else ""
        super().__init__(f"{service} is not ready: {tried}.{words}\nWhat to do: {todo}")


class ParameterError(WorkbenchError):
    """A parameter is unknown or of the wrong type; ``known`` lists those there are."""

    def __init__(self, scenario: str, problem: str, known: Sequence[str] = ()) -> None:
        self.scenario = scenario
        self.problem = problem
        self.known = tuple(known)
        names = f" It has: {', '.join(self.known)}." if self.known else ""
        super().__init__(f"{scenario}: {problem}.{names}")


class WrongScenario(WorkbenchError):
    """A notebook begins or finishes another scenario than the one that a batch runs it as."""

    def __init__(self, named: str, expected: str) -> None:
        self.named = named
        self.expected = expected
        super().__init__(f"this notebook is run as {expected!r}, but names {named!r}: let `begin` name it as its file")


class ConnectionLost(WorkbenchError):
    """A connection ended when it should not have.

    ``code`` and ``reason`` are the WebSocket close code and reason (``None`` without a close frame);
    ``silent_s`` is how long nothing had come, in seconds.
    """

    def __init__(self, what: str, *, code: int | None, reason: str, silent_s: float | None) -> None:
        self.what = what
        self.code = code
        self.reason = reason
        self.silent_s = silent_s
        close = f"close code {code}" if code is not None else "no close frame"
        silence = "" if silent_s is None else f", {silent_s:.3f} s after its last message"
        super().__init__(f"{what} was lost ({close}{f', {reason}' if reason else ''}{silence})")


class UnexpectedReply(WorkbenchError):
    """A service answered something else than was promised."""

    def __init__(self, expected: str, came: str) -> None:
        self.expected = expected
        self.came = came
        super().__init__(f"expected {expected}, but came {came}")


class UnsafeTarget(WorkbenchError):
    """A scenario would do to a target what the target does not allow."""

    def __init__(self, scenario: str, target: str, needed: str) -> None:
        self.scenario = scenario
        self.target = target
        self.needed = needed
        super().__init__(f"{scenario} is refused on target {target!r}: {needed}")
