"""A platform as a value: its name, and what its agents are asked about."""

from collections.abc import Callable
from dataclasses import astuple, dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """The names of a platform's tools, by what the scenarios need them for; empty: it has none for that.

    Attributes:
        costs: brings what each service has cost the user.
        utilization: brings the share of each service that the user has used. Its figures follow from the user's own
            data, so that they give away whose they are.
        lookup: looks something up by its id, and fails when nobody has anything with that id.
        effect: changes something that is stored.
    """

    costs: str = ""
    utilization: str = ""
    lookup: str = ""
    effect: str = ""

    def __post_init__(self) -> None:
        names = astuple(self)
        if not all(isinstance(name, str) for name in names):
            raise TypeError("the name of a tool is a text, empty where there is no such tool")
        named = [name for name in names if name]
        if len(set(named)) != len(named):
            raise ValueError("two tools have the same name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What the text of an answer states as a fact, and the stores can confirm or deny.

    Attributes:
        amounts: what it recommends: the name of a service and an amount of money, in the order of the text.
        totals: every amount that it calls the sum of these.
    """

    amounts: tuple[tuple[str, Decimal], ...] = ()
    totals: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCase:
    """What the agents of a platform work on, as far as a scenario has to know it.

    Attributes:
        tools: their names.
        read_claims: takes the claims out of the text of an answer.
        unknown_id: makes an id of the form that ``tools.lookup`` expects, which does not exist and cannot be guessed: a
            new one at each call, of 8 characters or more.
    """

    tools: Tools
    read_claims: Callable[[str], Claims]
    unknown_id: Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One make of chat platform. ``name`` is what a target calls it."""

    name: str
    use_case: UseCase
