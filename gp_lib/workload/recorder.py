"""Writes down what an actor does: each operation once, with its true outcome."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from gp_lib.errors import ConnectionLost, UnexpectedReply, shortened
from gp_lib.history import Operation, Outcome
from gp_lib.workload.recording import Recording


class Doing:
    """An operation under way. ``note`` adds details; ``give_up`` says that its outcome is not known."""

    def __init__(self) -> None:
        self.outcome: Outcome = "ok"
        self.detail: dict[str, Any] = {}

    def note(self, **detail: Any) -> None:
        """Add to the operation's details."""
        self.detail.update(detail)

    def fail(self, why: str) -> None:
        """The operation did not work, and that is certain."""
        self.outcome = "failed"
        self.note(why=shortened(why))

    def give_up(self, why: str) -> None:
        """The outcome is not known: it may have worked."""
        self.outcome = "unknown"
        self.note(why=shortened(why))


@asynccontextmanager
async def doing(history: Recording, actor: str, action: str, **detail: Any) -> AsyncIterator[Doing]:
    """Record what happens inside as one operation, whatever ends it.

    A refusal (``UnexpectedReply``) is *failed*, a lost connection is *unknown*; both are recorded and swallowed,
    because they are observations for the checks. Anything else is recorded as *unknown* and passes on.
    """
    operation = Doing()
    operation.note(**detail)
    started_s = history.now_s()
    try:
        yield operation
    except UnexpectedReply as refused:
        operation.fail(str(refused))
    except ConnectionLost as lost:
        operation.give_up(str(lost))
    except BaseException as error:
        operation.give_up(f"{type(error).__name__}: {error}")
        raise
    finally:
        if not history.sealed:
            history.record(
                Operation(
                    actor=actor,
                    action=action,
                    outcome=operation.outcome,
                    started_s=started_s,
                    ended_s=history.now_s(),
                    detail=operation.detail,
                )
            )
