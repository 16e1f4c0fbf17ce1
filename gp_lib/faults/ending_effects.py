"""How rules act on whole connections: at the door, at once, or after a number of bytes."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from gp_lib.faults.effects import Effect
from gp_lib.faults.rules import CutAtByte, Ending, Hang, Refuse, Reset

if TYPE_CHECKING:
    from gp_lib.faults.connection import Connection
    from gp_lib.faults.pipe import Pipe


class RefuseEffect(Effect[Refuse]):
    """See :class:`Refuse`."""

    def __init__(self, rule: Refuse, *, seed: str = "", since: int = 0) -> None:
        super().__init__(rule, seed=seed, since=since)
        self.closes_listener = rule.answer == "closed"

    def on_impose(self, connections: Iterable["Connection"]) -> None:
        """Reset the live connections, as a dying process would."""
        for connection in connections:
            if self.rule.drop_live and self.claims(connection):
                self.ledger.bytes += connection.queued_bytes
                connection.reset()

    def refuses(self, connection: "Connection") -> bool:
        """Whether this attempt is reset."""
        return self.claims(connection)


class HangEffect(Effect[Hang]):
    """See :class:`Hang`."""

    def hangs(self, connection: "Connection") -> bool:
        """Asked only before a connection is served, so that live ones go on."""
        return self.claims(connection)


class CutEffect(Effect[Reset | CutAtByte]):
    """See :class:`Reset` and :class:`CutAtByte`."""

    def __init__(self, rule: Reset | CutAtByte, *, seed: str = "", since: int = 0) -> None:
        super().__init__(rule, seed=seed, since=since)
        self._after_bytes = rule.n if isinstance(rule, CutAtByte) else rule.after_bytes
        self._how: Ending = rule.how if isinstance(rule, CutAtByte) else "reset"
        self._before: dict[int, int] = {}  # bytes delivered before the rule, by connection

    def on_impose(self, connections: Iterable["Connection"]) -> None:
        """Begin to count; what ends after no bytes at all ends now."""
        for connection in connections:
            self._before[connection.number] = self._delivered(connection)
            if self._after_bytes == 0 and self.claims(connection):
                self.ledger.bytes += connection.queued_bytes
                connection.reset()

    def refuses(self, connection: "Connection") -> bool:
        """What ends after no bytes at all ends at the door."""
        return self._after_bytes == 0 and self.claims(connection)

    def limit_bytes(self, pipe: "Pipe") -> int | None:
        """What is left until the cut."""
        if not self._counts(pipe) or self.passed_over(pipe.connection):
            return None
        return max(1, self._left(pipe.connection))

    def cuts(self, pipe: "Pipe") -> Ending | None:
        """Once the bytes are through."""
        connection = pipe.connection
        if not self._counts(pipe) or self._left(connection) > 0 or not self.claims(connection):
            return None
        self.ledger.bytes += connection.queued_bytes
        return self._how

    def _counts(self, pipe: "Pipe") -> bool:
        return self.rule.direction in ("both", pipe.direction)

    def _delivered(self, connection: "Connection") -> int:
        return sum(pipe.delivered for pipe in connection.pipes.values() if self._counts(pipe))

    def _left(self, connection: "Connection") -> int:
        before = self._before.get(connection.number, 0)
        return self._after_bytes - (self._delivered(connection) - before)
