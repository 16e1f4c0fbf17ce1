"""What a rule has touched so far: the log that tells a fault that struck from one that met nobody."""

from dataclasses import dataclass, field

from gp_lib.clock import monotonic_s


@dataclass(frozen=True)
class Touched:
    """What a rule touched; all zero and empty when it met nobody.

    ``connections`` were struck; ``bytes`` were held, delayed, swallowed, slowed or thrown away by strikes;
    ``frames`` were cut; ``matches`` fitted the rule, with those that ``skip`` and ``times`` let through;
    ``struck_s`` are the monotonic times of the strikes.
    """

    connections: int = 0
    bytes: int = 0
    frames: int = 0
    matches: int = 0
    struck_s: list[float] = field(default_factory=list)


class Ledger:
    """Adds up what one rule touches."""

    def __init__(self) -> None:
        self.bytes = 0
        self.frames = 0
        self.matches = 0
        self.struck_s: list[float] = []
        self._connections: set[int] = set()

    def strike(self, connection: int) -> None:
        """Note a strike now, on the connection with this number."""
        self._connections.add(connection)
        self.struck_s.append(monotonic_s())

    def touched(self) -> Touched:
        """The sums as of now."""
        return Touched(len(self._connections), self.bytes, self.frames, self.matches, list(self.struck_s))
