"""What a rule in force is asked at each step of a connection, and what all rules share in answering."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Generic, TypeVar

from gp_lib.faults.rules import Ending, Rule
from gp_lib.faults.touched import Ledger

if TYPE_CHECKING:
    from gp_lib.faults.connection import Connection
    from gp_lib.faults.pipe import Chunk, Pipe

R = TypeVar("R", bound=Rule)


class Effect(Generic[R]):
    """A rule in force. The questions have answers that leave the stream alone; subclasses change some.

    ``seed`` makes chance repeatable; ``since`` is the number of the last connection before the rule.
    """

    closes_listener = False

    def __init__(self, rule: R, *, seed: str = "", since: int = 0) -> None:
        self.rule = rule
        self.seed = seed
        self.since = since
        self.ledger = Ledger()
        self._claims: dict[int, bool] = {}

    def admits(self, connection: "Connection") -> bool:
        """Whether the connection passes the rule's filter, as far as it is known by now."""
        rule = self.rule
        text = rule.head_contains
        return (
            (rule.nth is None or connection.number == self.since + rule.nth)
            and (rule.client_port is None or connection.client_port == rule.client_port)
            and (text is None or text.encode() in connection.head)
        )

    def claims(self, connection: "Connection") -> bool:
        """Whether this connection is struck; the first "yes" for it is a strike, if times and skip allow."""
        if connection.number in self._claims:
            return self._claims[connection.number]
        if not self.admits(connection):
            return False
        self._claims[connection.number] = chosen = self.next_is_chosen()
        if chosen:
            self.ledger.strike(connection.number)
        return chosen

    def passed_over(self, connection: "Connection") -> bool:
        """Whether it is settled that this connection is left alone."""
        return not self._claims.get(connection.number, True) or not self.admits(connection)

    def next_is_chosen(self) -> bool:
        """Count a match, and say whether ``skip`` and ``times`` make it a strike."""
        ledger, times = self.ledger, self.rule.times
        ledger.matches += 1
        return ledger.matches > self.rule.skip and (times is None or len(ledger.struck_s) < times)

    def on_impose(self, connections: Iterable["Connection"]) -> None:
        """The rule comes into force while these connections are live."""

    def on_heal(self, connections: Iterable["Connection"]) -> None:
        """The rule is no longer in force."""

    def refuses(self, connection: "Connection") -> bool:
        """Whether a connection just accepted is reset."""
        return False

    def hangs(self, connection: "Connection") -> bool:
        """Whether a connection just accepted is left unserved for now."""
        return False

    def on_arrival(self, pipe: "Pipe", chunk: "Chunk") -> None:
        """A piece was read."""

    def holds_until_s(self, pipe: "Pipe", chunk: "Chunk") -> float:
        """The monotonic time before which the head of the queue must not leave."""
        return 0.0

    def cuts(self, pipe: "Pipe") -> Ending | None:
        """Whether the connection ends here, and how."""
        return None

    def swallows(self, pipe: "Pipe", chunk: "Chunk") -> bool:
        """Whether the head of the queue disappears."""
        return False

    def limit_bytes(self, pipe: "Pipe") -> int | None:
        """How many bytes (at least 1) may pass before the rules are asked again; ``None``: any number."""
        return None

    def on_passed(self, pipe: "Pipe", count: int) -> None:
        """So many bytes were handed to the receiver."""
